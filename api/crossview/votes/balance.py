"""The department-balanced score: does an item find favour in every department?

A large department must not carry an item by mass, and a small one must not sink unseen. The group-aware consensus of
Polis is the plain product of `(A + 1) / (S + 2)` over groups found by clustering (Small et al., "Polis: Scaling
Deliberation by Mapping High Dimensional Opinion Spaces", Recerca 2021). The prior of one half, `p (1 - r)` and the
geometric mean follow polis-community/red-dwarf#120, because the plain product shrinks with every group. Passes count for
nothing, or staying away would beat honesty (compdemocracy/polis#1699). The groups here are known, and the aim is
bridging (Ovadya and Thorburn, arXiv:2301.09976).

All decisions compare exact fractions; only what is shown is rounded, half to even and from the exact value.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Annotated, Literal, assert_never

import msgspec

from crossview.votes.refusals import (
    BadBallot,
    BadOrder,
    DuplicateDepartment,
    DuplicateItem,
    MoreBallotsThanRoster,
    RosterNegative,
    UnknownDepartment,
)

Band = Literal["needs_votes", "raw_only", "contested", "bridging", "weak"]

BRIDGING = Fraction(3, 5)
GRADES = range(6)
KEPT = 4096
"""Results of each pure function that are kept: departments answer in few different ways, and are scored at every read."""


# --- Who may judge, and what they said ----------------------------------------------------------------------------


class Department(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A department invited to the script, with the number of people on its roster."""

    id: str
    people: int


class RosterWarning(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something about the roster that is no error but changes what a score can say."""

    code: Literal["empty_department", "single_department", "no_department"]
    department: str | None = None


class Roster(msgspec.Struct, frozen=True):
    """The departments that count: `people` by department id, sorted; `empty` are those invited without anybody."""

    people: dict[str, int]
    empty: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[RosterWarning, ...]:
        """What a reader of any score must know about the roster."""
        empty = tuple(RosterWarning("empty_department", department) for department in self.empty)
        match len(self.people):
            case 0:
                return (*empty, RosterWarning("no_department"))
            case 1:
                return (*empty, RosterWarning("single_department", next(iter(self.people))))
            case _:
                return empty


class Ballot(msgspec.Struct, frozen=True, gc=False):
    """One person's judgement of one item's current revision: keep, drop, pass, or None for nothing; a grade from 0 to 5.

    `vote` is a plain text, because what it may be is checked where ballots are read, with the refusal `bad_ballot`.
    """

    person: str
    department: str
    item: str
    vote: str | None
    grade: int | None = None


class Counts(msgspec.Struct, frozen=True):
    """The answers of one department on one item."""

    keep: Annotated[int, msgspec.Meta(ge=0)] = 0
    drop: Annotated[int, msgspec.Meta(ge=0)] = 0
    passes: Annotated[int, msgspec.Meta(ge=0)] = msgspec.field(default=0, name="pass")

    @property
    def decisive(self) -> int:
        """Those who took a side: a pass says "not my field" and takes none."""
        return self.keep + self.drop

    @property
    def answers(self) -> int:
        """All who answered, passes included."""
        return self.decisive + self.passes


def read_roster(departments: Iterable[Department]) -> Roster:
    """The roster of a script; departments without people are set aside.

    Raises `DuplicateDepartment` and `RosterNegative`.
    """
    people: dict[str, int] = {}
    for department in departments:
        if department.id in people:
            raise DuplicateDepartment(department=department.id)
        if department.people < 0:
            raise RosterNegative(department=department.id, people=department.people)
        people[department.id] = department.people
    held = {department: people[department] for department in sorted(people) if people[department]}
    return Roster(held, tuple(sorted(people.keys() - held.keys())))


def read_order(order: Sequence[str] | None, items: Iterable[str]) -> dict[str, int]:
    """The place of each item in the last tie-break; by Unicode code point of the id where no order was drawn.

    Raises `DuplicateItem` when the script names an item twice, `BadOrder` when the order does not name each item once.
    """
    script = Counter(iter(items))
    for item, times in script.items():
        if times > 1:
            raise DuplicateItem(item=item)
    named = Counter(sorted(script) if order is None else order)
    for item in sorted(script.keys() | named.keys()):
        if item not in script:
            raise BadOrder(item=item, fault="unknown")
        if item not in named:
            raise BadOrder(item=item, fault="missing")
        if named[item] > 1:
            raise BadOrder(item=item, fault="named twice")
    return {item: place for place, item in enumerate(named)}


def read_ballots(ballots: Iterable[Ballot], roster: Roster, items: Collection[str]) -> list[Ballot]:
    """The ballots that say something, in the order given.

    Raises `UnknownDepartment`, `BadBallot` and `MoreBallotsThanRoster`.
    """
    home: dict[str, str] = {}
    judged: defaultdict[str, set[str]] = defaultdict(set)
    answered: list[Ballot] = []
    for ballot in ballots:
        fault = _fault(ballot, items, home.setdefault(ballot.person, ballot.department), judged[ballot.person])
        if fault is not None:
            raise BadBallot(person=ballot.person, item=ballot.item, reason=fault)
        judged[ballot.person].add(ballot.item)
        if ballot.vote is not None:
            answered.append(ballot)
    _check_departments(set(home.values()), roster)
    present = Counter(home[person] for person in {ballot.person for ballot in answered})
    for department in sorted(present):
        _check_turnout(department, present[department], roster)
    return answered


def count(ballots: Iterable[Ballot], roster: Roster, items: Collection[str]) -> dict[str, dict[str, Counts]]:
    """The counts of every item by department, as `score_items` takes them. Refuses what `read_ballots` refuses."""
    votes = Counter((ballot.item, ballot.department, ballot.vote) for ballot in read_ballots(ballots, roster, items))
    return {
        item: {
            department: Counts(*(votes[item, department, vote] for vote in ("keep", "drop", "pass")))
            for department in roster.people
        }
        for item in items
    }


def _fault(ballot: Ballot, items: Collection[str], home: str, judged: Collection[str]) -> str | None:
    """Why a ballot cannot be counted, or None."""
    if ballot.vote not in ("keep", "drop", "pass", None):
        return "the vote is not keep, drop, pass or nothing"
    if ballot.grade is not None and ballot.grade not in GRADES:
        return "the grade is not a whole number from 0 to 5"
    if ballot.item not in items:
        return "the script has no such item"
    if ballot.item in judged:
        return "this person has a ballot on the item already"
    if ballot.department != home:
        return f"this person counts in department {home}"
    return None


def _check_departments(named: Iterable[str], roster: Roster) -> None:
    for department in sorted(named):
        if department not in roster.people and department not in roster.empty:
            raise UnknownDepartment(department=department)


def _check_turnout(department: str, answers: int, roster: Roster) -> None:
    people = roster.people.get(department, 0)
    if answers > people:
        raise MoreBallotsThanRoster(department=department, answers=answers, people=people)


# --- The score ----------------------------------------------------------------------------------------------------


class ShownCounts(msgspec.Struct, frozen=True):
    """A department's breakdown on an item, for everybody who may read the tally."""

    keep: int
    drop: int
    passes: int = msgspec.field(name="pass")
    e: Decimal


class Shown(msgspec.Struct, frozen=True):
    """The only part of a score that leaves the service. What would single out a person is null or absent."""

    dbs: Decimal | None
    band: Band
    raw: Decimal | None
    coverage: dict[str, Decimal] | None
    passes: int | None
    departments: dict[str, ShownCounts]


class Score(msgspec.Struct, frozen=True):
    """What one item scored.

    `by_dbs` is the exact value that every order "by DBS" compares: the product of all `e`, or the raw share (0 where
    there is none) when fewer than two departments count. `dbs` is its geometric mean to 4 places, null in that case.
    """

    item: str
    by_dbs: Fraction
    dbs: Decimal | None
    raw: Fraction | None
    e: dict[str, Fraction]
    coverage: dict[str, Fraction]
    passes: int
    unanimous: bool
    band: Band
    hidden: tuple[str, ...]
    warnings: tuple[RosterWarning, ...]
    shown: Shown


def score_items(
    tallies: Mapping[str, Mapping[str, Counts]],
    roster: Roster,
    *,
    strong_drops: Mapping[str, Collection[str]],
    closed: bool,
    order: Sequence[str] | None = None,
) -> tuple[Score, ...]:
    """The scores of all items of a script, best first; ties by `order`.

    `tallies` holds the counts by item and department, `strong_drops` by item the departments with a strong drop finding.
    Raises `BadOrder` and what `score_item` raises.
    """
    place = read_order(order, tallies)
    scores = (
        score_item(item, counts, roster, strong_drops=strong_drops.get(item, ()), closed=closed)
        for item, counts in tallies.items()
    )
    return tuple(sorted(scores, key=lambda score: (-score.by_dbs, place[score.item])))


def score_item(
    item: str, counts: Mapping[str, Counts], roster: Roster, *, strong_drops: Collection[str], closed: bool
) -> Score:
    """The score of one item. A department that `counts` leaves out has not answered.

    Raises `UnknownDepartment` and `MoreBallotsThanRoster`.
    """
    _check_departments((*counts, *strong_drops), roster)
    for department in sorted(counts):
        _check_turnout(department, counts[department].answers, roster)
    tally = {department: counts.get(department, Counts()) for department in roster.people}
    e = {department: favour(votes) for department, votes in tally.items()}
    unanimous = bool(tally) and all(votes.keep and not votes.drop for votes in tally.values())
    raw = _raw_share(tally)
    product = Fraction(prod(share.numerator for share in e.values()), prod(share.denominator for share in e.values()))
    dbs = _mean(product, len(e), 4)
    band = _band(tally, roster, product, unanimous=unanimous, contested=bool(strong_drops))
    coverage = {department: share(votes.answers, roster.people[department]) for department, votes in tally.items()}
    hidden = hide(tally) if closed else tuple(tally)
    return Score(
        item=item,
        by_dbs=product if len(e) > 1 else raw or Fraction(0),
        dbs=dbs,
        raw=raw,
        e=e,
        coverage=coverage,
        passes=sum(votes.passes for votes in tally.values()),
        unanimous=unanimous,
        band=band,
        hidden=hidden,
        warnings=roster.warnings,
        shown=_show(tally, roster, _mean(product, len(e), 1) if hidden else dbs, band, raw, hidden),
    )


@lru_cache(maxsize=KEPT)
def favour(votes: Counts) -> Fraction:
    """`e` of one department: `p (1 - r)` over its decisive votes with a prior of one half.

    Silence gives 1/4: it is no approval, and a pass is no drop.
    """
    keep = Fraction(2 * votes.keep + 1, 2 * (votes.decisive + 1))
    drop = Fraction(2 * votes.drop + 1, 2 * (votes.decisive + 1))
    return keep * (1 - drop)


@lru_cache(maxsize=KEPT)
def share(answers: int, people: int) -> Fraction:
    """How much of a department has answered."""
    return Fraction(answers, people)


def hide(tally: Mapping[str, Counts]) -> tuple[str, ...]:
    """The departments whose breakdown on an item of a closed round is hidden, by id.

    One or two answers would show how a person voted. A single hidden department could be worked out from totals seen
    elsewhere, so the next smallest are hidden with it until two are, with at least 3 answers together.
    """
    answered = sorted((votes.answers, department) for department, votes in tally.items() if votes.answers)
    hidden = [(answers, department) for answers, department in answered if answers <= 2]
    if hidden:
        for answers, department in answered[len(hidden) :]:
            if len(hidden) >= 2 and sum(held for held, _ in hidden) >= 3:
                break
            hidden.append((answers, department))
    return tuple(sorted(department for _, department in hidden))


def _raw_share(tally: Mapping[str, Counts]) -> Fraction | None:
    decisive = sum(votes.decisive for votes in tally.values())
    return Fraction(sum(votes.keep for votes in tally.values()), decisive) if decisive else None


def _band(tally: Mapping[str, Counts], roster: Roster, product: Fraction, *, unanimous: bool, contested: bool) -> Band:
    """The first band that holds. The mean is irrational, so the product is compared with the power of the threshold."""
    heard = sum(votes.decisive >= min(2, roster.people[department]) for department, votes in tally.items())
    if not tally or heard < min(3, len(tally)):
        return "needs_votes"
    if len(tally) == 1:
        return "raw_only"
    if contested:
        return "contested"
    if unanimous or product >= BRIDGING ** len(tally):
        return "bridging"
    return "weak"


def _mean(product: Fraction, departments: int, places: int) -> Decimal | None:
    return rounded_root(product, departments, places) if departments > 1 else None


def _show(
    tally: Mapping[str, Counts],
    roster: Roster,
    dbs: Decimal | None,
    band: Band,
    raw: Fraction | None,
    hidden: Collection[str],
) -> Shown:
    """No total from which the hidden votes could be computed; `dbs` has one place instead of four where any are hidden."""
    departments = {department: _show_counts(votes) for department, votes in tally.items() if department not in hidden}
    if hidden:
        return Shown(dbs, band, raw=None, coverage=None, passes=None, departments=departments)
    return Shown(
        dbs=dbs,
        band=band,
        raw=None if raw is None else rounded(raw, 4),
        coverage={
            department: _show_share(votes.answers, roster.people[department]) for department, votes in tally.items()
        },
        passes=sum(votes.passes for votes in tally.values()),
        departments=departments,
    )


@lru_cache(maxsize=KEPT)
def _show_counts(votes: Counts) -> ShownCounts:
    return ShownCounts(votes.keep, votes.drop, votes.passes, rounded(favour(votes), 4))


@lru_cache(maxsize=KEPT)
def _show_share(answers: int, people: int) -> Decimal:
    return rounded(share(answers, people), 4)


# --- One sentence to the person who lost --------------------------------------------------------------------------


def explain(score: Score, names: Mapping[str, str] | None = None) -> str:
    """Why an item stands where it stands, to the one who proposed it; says nothing that `shown` does not.

    `names` are the names of departments by id; an id without a name stands for itself.
    """
    shown, verdict = score.shown, _verdict(score.band)
    if shown.raw is None:
        if shown.dbs is None:
            return "Fewer than two departments are invited, so your question has no score over departments."
        return f"Departments count alike; over them your question scores {shown.dbs}, {verdict}."
    keep = sum(votes.keep for votes in shown.departments.values())
    decisive = keep + sum(votes.drop for votes in shown.departments.values())
    sides = f"{keep} of the {decisive} people who took a side keep your question"
    if shown.dbs is None:
        return f"{sides}; only one department is invited, so there is no score over departments."
    against = [
        f"{(names or {}).get(department, department)}, {votes.drop} of {votes.keep + votes.drop}"
        for department, votes in shown.departments.items()
        if votes.drop > votes.keep
    ]
    opposed = f": {'; '.join(against)}, {'is' if len(against) == 1 else 'are'} against" if against else ""
    return f"{sides}, but departments count alike{opposed}. Score {_mean(score.by_dbs, len(score.e), 2)}, {verdict}."


def _verdict(band: Band) -> str:
    match band:
        case "needs_votes":
            return "too few votes to say more"
        case "raw_only":
            return "from one department only"
        case "contested" | "bridging" | "weak":
            return band
        case _:
            assert_never(band)


# --- Exact rounding -----------------------------------------------------------------------------------------------


def rounded(value: Fraction, places: int) -> Decimal:
    """A value that is not negative, rounded half to even."""
    return rounded_root(value, 1, places)


def rounded_root(value: Fraction, degree: int, places: int) -> Decimal:
    """The root of a value that is not negative, rounded half to even from the exact root, without binary floats."""
    scale = 10**places
    units = _integer_root(value.numerator * scale**degree // value.denominator, degree)
    exact = value.numerator * (2 * scale) ** degree
    half = value.denominator * (2 * units + 1) ** degree
    if exact > half or (exact == half and units % 2):
        units += 1
    return Decimal(f"{units}e-{places}")


def _integer_root(value: int, degree: int) -> int:
    """The largest integer whose power is at most `value`, by Newton's steps from above."""
    if value == 0:
        return 0
    guess = 1 << -(-value.bit_length() // degree)
    while (better := ((degree - 1) * guess + value // guess ** (degree - 1)) // degree) < guess:
        guess = better
    return guess
