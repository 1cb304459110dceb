"""The findings of the dissent brief: which department is of one mind about an item, and more so than everybody else?

`z_p`, `z_r` and `R` are the representativeness statistics of Polis, as red-dwarf computes them in
`reddwarf/utils/stats.py`, here over decisive votes only: pass rates differ between departments for reasons that are no
disagreement. Both tests compare signs and exact squares; the numbers shown are rounded and decide nothing.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from typing import Literal, assert_never

import msgspec

from crossview.votes.balance import KEPT, Counts, rounded, rounded_root

Position = Literal["drop", "keep"]
Level = Literal["blocking", "leaning"]

SIGNIFICANT = Fraction("1.2816")
STRONG = Fraction("2.5758")
ENOUGH = 3


class Signed(msgspec.Struct, frozen=True):
    """A z value, kept as its sign and exact square because the value itself is irrational."""

    sign: int
    square: Fraction

    def exceeds(self, threshold: Fraction) -> bool:
        """Whether the value is strictly greater than a positive threshold."""
        return self.sign > 0 and self.square > _square(threshold)

    @property
    def shown(self) -> Decimal:
        """The value to 4 places, half to even."""
        size = rounded_root(self.square, 2, 4)
        return -size if self.sign < 0 else size


class Finding(msgspec.Struct, frozen=True):
    """A department of one mind: `s` of its `n` decisive votes hold the position.

    `ratio` is the R of the brief, how much likelier the position is here than elsewhere. It decides nothing.
    """

    department: str
    position: Position
    s: int
    n: int
    z_p: Decimal
    z_r: Decimal
    ratio: Fraction = msgspec.field(name="R")
    strong: bool

    def level(self, *, in_script: bool) -> Level:
        """Only a strong drop of an item in the script must be answered; everything else is shown and blocks nothing."""
        return "blocking" if self.strong and self.position == "drop" and in_script else "leaning"


class Findings(msgspec.Struct, frozen=True):
    """What the votes on one item say about its departments; `too_few` had fewer than 3 decisive votes, by id.

    `eta2` says whether departments differ (near 1) or people inside them (near 0), None when all answered alike; where
    `mostly_passes`, more than half passed, and the wording may be unclear. Neither decides anything.
    """

    item: str
    found: tuple[Finding, ...]
    too_few: tuple[str, ...]
    not_enough: bool
    eta2: Decimal | None
    mostly_passes: bool

    @property
    def strong_drops(self) -> frozenset[str]:
        """The departments whose opposition makes the item `contested`."""
        return frozenset(found.department for found in self.found if found.strong and found.position == "drop")


def find(item: str, counts: Mapping[str, Counts]) -> Findings:
    """The findings on one item, by department id, drop before keep. `counts` names every department of the roster."""
    enough = _enough(counts)
    positions: tuple[Position, ...] = ("drop", "keep")
    together = _together(counts)
    findings = (
        _find(department, position, counts[department], together) for department in enough for position in positions
    )
    return Findings(
        item=item,
        found=tuple(finding for finding in findings if finding is not None),
        too_few=tuple(sorted(counts.keys() - set(enough))),
        not_enough=not enough,
        eta2=_eta_squared(counts),
        mostly_passes=2 * sum(votes.passes for votes in counts.values())
        > sum(votes.answers for votes in counts.values()),
    )


def strong_drops(counts: Mapping[str, Counts]) -> tuple[str, ...]:
    """Those of `find(...).strong_drops` by id, without looking for anything else: every reader of a tally waits for them."""
    together = _together(counts)
    findings = (_find(department, "drop", counts[department], together) for department in _enough(counts))
    return tuple(finding.department for finding in findings if finding is not None and finding.strong)


def _enough(counts: Mapping[str, Counts]) -> list[str]:
    return [department for department in sorted(counts) if counts[department].decisive >= ENOUGH]


def _together(counts: Mapping[str, Counts]) -> Counts:
    return Counts(sum(votes.keep for votes in counts.values()), sum(votes.drop for votes in counts.values()))


def _find(department: str, position: Position, votes: Counts, together: Counts) -> Finding | None:
    s, n = _holding(position, votes), votes.decisive
    t, m = _holding(position, together) - s, together.decisive - n
    # Most departments fail the first test, and the second costs more.
    if m == 0 or not (z_p := majority(s, n)).exceeds(SIGNIFICANT):
        return None
    z_r = contrast(s, n, t, m)
    if not z_r.exceeds(SIGNIFICANT):
        return None
    ratio = Fraction(s + 1, n + 2) / Fraction(t + 1, m + 2)
    return Finding(department, position, s, n, z_p.shown, z_r.shown, ratio, z_r.exceeds(STRONG))


def _eta_squared(counts: Mapping[str, Counts]) -> Decimal | None:
    """The share of the answers' variance that lies between departments, to 4 places: keep is 1, pass 0, drop -1."""
    answered = [votes for votes in counts.values() if votes.answers]
    people, total = sum(votes.answers for votes in answered), sum(votes.keep - votes.drop for votes in answered)
    if not people:
        return None
    mean = Fraction(total**2, people)
    whole = sum(votes.decisive for votes in answered) - mean
    if whole == 0:
        return None
    between = sum(Fraction((votes.keep - votes.drop) ** 2, votes.answers) for votes in answered) - mean
    return rounded(between / whole, 4)


def _holding(position: Position, votes: Counts) -> int:
    match position:
        case "drop":
            return votes.drop
        case "keep":
            return votes.keep
        case _:
            assert_never(position)


@lru_cache(maxsize=KEPT)
def majority(s: int, n: int) -> Signed:
    """`z_p`: do more than half of a department's `n` decisive votes, `s` of them, hold the position?"""
    lead = 2 * s + 1 - n
    return Signed(_sign(lead), Fraction(lead**2, n + 1))


def contrast(s: int, n: int, t: int, m: int) -> Signed:
    """`z_r`: is the position, held by `s` of `n` here, commoner than elsewhere, where `t` of `m` hold it?"""
    here, elsewhere = Fraction(s + 1, n + 1), Fraction(t + 1, m + 1)
    pooled = Fraction(s + t + 2, n + m + 2)
    if pooled == 1:
        return Signed(0, Fraction(0))
    variance = pooled * (1 - pooled) * (Fraction(1, n + 1) + Fraction(1, m + 1))
    return Signed(_sign(here - elsewhere), (here - elsewhere) ** 2 / variance)


@cache
def _square(threshold: Fraction) -> Fraction:
    return threshold**2


def _sign(value: int | Fraction) -> int:
    return (value > 0) - (value < 0)
