"""The three splits side by side: what the minutes would buy by department, half and half, and by head. For looking only."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import msgspec

from crossview.foundation.db import Visit
from crossview.scripts.outline import read_draft
from crossview.votes import equal_shares
from crossview.votes.balance import rounded
from crossview.votes.minutes import pool
from crossview.votes.selection import closed_round, minutes_by_department, names_of, request_of
from crossview.votes.tally import read_judging


class Bought(msgspec.Struct, frozen=True):
    """A question that a split would pick, and the minutes that each department would pay for it."""

    item_id: UUID
    text: str
    paid: dict[str, Decimal]
    gift: Decimal


class SplitOutcome(msgspec.Struct, frozen=True):
    """What one split would pick.

    `nothing` counts the people who judged and would get no question that they keep, `keeps` the votes for what is picked.
    """

    picks: tuple[Bought, ...]
    won: dict[str, Decimal]
    nothing: dict[str, int]
    keeps: int


class Comparison(msgspec.Struct, frozen=True):
    """The splits side by side, departments by id. The round's own setting decides; `uneven` says that all should look.

    `same` are the questions that all three pick. It is worth a look where the largest department is five times the smallest.
    """

    script_id: UUID
    round_id: UUID
    split: equal_shares.Split
    uneven: bool
    department: SplitOutcome
    half: SplitOutcome
    head: SplitOutcome
    same: tuple[UUID, ...]
    sentence: str


async def compare_splits(visit: Visit, script_id: UUID) -> Comparison:
    """The splits of the newest round side by side. Raises `NotFound`, `NotDecided`."""
    draft = await read_draft(visit, script_id)
    judging = await read_judging(visit, draft, await closed_round(visit, script_id))
    compared = equal_shares.compare(await request_of(visit, judging, pool(draft)), judging.round.settings)
    texts = {str(item.id): item.text for _, item in judging.judged}

    def outcome(column: equal_shares.Column) -> SplitOutcome:
        picks = tuple(
            Bought(UUID(pick.item), texts[pick.item], minutes_by_department(pick.paid), rounded(pick.gift, 2))
            for pick in column.picks
        )
        return SplitOutcome(picks, minutes_by_department(column.won), column.nothing, column.keeps)

    return Comparison(
        script_id=script_id,
        round_id=judging.round.id,
        split=judging.round.settings.split,
        uneven=equal_shares.is_uneven(judging.roster),
        department=outcome(compared.department),
        half=outcome(compared.half),
        head=outcome(compared.head),
        same=tuple(map(UUID, compared.same)),
        sentence=explain(compared, names_of(draft).__getitem__),
    )


def explain(compared: equal_shares.Comparison, name: Callable[[str], str]) -> str:
    """What all splits share, and what counting heads would change; a question belongs to whoever pays most for it."""
    department = {pick.item: pick for pick in compared.department.picks}
    head = {pick.item: pick for pick in compared.head.picks}
    picked = len(department)
    told = f"{len(compared.same)} of {picked} question{'' if picked == 1 else 's'} are the same under all three"
    lost = _by_payer(pick for item, pick in department.items() if item not in head)
    gained = _by_payer(pick for item, pick in head.items() if item not in department)
    changes = [
        f"{name(payer)} would {verb} {_listed([name(item) for item in items])}"
        for verb, side in (("lose", lost), ("gain", gained))
        for payer, items in side.items()
    ]
    return f"{told}; by head, {_listed(changes)}." if changes else f"{told}; by head, nothing would change."


def _by_payer(picks: Iterable[equal_shares.Pick]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pick in picks:
        if pick.paid:
            most: Fraction = max(pick.paid.values())
            payer = min(department for department, paid in pick.paid.items() if paid == most)
            found.setdefault(payer, []).append(pick.item)
    return dict(sorted(found.items()))


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
