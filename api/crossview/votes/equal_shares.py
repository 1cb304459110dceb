"""The minutes of a session, filled by Equal Shares: every department starts with the same minutes and buys with them.

The Method of Equal Shares is by Peters, Pierczyński and Skowron (NeurIPS 2021); COMSOC-Community/pabutools
`rules/mes/mes_rule.py` is an implementation to compare with, ties and completion are discussed on equalshares.net. Minutes
are equal by department, because they buy knowledge about the participant. People pay in proportion to what they own, so
that a group owning `l` times the cost of a question gets it, or has a member with `l` picked questions (EJR+, Brill and
Peters 2023).

Everything is exact. Inside, minutes are integers over one common denominator; outside they are fractions.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from heapq import heappop, heapreplace
from math import lcm
from typing import Any, Literal, assert_never

import msgspec

from crossview.votes.balance import Ballot, Department, Roster, read_ballots, read_order, read_roster, rounded
from crossview.votes.refusals import BadSetting, BudgetNegative, CostNotPositive, NotANumber, TooManyDecimals

Split = Literal["department", "half", "head"]
Phase = Literal["shares", "completion", "fill"]

SPLITS: tuple[Split, ...] = ("department", "half", "head")
UNEVEN = 5


# --- What comes in ------------------------------------------------------------------------------------------------


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How minutes are shared; fixed before the first ballot is opened and stored in the version.

    `person_cap` is a fraction or decimal in (0, 1] as a text, the share of all minutes that one person may start with;
    None is no cap. Raises `BadSetting`.
    """

    split: Split = "department"
    person_cap: str | None = "1/6"
    absent: Literal["keep", "to_department"] = "keep"
    utility: Literal["approval", "grade"] = "approval"
    completion: bool = True
    fill: bool = False

    def __post_init__(self) -> None:
        """Refuse a cap that is not a share, so that no other place has to."""
        if self.person_cap is None:
            return
        if not re.fullmatch(r"[0-9]{1,9}(/0*[1-9][0-9]{0,8}|\.[0-9]{1,9})?", self.person_cap, re.ASCII):
            raise BadSetting(setting="person_cap", reason="it is not a fraction or decimal such as 1/6 or 0.25")
        if not 0 < Fraction(self.person_cap) <= 1:
            raise BadSetting(setting="person_cap", reason="it is not above 0 and at most 1")

    @property
    def cap(self) -> Fraction | None:
        """The cap as a number."""
        return None if self.person_cap is None else Fraction(self.person_cap)


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item of the script with the minutes it takes; pinned items stand outside the pool and cost nothing of it."""

    id: str
    cost: Decimal | int
    pinned: bool = False


class Request(msgspec.Struct, frozen=True):
    """All that a selection follows from, its settings apart.

    `budget` is the minutes of the core sections, `by_dbs` the exact value of F1 by item (missing counts as 0), `order` the
    last tie-break over all items of the script, pinned ones included; None is by id.
    """

    budget: Decimal | int
    items: Sequence[Item]
    departments: Sequence[Department]
    ballots: Sequence[Ballot]
    by_dbs: Mapping[str, Fraction]
    order: Sequence[str] | None = None


def read_settings(given: Mapping[str, Any]) -> Settings:
    """The settings of a script, defaults filled in. Raises `BadSetting` for an unknown name or a value not allowed."""
    for setting, value in given.items():
        try:
            msgspec.convert({setting: value}, Settings)
        except msgspec.ValidationError as error:
            raise BadSetting(setting=setting, reason=str(error)) from error
    return msgspec.convert(given, Settings)


def read_minutes(value: Decimal | int | str) -> Fraction:
    """Minutes from a decimal with at most 2 places. Raises `NotANumber` and `TooManyDecimals`.

    A binary float is not a number of minutes: 0.1 would be something else. Nor is anything of ten digits or more, which
    could be as long to write out as it is short to send.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise NotANumber(value=str(value))
    try:
        minutes = Decimal(value)
    except InvalidOperation:
        raise NotANumber(value=str(value)) from None
    if not minutes.is_finite() or (minutes and minutes.adjusted() > 8):
        raise NotANumber(value=str(minutes))
    if minutes and minutes.adjusted() < -2:
        raise TooManyDecimals(value=str(minutes))
    exact = Fraction(minutes)
    if (exact * 100).denominator != 1:
        raise TooManyDecimals(value=str(minutes))
    return exact


# --- What comes out -----------------------------------------------------------------------------------------------


class Pick(msgspec.Struct, frozen=True):
    """An item that is in, and who paid. `rho` is the price per utility and weight, None after the main loop."""

    item: str
    phase: Phase
    rho: Fraction | None
    funded: Fraction
    paid: dict[str, Fraction]
    gift: Fraction


class Start(msgspec.Struct, frozen=True):
    """The minutes a department starts with, capped, and each of its holders'; None where nobody holds them."""

    minutes: Fraction
    each: Fraction | None


class Selection(msgspec.Struct, frozen=True):
    """What fits the minutes and why; all numbers are minutes, departments and lists of ids are sorted by id.

    `shares` are before the cap, `start` after it. `leftover` is what was left when the main loop ended, the absent's
    included; `unheld` minutes belong to nobody. `left_out` says for each item of the pool that was not picked what its
    supporters lacked. `too_dear` cost more than there is, `needs_friends` more than one department's equal part.
    """

    picks: tuple[Pick, ...]
    shares: dict[str, Fraction]
    start: dict[str, Start]
    unheld: Fraction
    minutes: Fraction
    unused: Fraction
    leftover: dict[str, Fraction]
    won: dict[str, Fraction]
    left_out: dict[str, Fraction]
    no_supporter: tuple[str, ...]
    too_dear: tuple[str, ...]
    needs_friends: tuple[str, ...]
    costs: dict[str, Fraction]


# --- The request, read once ---------------------------------------------------------------------------------------


class _Pool(msgspec.Struct, frozen=True):
    """A request that has been checked: costs of the unpinned items, ballots that say something, places in the order."""

    budget: Fraction
    costs: dict[str, Fraction]
    roster: Roster
    ballots: list[Ballot]
    home: dict[str, str]
    by_dbs: Mapping[str, Fraction]
    place: dict[str, int]

    def by_favour(self, item: str) -> tuple[Fraction, int]:
        """The sort key of "higher DBS, then order"."""
        return -self.by_dbs.get(item, Fraction(0)), self.place[item]


def _read(request: Request) -> _Pool:
    budget = read_minutes(request.budget)
    if budget < 0:
        raise BudgetNegative(minutes=str(request.budget))
    place = read_order(request.order, [item.id for item in request.items])
    costs = {item.id: _read_cost(item) for item in request.items if not item.pinned}
    roster = read_roster(request.departments)
    ballots = read_ballots(request.ballots, roster, place)
    home = {ballot.person: ballot.department for ballot in ballots}
    return _Pool(budget, costs, roster, ballots, home, request.by_dbs, place)


def _read_cost(item: Item) -> Fraction:
    cost = read_minutes(item.cost)
    if cost <= 0:
        raise CostNotPositive(item=item.id, minutes=str(item.cost))
    return cost


def _utility(ballot: Ballot, settings: Settings) -> int:
    """What a pick of the item is worth to the person. A grade makes people pay more, it does not make them richer."""
    if ballot.vote != "keep":
        return 0
    match settings.utility:
        case "approval":
            return 1
        case "grade":
            return 1 if ballot.grade is None else ballot.grade
        case _:
            assert_never(settings.utility)


# --- Starting minutes ---------------------------------------------------------------------------------------------


def share(budget: Fraction, roster: Roster, split: Split) -> dict[str, Fraction]:
    """The minutes of each department before the cap; the roster names at least one."""
    people = sum(roster.people.values())
    equal = {department: budget / len(roster.people) for department in roster.people}
    heads = {department: budget * held / people for department, held in roster.people.items()}
    match split:
        case "department":
            return equal
        case "head":
            return heads
        case "half":
            return {department: (equal[department] + heads[department]) / 2 for department in roster.people}
        case _:
            assert_never(split)


def cap_shares(
    shares: Mapping[str, Fraction], holders: Mapping[str, int], budget: Fraction, cap: Fraction | None
) -> tuple[dict[str, Fraction], Fraction]:
    """The shares after the cap on what one holder may start with, and the minutes that nobody may hold.

    Departments without holders keep their share idle. What is cut goes in equal parts to the departments below their top,
    which may lift one of them above it, so the cut is repeated.
    """
    capped = dict(shares)
    held = {department: number for department, number in holders.items() if number}
    if cap is None or not held:
        return capped, Fraction(0)
    each = max(cap * budget, budget / sum(held.values()))
    top = {department: each * number for department, number in held.items()}
    while over := [department for department in held if capped[department] > top[department]]:
        excess = sum((capped[department] - top[department] for department in over), start=Fraction(0))
        capped |= {department: top[department] for department in over}
        below = [department for department in held if capped[department] < top[department]]
        if not below:
            return capped, excess
        capped |= {department: capped[department] + excess / len(below) for department in below}
    return capped, Fraction(0)


def _start(pool: _Pool, settings: Settings) -> tuple[dict[str, Fraction], dict[str, Start], Fraction]:
    """Shares before the cap, what departments and holders start with after it, and the minutes nobody may hold."""
    if not pool.roster.people:
        return {}, {}, pool.budget
    shares, holders = share(pool.budget, pool.roster, settings.split), _holders(pool, settings)
    capped, unheld = cap_shares(shares, holders, pool.budget, settings.cap)
    start = {
        department: Start(minutes, minutes / holders[department] if holders[department] else None)
        for department, minutes in capped.items()
    }
    return shares, start, unheld


def _holders(pool: _Pool, settings: Settings) -> dict[str, int]:
    match settings.absent:
        case "keep":
            return pool.roster.people
        case "to_department":
            present = Counter(pool.home.values())
            return {department: present[department] for department in pool.roster.people}
        case _:
            assert_never(settings.absent)


# --- The ledger ---------------------------------------------------------------------------------------------------


class _Supporter(msgspec.Struct, frozen=True, gc=False):
    """A person, by number, to whom an item is worth something."""

    person: int
    utility: int


class _Ledger:
    """What every supporter of some item still owns.

    A person of weight `w` pays `w * min(b / w, rho * u)` for an item, and `b / w` starts as `B / N` for everybody. So the
    ledger keeps `b / w`: one scale serves all, each purchase multiplies it by one integer, and the loop needs no fractions.

    purse[v] / scale = b_v / w_v in hundredths of a minute per weight; weight[v] / unit = w_v.
    """

    def __init__(self, pool: _Pool, start: Mapping[str, Start], support: Mapping[str, list[tuple[str, int]]]) -> None:
        people = sum(pool.roster.people.values())
        weight = {
            department: held.each * people / pool.budget
            for department, held in start.items()
            if held.each is not None and pool.budget
        }
        self.unit = lcm(*(w.denominator for w in weight.values()))
        # Without people there are no purses, but their scale still divides.
        self.scale = people or 1
        persons = sorted({person for supporters in support.values() for person, _ in supporters})
        index = {person: number for number, person in enumerate(persons)}
        self.departments = [pool.home[person] for person in persons]
        self.weight = [int(weight.get(department, 0) * self.unit) for department in self.departments]
        self.purse = [int(pool.budget * 100)] * len(persons)
        self.cost = {item: int(cost * 100) for item, cost in pool.costs.items()}
        self.support = {
            item: [_Supporter(index[person], utility) for person, utility in supporters]
            for item, supporters in support.items()
        }

    def minutes(self, owned: int) -> Fraction:
        """Weighed purses as minutes."""
        return Fraction(owned, 100 * self.unit * self.scale)

    def savings(self, item: str) -> int:
        """What the supporters of an item own together, weighed."""
        weight, purse = self.weight, self.purse
        return sum(weight[supporter.person] * purse[supporter.person] for supporter in self.support[item])

    def price(self, item: str) -> Fraction | None:
        """The smallest `rho` at which the supporters of an item can pay for it, or None.

        From the poorest for the utility on: as long as one cannot pay the even price of those still in, this one gives
        all, and the others share the rest.
        """
        weight, purse = self.weight, self.purse
        able = [supporter for supporter in self.support[item] if purse[supporter.person]]
        # 60 is divisible by every grade, so purses per utility compare as integers.
        able.sort(key=lambda supporter: purse[supporter.person] * (60 // supporter.utility))
        self.support[item] = able
        owed = self.cost[item] * self.unit * self.scale
        pull = sum(weight[supporter.person] * supporter.utility for supporter in able)
        for supporter in able:
            person, utility = supporter.person, supporter.utility
            if owed * utility <= purse[person] * pull:
                return Fraction(owed, pull * 100 * self.scale)
            owed -= weight[person] * purse[person]
            pull -= weight[person] * utility
        return None

    def buy(self, item: str, rho: Fraction) -> dict[str, Fraction]:
        """Charge the supporters of an item its price; returns the minutes that each department paid."""
        price = rho * 100 * self.scale
        self.scale *= price.denominator
        self.purse = [owned * price.denominator for owned in self.purse]
        return self._charge(
            (supporter.person, min(self.purse[supporter.person], price.numerator * supporter.utility))
            for supporter in self.support[item]
        )

    def empty(self, item: str) -> dict[str, Fraction]:
        """Take all that the supporters of an item have left; returns the minutes that each department paid."""
        return self._charge((supporter.person, self.purse[supporter.person]) for supporter in self.support[item])

    def _charge(self, bill: Iterable[tuple[int, int]]) -> dict[str, Fraction]:
        paid: Counter[str] = Counter()
        for person, amount in bill:
            self.purse[person] -= amount
            paid[self.departments[person]] += self.weight[person] * amount
        return {department: self.minutes(paid[department]) for department in sorted(paid) if paid[department]}


# --- Choosing -----------------------------------------------------------------------------------------------------


def choose(request: Request, settings: Settings) -> Selection:
    """The items that the departments buy with their minutes.

    Raises the refusals of the roster, the order, the ballots and the minutes: see `crossview.votes.refusals`.
    """
    return _choose(_read(request), settings)


def _choose(pool: _Pool, settings: Settings) -> Selection:
    shares, start, unheld = _start(pool, settings)
    support = _support(pool, settings)
    ledger = _Ledger(pool, start, support)

    bought = tuple(_buy_together(pool, ledger, support))
    leftover = {
        department: held.minutes - _won((department,), bought)[department] for department, held in start.items()
    }
    missing = {item: cost - ledger.minutes(ledger.savings(item)) for item, cost in pool.costs.items()}
    completed = tuple(_complete(pool, ledger, bought)) if settings.completion else ()
    filled = tuple(_fill(pool, support, bought + completed)) if settings.fill else ()

    picks = bought + completed + filled
    picked = {pick.item for pick in picks}
    minutes = _cost(pool, picks)
    equal = pool.budget / len(shares) if shares else pool.budget
    return Selection(
        picks=picks,
        shares=shares,
        start=start,
        unheld=unheld,
        minutes=minutes,
        unused=pool.budget - minutes,
        leftover=leftover,
        won=_won(shares, picks),
        left_out={item: missing[item] for item in sorted(missing) if item not in picked},
        no_supporter=tuple(item for item in sorted(pool.costs) if not support[item]),
        too_dear=tuple(item for item in sorted(pool.costs) if pool.costs[item] > pool.budget),
        needs_friends=tuple(item for item in sorted(pool.costs) if equal < pool.costs[item] <= pool.budget),
        costs={item: pool.costs[item] for item in sorted(pool.costs)},
    )


def _support(pool: _Pool, settings: Settings) -> dict[str, list[tuple[str, int]]]:
    """The supporters of each item of the pool with their utility."""
    support: dict[str, list[tuple[str, int]]] = {item: [] for item in pool.costs}
    for ballot in pool.ballots:
        if ballot.item in support and (utility := _utility(ballot, settings)):
            support[ballot.item].append((ballot.person, utility))
    return support


def _buy_together(pool: _Pool, ledger: _Ledger, support: Mapping[str, Sequence[tuple[str, int]]]) -> Iterator[Pick]:
    """The main loop: again and again the item with the smallest `rho`."""
    ties = sorted(pool.costs, key=lambda item: (pool.costs[item], -len(support[item]), pool.by_favour(item)))
    for item, rho in _lowest_first(ties, ledger.price):
        yield Pick(item, "shares", rho, funded=Fraction(1), paid=ledger.buy(item, rho), gift=Fraction(0))


def _complete(pool: _Pool, ledger: _Ledger, bought: Sequence[Pick]) -> Iterator[Pick]:
    """Completion: unused time tops up the items whose supporters saved the greatest part of the cost."""
    remaining = pool.budget - _cost(pool, bought)

    def lacking(item: str) -> Fraction | None:
        savings = ledger.savings(item)
        fits = savings and pool.costs[item] <= remaining
        return 1 - ledger.minutes(savings) / pool.costs[item] if fits else None

    unpicked = pool.costs.keys() - {pick.item for pick in bought}
    for item, lack in _lowest_first(sorted(unpicked, key=pool.by_favour), lacking):
        remaining -= pool.costs[item]
        yield Pick(item, "completion", None, 1 - lack, paid=ledger.empty(item), gift=lack * pool.costs[item])


def _fill(pool: _Pool, support: Mapping[str, Sequence[tuple[str, int]]], picks: Sequence[Pick]) -> Iterator[Pick]:
    """Fill: by DBS, whatever somebody wants and still fits."""
    remaining = pool.budget - _cost(pool, picks)
    unpicked = pool.costs.keys() - {pick.item for pick in picks}
    for item in sorted(unpicked, key=pool.by_favour):
        if support[item] and pool.costs[item] <= remaining:
            remaining -= pool.costs[item]
            yield Pick(item, "fill", None, funded=Fraction(0), paid={}, gift=pool.costs[item])


def _lowest_first(items: Sequence[str], ask: Callable[[str], Fraction | None]) -> Iterator[tuple[str, Fraction]]:
    """Items as their answer becomes the lowest of all, ties in the order given; the caller buys each before the next.

    Purses only empty, so an answer never falls and None stays None. An old answer is therefore a lower bound, and only
    the item in front has to be asked again.
    """
    taken = 0
    queue = [(Fraction(0), tie, -1) for tie in range(len(items))]
    while queue:
        answer, tie, asked = queue[0]
        if asked == taken:
            heappop(queue)
            taken += 1
            yield items[tie], answer
        elif (now := ask(items[tie])) is None:
            heappop(queue)
        else:
            heapreplace(queue, (now, tie, taken))


def _cost(pool: _Pool, picks: Iterable[Pick]) -> Fraction:
    return sum((pool.costs[pick.item] for pick in picks), start=Fraction(0))


def _won(departments: Iterable[str], picks: Sequence[Pick]) -> dict[str, Fraction]:
    return {
        department: sum((pick.paid.get(department, Fraction(0)) for pick in picks), start=Fraction(0))
        for department in departments
    }


# --- Side by side -------------------------------------------------------------------------------------------------


class Column(msgspec.Struct, frozen=True):
    """What one split would pick: `nothing` counts people present without a picked item they keep, `keeps` the votes."""

    picks: tuple[Pick, ...]
    won: dict[str, Fraction]
    nothing: dict[str, int]
    keeps: int


class Comparison(msgspec.Struct, frozen=True):
    """The same request under all three splits, for looking only; `same` is in the order of `department`."""

    department: Column
    half: Column
    head: Column
    same: tuple[str, ...]


def is_uneven(roster: Roster) -> bool:
    """Whether the largest roster is five times the smallest or more, so that the comparison is always shown."""
    return bool(roster.people) and max(roster.people.values()) >= UNEVEN * min(roster.people.values())


def compare(request: Request, settings: Settings) -> Comparison:
    """The selections under all three splits; every other setting stays. Raises what `choose` raises."""
    pool = _read(request)
    department, half, head = (
        _column(pool, _choose(pool, msgspec.structs.replace(settings, split=split))) for split in SPLITS
    )
    others = ({pick.item for pick in half.picks}, {pick.item for pick in head.picks})
    same = tuple(pick.item for pick in department.picks if all(pick.item in other for other in others))
    return Comparison(department, half, head, same)


def _column(pool: _Pool, selection: Selection) -> Column:
    picked = {pick.item for pick in selection.picks}
    pleased = [ballot.person for ballot in pool.ballots if ballot.vote == "keep" and ballot.item in picked]
    without = Counter(pool.home[person] for person in pool.home.keys() - set(pleased))
    nothing = {department: without[department] for department in pool.roster.people}
    return Column(selection.picks, selection.won, nothing, len(pleased))


# --- One line an item ---------------------------------------------------------------------------------------------


def explain(
    selection: Selection, item: str, department: str | None = None, names: Mapping[str, str] | None = None
) -> str:
    """Why an item of the pool is in or out. With a department, also where the minutes of that department went.

    The department is the reader's own: to name those of the supporters would tell who voted how on what was left out.
    `names` are names of items and departments by id; an id without a name stands for itself.
    """
    named = _Names(names or {})
    for pick in selection.picks:
        if pick.item == item:
            return _explain_pick(pick, selection.costs[item], named)
    reason = _explain_left_out(selection, item, named)
    return reason if department is None else f"{reason} {_explain_bill(selection, department, named)}"


class _Names(dict[str, str]):
    """Names by id; an id without a name is its own."""

    def __missing__(self, key: str) -> str:
        return key


def _explain_pick(pick: Pick, cost: Fraction, named: _Names) -> str:
    match pick.phase:
        case "shares":
            return f"{named[pick.item]}: {_listed(_bill(pick.paid, named))} paid its {_minutes(cost)}."
        case "completion":
            payers = _listed([named[department] for department in pick.paid])
            saved = f"{payers} had saved {_plain(cost - pick.gift)} of {_minutes(cost)}"
            return f"{named[pick.item]}: {saved}; {_plain(pick.gift)} came from unused time."
        case "fill":
            return f"{named[pick.item]}: all of its {_minutes(cost)} came from unused time."
        case _:
            assert_never(pick.phase)


def _explain_left_out(selection: Selection, item: str, named: _Names) -> str:
    cost, missing = selection.costs[item], selection.left_out[item]
    if item in selection.no_supporter:
        return f"{named[item]} was left out: nobody who voted wants to pay for it."
    if item in selection.too_dear:
        total = selection.minutes + selection.unused
        return f"{named[item]} was left out: it takes {_minutes(cost)}, and there are {_plain(total)} in all."
    had = f"its supporters had {_plain(cost - missing)} of {_minutes(cost)} left"
    return f"{named[item]} was left out: {had}, {_plain(missing)} {_are(missing)} missing."


def _explain_bill(selection: Selection, department: str, named: _Names) -> str:
    start = selection.start[department].minutes
    left = start - selection.won[department]
    owner = f"{named[department]}'" if named[department].endswith("s") else f"{named[department]}'s"
    bought = _bill({pick.item: pick.paid[department] for pick in selection.picks if department in pick.paid}, named)
    if not bought:
        return f"{owner} {_minutes(start)} bought nothing."
    return f"{owner} {_minutes(start)} went to {_listed(bought)}; {_plain(left)} {_were(left)} left over."


def _bill(paid: Mapping[str, Fraction], named: _Names) -> list[str]:
    return [f"{named[payee]} ({_plain(minutes)})" for payee, minutes in paid.items()]


def _listed(words: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _plain(minutes: Fraction) -> str:
    """At most 2 places, without closing zeros."""
    return f"{rounded(minutes, 2):f}".rstrip("0").rstrip(".")


def _minutes(minutes: Fraction) -> str:
    return f"{_plain(minutes)} {'minute' if minutes == 1 else 'minutes'}"


def _are(minutes: Fraction) -> str:
    return "is" if minutes == 1 else "are"


def _were(minutes: Fraction) -> str:
    return "was" if minutes == 1 else "were"
