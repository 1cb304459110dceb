"""The selection of a closed round: which questions fill the minutes, who paid, and one sentence for each that stayed out."""

from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import msgspec

from crossview.foundation.db import Visit
from crossview.foundation.errors import Refusal
from crossview.foundation.sql import statements
from crossview.scripts.outline import Draft, read_draft
from crossview.votes import equal_shares
from crossview.votes.balance import Ballot, Department, rounded
from crossview.votes.minutes import Pool, pool
from crossview.votes.rounds import Round, newest_round
from crossview.votes.tally import Judging, read_judging

sql = statements(__package__, "votes.sql")


class NotDecided(Refusal):
    """The ballots of this script are not counted yet: no round has been closed. Open a round, let people judge, close it."""

    status = 409
    code = "not_decided"


class PickedItem(msgspec.Struct, frozen=True):
    """An item that is in: its minutes, who paid them, and why, in one sentence."""

    item_id: UUID
    text: str
    department_id: UUID | None
    minutes: Decimal
    phase: equal_shares.Phase
    paid: dict[str, Decimal]
    gift: Decimal
    sentence: str


class LeftOutItem(msgspec.Struct, frozen=True):
    """An item that is out: the minutes its supporters lacked, and why, in one sentence."""

    item_id: UUID
    text: str
    department_id: UUID | None
    minutes: Decimal
    missing: Decimal
    sentence: str


class Choice(msgspec.Struct, frozen=True):
    """What the minutes were spent on. Departments are named by id; minutes are rounded to hundredths for show."""

    script_id: UUID
    round_id: UUID
    settings: equal_shares.Settings
    budget: Decimal
    used: Decimal
    picks: tuple[PickedItem, ...]
    left_out: tuple[LeftOutItem, ...]
    shares: dict[str, Decimal]
    won: dict[str, Decimal]
    leftover: dict[str, Decimal]


class Voter(msgspec.Struct, frozen=True):
    """A ballot that counts, as it is stored."""

    member_id: UUID
    department_id: UUID
    item_id: UUID
    choice: str
    grade: int | None


class WhatIf(msgspec.Struct, frozen=True):
    """What would be otherwise: another length, another split, or the last steps on or off. None leaves a setting as it is."""

    minutes: Decimal | None = None
    split: equal_shares.Split | None = None
    completion: bool | None = None
    fill: bool | None = None

    def settings(self, agreed: equal_shares.Settings) -> equal_shares.Settings:
        """The settings that were agreed, with what would be otherwise."""
        changed = {"split": self.split, "completion": self.completion, "fill": self.fill}
        return msgspec.structs.replace(agreed, **{name: value for name, value in changed.items() if value is not None})


AS_AGREED = WhatIf()


async def read_choice(visit: Visit, script_id: UUID, what_if: WhatIf = AS_AGREED) -> Choice:
    """The selection of the newest round, or what it would be; nothing is changed. Raises `NotFound`, `NotDecided`."""
    draft = await read_draft(visit, script_id)
    newest = await closed_round(visit, script_id)
    return await choose(visit, await read_judging(visit, draft, newest), what_if)


async def closed_round(visit: Visit, script_id: UUID) -> Round:
    """The newest round, which has to be closed. Raises `NotDecided`."""
    newest = await newest_round(visit, script_id)
    if newest is None or newest.state == "open":
        raise NotDecided
    return newest


async def choose(visit: Visit, judging: Judging, what_if: WhatIf = AS_AGREED) -> Choice:
    """Fill the minutes of a judged script by Equal Shares."""
    to_spend = pool(judging.draft)
    if what_if.minutes is not None:
        to_spend = msgspec.structs.replace(to_spend, budget=what_if.minutes)
    settings = what_if.settings(judging.round.settings)
    selection = equal_shares.choose(await request_of(visit, judging, to_spend), settings)
    return _shown(judging, to_spend, settings, selection)


async def request_of(visit: Visit, judging: Judging, to_spend: Pool) -> equal_shares.Request:
    """All that the selection of a judged script follows from, its settings apart."""
    rows = await visit.many(Voter, sql["list_counted_ballots"], visit.workspace_id, judging.draft.script.id)
    judged = {item.id for _, item in judging.judged}
    return equal_shares.Request(
        budget=to_spend.budget,
        items=[
            equal_shares.Item(str(item.id), to_spend.costs.get(item.id, 1), pinned=item.id not in to_spend.costs)
            for _, item in judging.judged
        ],
        departments=[Department(department, people) for department, people in judging.roster.people.items()],
        ballots=[
            Ballot(str(row.member_id), str(row.department_id), str(row.item_id), row.choice, row.grade)
            for row in rows
            if row.item_id in judged and str(row.department_id) in judging.roster.people
        ],
        by_dbs={item: score.by_dbs for item, score in judging.scores().items()},
        order=judging.order,
    )


def _shown(
    judging: Judging, to_spend: Pool, settings: equal_shares.Settings, selection: equal_shares.Selection
) -> Choice:
    items = {str(item.id): item for _, item in judging.judged}
    names = names_of(judging.draft)
    picked = {pick.item for pick in selection.picks}
    picks = tuple(
        PickedItem(
            item_id=items[pick.item].id,
            text=items[pick.item].text,
            department_id=items[pick.item].department_id,
            minutes=to_spend.costs[items[pick.item].id],
            phase=pick.phase,
            paid=minutes_by_department(pick.paid),
            gift=rounded(pick.gift, 2),
            sentence=equal_shares.explain(selection, pick.item, names=names),
        )
        for pick in selection.picks
    )
    left_out = tuple(
        LeftOutItem(
            item_id=item_id,
            text=items[str(item_id)].text,
            department_id=items[str(item_id)].department_id,
            minutes=cost,
            missing=rounded(selection.left_out.get(str(item_id), Fraction(0)), 2),
            sentence=equal_shares.explain(selection, str(item_id), names=names),
        )
        for item_id, cost in to_spend.costs.items()
        if str(item_id) not in picked
    )
    return Choice(
        script_id=judging.draft.script.id,
        round_id=judging.round.id,
        settings=settings,
        budget=to_spend.budget,
        used=rounded(selection.minutes, 2),
        picks=picks,
        left_out=left_out,
        shares=minutes_by_department(selection.shares),
        won=minutes_by_department(selection.won),
        leftover=minutes_by_department(selection.leftover),
    )


def minutes_by_department(exact: dict[str, Fraction]) -> dict[str, Decimal]:
    """Exact minutes as they are shown: to hundredths, by department."""
    return {department: rounded(minutes, 2) for department, minutes in sorted(exact.items())}


def names_of(draft: Draft) -> dict[str, str]:
    """What sentences call departments and items, by id."""
    departments = {str(department): name for department, name in draft.departments.items()}
    return departments | {str(item.id): quoted(item.text) for item in draft.items}


def quoted(text: str) -> str:
    """How a sentence names an item."""
    return f"“{text}”"
