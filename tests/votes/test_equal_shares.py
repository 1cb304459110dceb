"""The minutes by Equal Shares: golden companies, every edge case of the rule, and what must hold for any company."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossview.foundation.errors import Refusal
from crossview.votes.balance import Ballot, Department, Roster, count, read_roster, score_items
from crossview.votes.equal_shares import (
    Item,
    Pick,
    Request,
    Selection,
    Settings,
    Start,
    cap_shares,
    choose,
    compare,
    explain,
    is_uneven,
    read_minutes,
    read_settings,
    share,
)
from crossview.votes.refusals import (
    BadBallot,
    BadOrder,
    BadSetting,
    BudgetNegative,
    CostNotPositive,
    DuplicateDepartment,
    DuplicateItem,
    MoreBallotsThanRoster,
    NotANumber,
    RosterNegative,
    TooManyDecimals,
    UnknownDepartment,
)

Half = Fraction(1, 2)
Zero = Fraction(0)


def company(budget: int, costs: Mapping[str, int], **keeps: tuple[int, str]) -> Request:
    """Departments in which everybody keeps the same items: `Sales=(10, "S1 S2")`. Nobody drops or passes."""
    departments = [Department(department, people) for department, (people, _) in keeps.items()]
    ballots = [
        Ballot(f"{department}-{person}", department, item, "keep")
        for department, (people, items) in keeps.items()
        for person in range(people)
        for item in items.split()
    ]
    roster = read_roster(departments)
    scores = score_items(count(ballots, roster, list(costs)), roster, strong_drops={}, closed=True)
    items = [Item(item, cost) for item, cost in costs.items()]
    return Request(budget, items, departments, ballots, {score.item: score.by_dbs for score in scores})


def names(selection: Selection) -> list[str]:
    return [pick.item for pick in selection.picks]


THREE = company(
    30,
    {"S1": 6, "S2": 6, "S3": 6, "S4": 6, "X": 6, "C1": 5, "C2": 5, "M1": 8},
    Sales=(10, "S1 S2 S3 S4 X"),
    Support=(3, "C1 C2 X"),
    Marketing=(2, "M1 X C1"),
)
WITH_LEGAL = company(
    30,
    {"X": 6, "S1": 6, "S2": 6, "S3": 6, "T1": 6, "T2": 7, "L1": 4, "L2": 4},
    Legal=(1, "X L1 L2"),
    Support=(2, "X T1 T2"),
    Sales=(10, "X S1 S2 S3"),
)


# --- Golden -------------------------------------------------------------------------------------------------------


def test_selection_of_three_departments() -> None:
    ten = Fraction(10)
    assert choose(THREE, Settings()) == Selection(
        picks=(
            Pick("X", "shares", Fraction(2, 5), Fraction(1), dict.fromkeys(THREE_IDS, Fraction(2)), Fraction(0)),
            Pick("C1", "shares", Half, Fraction(1), {"Marketing": 5 * Half, "Support": 5 * Half}, Fraction(0)),
            Pick("C2", "shares", Fraction(1), Fraction(1), {"Support": Fraction(5)}, Fraction(0)),
            Pick("S1", "shares", Fraction(6, 5), Fraction(1), {"Sales": Fraction(6)}, Fraction(0)),
            Pick("M1", "completion", None, Fraction(11, 16), {"Marketing": 11 * Half}, 5 * Half),
        ),
        shares=dict.fromkeys(THREE_IDS, ten),
        start={
            "Marketing": Start(ten, Fraction(5)),
            "Sales": Start(ten, Fraction(1)),
            "Support": Start(ten, Fraction(10, 3)),
        },
        unheld=Fraction(0),
        minutes=Fraction(30),
        unused=Fraction(0),
        leftover={"Marketing": 11 * Half, "Sales": Fraction(2), "Support": Half},
        won={"Marketing": ten, "Sales": Fraction(8), "Support": 19 * Half},
        left_out=dict.fromkeys(("S2", "S3", "S4"), Fraction(4)),
        no_supporter=(),
        too_dear=(),
        needs_friends=(),
        costs={item.id: Fraction(item.cost) for item in THREE.items},
    )


THREE_IDS = ("Marketing", "Sales", "Support")


def test_selection_under_the_cap() -> None:
    selection = choose(WITH_LEGAL, Settings())
    assert selection.shares == dict.fromkeys(("Legal", "Sales", "Support"), Fraction(10))
    assert selection.start == {
        "Legal": Start(Fraction(5), Fraction(5)),
        "Sales": Start(Fraction(15), Fraction(3, 2)),
        "Support": Start(Fraction(10), Fraction(5)),
    }
    assert [(pick.item, pick.rho) for pick in selection.picks] == [
        ("X", Fraction(6, 13)),
        ("S1", Fraction(12, 13)),
        ("S2", Fraction(12, 13)),
        ("T1", Fraction(18, 13)),
        ("L1", Fraction(24, 13)),
    ]
    assert (selection.minutes, selection.unheld) == (Fraction(28), Zero)
    assert selection.leftover == {"Legal": 0, "Sales": 0, "Support": 2}
    assert selection.left_out == {"S3": 6, "T2": 5, "L2": 4}


def test_selection_without_a_cap() -> None:
    selection = choose(WITH_LEGAL, Settings(person_cap=None))
    assert [(pick.item, pick.rho) for pick in selection.picks] == [
        ("X", Fraction(6, 13)),
        ("L1", Fraction(12, 13)),
        ("L2", Fraction(12, 13)),
        ("S1", Fraction(18, 13)),
        ("T1", Fraction(18, 13)),
    ]
    assert selection.minutes == 26


def test_comparison_of_the_three_splits() -> None:
    compared = compare(THREE, Settings())
    columns = (compared.department, compared.half, compared.head)
    assert [([pick.item for pick in column.picks], column.keeps) for column in columns] == [
        (["X", "C1", "C2", "S1", "M1"], 35),
        (["X", "C1", "S1", "S2", "C2"], 43),
        (["X", "S1", "S2", "C1", "S3"], 50),
    ]
    assert [column.nothing for column in columns] == [dict.fromkeys(THREE_IDS, 0)] * 3
    assert compared.same == ("X", "C1", "S1")
    assert compared.department.won == choose(THREE, Settings()).won


def test_comparison_counts_people_with_nothing() -> None:
    request = company(10, {"a": 5, "b": 20}, Sales=(3, "a"), Support=(2, "b"))
    assert compare(request, Settings()).head.nothing == {"Sales": 0, "Support": 2}


@pytest.mark.parametrize(("people", "uneven"), [((10, 3, 2), True), ((9, 2), False), ((1,), False), ((), False)])
def test_comparison_is_always_shown_when_rosters_are_uneven(people: tuple[int, ...], uneven: bool) -> None:
    assert is_uneven(Roster({str(number): held for number, held in enumerate(people)})) is uneven


# --- Edge cases ---------------------------------------------------------------------------------------------------


def test_two_people_may_hold_half_each() -> None:
    selection = choose(company(24, {"a": 4, "b": 9}, one=(1, "a"), two=(1, "b")), Settings())
    assert selection.start == dict.fromkeys(("one", "two"), Start(Fraction(12), Fraction(12)))
    assert [(pick.item, pick.rho) for pick in selection.picks] == [("a", Fraction(4)), ("b", Fraction(9))]
    assert (selection.minutes, selection.unheld) == (Fraction(13), Zero)


def test_three_people_hold_at_most_a_third_each() -> None:
    selection = choose(company(30, {}, one=(1, ""), two=(2, "")), Settings())
    ten = Fraction(10)
    assert selection.start == {"one": Start(ten, ten), "two": Start(Fraction(20), ten)}
    assert selection.unheld == 0


def test_excess_that_nobody_may_hold_is_unheld() -> None:
    holders = {"a": 1, "b": 1, "idle": 0}
    capped = cap_shares(dict.fromkeys(holders, Fraction(20)), holders, Fraction(30), Fraction(1, 6))
    assert capped == ({"a": Fraction(15), "b": Fraction(15), "idle": Fraction(20)}, Fraction(10))


def test_a_lifted_department_is_cut_again() -> None:
    holders = {"a": 1, "b": 4, "c": 40}
    capped = cap_shares(dict.fromkeys(holders, Fraction(30)), holders, Fraction(90), Fraction(1, 12))
    assert capped == ({"a": Fraction(15, 2), "b": Fraction(30), "c": Fraction(105, 2)}, Fraction(0))


@pytest.mark.parametrize(
    ("split", "shares"),
    [("department", (10, 10, 10)), ("head", (4, 20, 6)), ("half", (7, 15, 8))],
)
def test_shares_by_split(split: Any, shares: tuple[int, ...]) -> None:
    roster = Roster({"Marketing": 2, "Sales": 10, "Support": 3})
    assert tuple(share(Fraction(30), roster, split).values()) == shares


def absent(request: Request, department: str, people: int) -> Request:
    """The request with people on a roster who did not vote."""
    return msgspec.structs.replace(request, departments=[*request.departments, Department(department, people)])


def test_a_silent_department_keeps_its_minutes_idle() -> None:
    request = absent(company(20, {"a": 5, "b": 6, "c": 9}, Sales=(4, "a b c")), "Support", 6)
    selection = choose(request, Settings(person_cap=None))
    assert [(pick.item, pick.phase, pick.gift) for pick in selection.picks] == [
        ("a", "shares", Zero),
        ("b", "completion", Fraction(1)),
    ]
    assert selection.leftover == {"Sales": 5, "Support": 10}
    assert selection.won == {"Sales": 10, "Support": 0}


def test_absent_people_keep_their_minutes() -> None:
    request = company(20, {"a": 5, "b": 5}, Sales=(2, "a b"))
    halved = msgspec.structs.replace(request, departments=[Department("Sales", 4)])
    selection = choose(halved, Settings(completion=False, person_cap=None))
    assert (names(selection), selection.leftover) == (["a", "b"], {"Sales": Fraction(10)})


def test_absent_people_leave_their_minutes_to_the_department() -> None:
    request = company(20, {"a": 20}, Sales=(2, "a"))
    halved = msgspec.structs.replace(request, departments=[Department("Sales", 4)])
    assert names(choose(halved, Settings(completion=False))) == []
    selection = choose(halved, Settings(completion=False, absent="to_department"))
    assert selection.start == {"Sales": Start(Fraction(20), Fraction(10))}
    assert [(pick.item, pick.rho) for pick in selection.picks] == [("a", Fraction(5))]


def test_a_department_with_nobody_present_keeps_its_share() -> None:
    request = absent(company(20, {"a": 5}, Sales=(2, "a")), "Support", 6)
    selection = choose(request, Settings(absent="to_department"))
    assert selection.start == {"Sales": Start(Fraction(10), Fraction(5)), "Support": Start(Fraction(10), None)}
    assert selection.leftover == {"Sales": 5, "Support": 10}


def test_presence_counts_drops_and_pinned_items() -> None:
    items = [Item("welcome", 3, pinned=True), Item("a", 5)]
    departments = [Department("Sales", 9)]
    ballots = [Ballot("ana", "Sales", "a", "drop"), Ballot("ben", "Sales", "welcome", "pass")]
    selection = choose(Request(10, items, departments, ballots, {}), Settings(absent="to_department"))
    assert selection.start == {"Sales": Start(Fraction(10), Fraction(5))}
    assert (selection.costs, selection.no_supporter) == ({"a": Fraction(5)}, ("a",))


@pytest.mark.parametrize("fill", [False, True])
def test_nothing_is_picked_when_nobody_votes(fill: bool) -> None:
    request = company(30, {"a": 4, "b": 9}, Sales=(3, ""), Support=(2, ""))
    selection = choose(request, Settings(fill=fill))
    assert (selection.picks, selection.unused, selection.no_supporter) == ((), Fraction(30), ("a", "b"))
    assert selection.left_out == {"a": 4, "b": 9}


def test_nothing_is_picked_without_minutes_or_departments() -> None:
    assert choose(company(0, {"a": 4}, Sales=(3, "a")), Settings(fill=True)).picks == ()
    selection = choose(company(30, {"a": 4}), Settings(fill=True))
    assert (selection.picks, selection.shares, selection.unheld, selection.unused) == (
        (),
        {},
        Fraction(30),
        Fraction(30),
    )


def test_fill_takes_what_fits_by_score_and_skips_what_does_not() -> None:
    dear = company(12, {"a": 7, "b": 9, "c": 8, "d": 4}, Sales=(3, "a"), Support=(3, "b c d"))
    scored = msgspec.structs.replace(dear, by_dbs={"b": Fraction(3), "a": Fraction(2), "c": Fraction(1)})
    filled = choose(scored, Settings(completion=False, fill=True))
    assert [(pick.item, pick.phase, pick.paid, pick.gift) for pick in filled.picks] == [
        ("d", "shares", {"Support": Fraction(4)}, Zero),
        ("a", "fill", {}, Fraction(7)),
    ]


def test_items_too_dear_for_one_department_or_for_all_are_flagged() -> None:
    selection = choose(company(30, {"a": 15, "b": 16, "c": 30, "d": 31}, Sales=(3, "a"), Support=(3, "b")), Settings())
    assert (selection.needs_friends, selection.too_dear) == (("b", "c"), ("d",))


def test_minutes_with_two_places_are_exact() -> None:
    request = company(1, {}, Sales=(3, ""), Support=(3, ""))
    ballots = [Ballot(f"Sales-{person}", "Sales", "a", "keep") for person in range(3)]
    cents = msgspec.structs.replace(request, budget=Decimal("0.2"), items=[Item("a", Decimal("0.10"))], ballots=ballots)
    selection = choose(cents, Settings())
    assert (names(selection), selection.leftover) == (["a"], {"Sales": 0, "Support": Fraction(1, 10)})


# --- Grades -------------------------------------------------------------------------------------------------------


def graded(**grades: int) -> Request:
    """Ana of Sales keeps `a`, Ben of Support keeps `b`, and both keep `c`; grades by `a`, `b`, or the person's for `c`."""
    ballots = [
        Ballot("ana", "Sales", "a", "keep", grades.get("a")),
        Ballot("ben", "Support", "b", "keep", grades.get("b")),
        Ballot("ana", "Sales", "c", "keep", grades.get("ana")),
        Ballot("ben", "Support", "c", "keep", grades.get("ben")),
    ]
    departments = [Department("Sales", 1), Department("Support", 1)]
    return Request(12, [Item("a", 6), Item("b", 6), Item("c", 6)], departments, ballots, {})


def test_a_higher_grade_pays_more() -> None:
    selection = choose(graded(ana=5, ben=1), Settings(utility="grade", completion=False))
    paid = {"Sales": Fraction(5), "Support": Fraction(1)}
    assert selection.picks == (Pick("c", "shares", Fraction(1), Fraction(1), paid, Zero),)


def test_a_grade_of_nought_is_no_support() -> None:
    selection = choose(graded(a=0), Settings(utility="grade"))
    assert selection.no_supporter == ("a",)
    assert choose(graded(a=0), Settings()).no_supporter == ()


# --- Ties ---------------------------------------------------------------------------------------------------------


def tied(costs: Mapping[str, int], keeps: Sequence[str], **more: Any) -> list[str]:
    """What one department picks in which the n-th person keeps the n-th list of items."""
    ballots = [Ballot(str(n), "Sales", item, "keep") for n, items in enumerate(keeps) for item in items.split()]
    items = [Item(item, cost) for item, cost in costs.items()]
    by_dbs = more.pop("by_dbs", {})
    request = Request(100, items, [Department("Sales", len(keeps))], ballots, by_dbs, more.pop("order", None))
    return names(choose(request, Settings(**more)))


def test_a_tie_goes_to_the_lower_cost() -> None:
    assert tied({"a": 4, "b": 2}, ["a b", "a"]) == ["b", "a"]


def test_a_tie_goes_to_more_supporters_before_the_score() -> None:
    keeps = ["p a", "b", "b"]
    ballots = [Ballot(str(n), "AB"[n > 0], item, "keep") for n, items in enumerate(keeps) for item in items.split()]
    departments = [Department("A", 1), Department("B", 2)]
    request = Request(12, [Item("a", 3), Item("b", 3)], departments, [b for b in ballots if b.item != "p"], {"a": Half})
    assert names(choose(request, Settings(person_cap=None))) == ["b", "a"]


def test_a_tie_goes_to_the_higher_score() -> None:
    assert tied({"a": 2, "b": 2}, ["a b"], by_dbs={"b": Half}) == ["b", "a"]


def test_a_tie_goes_by_the_order_drawn_and_by_code_point_without_one() -> None:
    assert tied({"q2": 2, "q10": 2}, ["q2 q10"]) == ["q10", "q2"]
    assert tied({"q2": 2, "q10": 2}, ["q2 q10"], order=["q2", "q10"]) == ["q2", "q10"]


def test_a_tie_in_completion_goes_to_the_higher_score_then_order() -> None:
    request = company(12, {"a": 8, "b": 8}, Sales=(3, "a"), Support=(3, "b"))
    assert names(choose(request, Settings())) == ["a"]
    assert names(choose(msgspec.structs.replace(request, by_dbs={"b": Half}), Settings())) == ["b"]


# --- One line an item ---------------------------------------------------------------------------------------------


def test_explanation_to_the_person_who_lost() -> None:
    assert explain(choose(THREE, Settings()), "S2", "Sales") == (
        "S2 was left out: its supporters had 2 of 6 minutes left, 4 are missing. "
        "Sales' 10 minutes went to X (2) and S1 (6); 2 were left over."
    )


def test_explanation_to_the_winner() -> None:
    selection = choose(THREE, Settings())
    assert explain(selection, "M1") == "M1: Marketing had saved 5.5 of 8 minutes; 2.5 came from unused time."
    assert explain(selection, "C1") == "C1: Marketing (2.5) and Support (2.5) paid its 5 minutes."
    assert explain(selection, "X") == "X: Marketing (2), Sales (2) and Support (2) paid its 6 minutes."


def test_explanation_uses_the_names_given() -> None:
    selection = choose(THREE, Settings())
    assert explain(
        selection, "S2", "Marketing", {"S2": "Your last export", "Marketing": "The brand team", "X": "Price"}
    ) == (
        "Your last export was left out: its supporters had 2 of 6 minutes left, 4 are missing. "
        "The brand team's 10 minutes went to Price (2), C1 (2.5) and M1 (5.5); 0 were left over."
    )


def test_explanation_of_what_could_not_be_bought() -> None:
    selection = choose(
        company(4, {"a": 5, "b": 1, "c": 3}, Sales=(2, "a c"), Support=(2, "")), Settings(completion=False)
    )
    assert [explain(selection, item) for item in "abc"] == [
        "a was left out: it takes 5 minutes, and there are 4 in all.",
        "b was left out: nobody who voted wants to pay for it.",
        "c was left out: its supporters had 2 of 3 minutes left, 1 is missing.",
    ]
    assert explain(selection, "c", "Sales").endswith("Sales' 2 minutes bought nothing.")


def test_explanation_of_what_was_filled_in() -> None:
    request = company(4, {"c": 3}, Sales=(2, "c"), Support=(2, ""))
    selection = choose(request, Settings(completion=False, fill=True))
    assert explain(selection, "c") == "c: all of its 3 minutes came from unused time."


# --- Refusals -----------------------------------------------------------------------------------------------------


ANA = Ballot("ana", "Sales", "a", "keep")
SMALL = Request(30, [Item("a", 5)], [Department("Sales", 1)], [ANA], {})


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"departments": [Department("Sales", 1)] * 2}, DuplicateDepartment),
        ({"departments": [Department("Sales", -1)]}, RosterNegative),
        ({"departments": [Department("Legal", 1)]}, UnknownDepartment),
        ({"departments": [Department("Sales", 0)]}, MoreBallotsThanRoster),
        ({"items": [Item("a", 5), Item("a", 5)]}, DuplicateItem),
        ({"items": [Item("a", 0)]}, CostNotPositive),
        ({"items": [Item("a", Decimal("-0.5"))]}, CostNotPositive),
        ({"items": [Item("a", Decimal("NaN"))]}, NotANumber),
        ({"items": [Item("a", Decimal("0.005"))]}, TooManyDecimals),
        ({"budget": Decimal("Infinity")}, NotANumber),
        ({"budget": Decimal("30.001")}, TooManyDecimals),
        ({"budget": -1}, BudgetNegative),
        ({"ballots": [Ballot("ana", "Sales", "a", "yes")]}, BadBallot),
        ({"ballots": [Ballot("ana", "Sales", "a", "keep", 6)]}, BadBallot),
        ({"ballots": [ANA, ANA]}, BadBallot),
        ({"order": []}, BadOrder),
        ({"order": ["a", "b"]}, BadOrder),
        ({"order": ["a", "a"]}, BadOrder),
    ],
)
def test_a_request_that_cannot_be_decided_is_refused(change: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        choose(msgspec.structs.replace(SMALL, **change), Settings())
    assert (refused.value.status, "{" in refused.value.detail) == (422, False)


@pytest.mark.parametrize(
    ("value", "minutes"),
    [(7, 7), ("7.5", 15 * Half), (Decimal("0.01"), Fraction(1, 100)), ("1.500", 3 * Half), ("-0", 0), ("-2", -2)],
)
def test_minutes_are_read_exactly(value: Any, minutes: Fraction) -> None:
    assert read_minutes(value) == minutes


@pytest.mark.parametrize(
    "value", ["x", "", "inf", "NaN", "1e999999999", 10**9, pytest.param(10**5000, id="long"), 7.5, True, None]
)
def test_minutes_that_are_no_number_are_refused(value: Any) -> None:
    with pytest.raises(NotANumber):
        read_minutes(value)


@pytest.mark.parametrize("value", ["0.001", "1e-999999999", "7.125", Decimal("3.0001")])
def test_minutes_finer_than_a_hundredth_are_refused(value: Any) -> None:
    with pytest.raises(TooManyDecimals):
        read_minutes(value)


def test_settings_have_the_defaults_of_the_rule() -> None:
    assert read_settings({}) == Settings("department", "1/6", "keep", "approval", completion=True, fill=False)
    assert Settings().cap == Fraction(1, 6)
    assert read_settings({"person_cap": None, "split": "half"}) == Settings(split="half", person_cap=None)
    assert read_settings({"person_cap": "0.25"}).cap == Fraction(1, 4)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("split", "team"),
        ("absent", "leave"),
        ("utility", "stars"),
        ("completion", "yes"),
        ("fill", 1),
        ("speed", 3),
        *(("person_cap", cap) for cap in ("0", "-1/6", "7/6", "1/0", "1e-3", "a sixth", "", "1/6\n", 0.5)),
    ],
)
def test_settings_that_are_not_valid_are_refused(setting: str, value: object) -> None:
    with pytest.raises(BadSetting) as refused:
        read_settings({"split": "head", setting: value})
    assert (refused.value.status, refused.value.values["setting"]) == (422, setting)


# --- Properties ---------------------------------------------------------------------------------------------------


LETTERS = "abcdef"

# A busy machine may take long over one small company, which says nothing about the rule.
exact = settings(deadline=None, max_examples=100)


@st.composite
def requests(draw: st.DrawFn, unlike_costs: bool = False) -> Request:
    """A small company: one to four departments of up to four people, up to six items, any votes and grades."""
    sizes = draw(st.lists(st.integers(0, 4), min_size=1, max_size=4))
    items = LETTERS[: draw(st.integers(1, 6))]
    cents = st.one_of(st.integers(1, 1200), st.sampled_from([300, 600]))
    costs = draw(st.lists(cents, min_size=len(items), max_size=len(items), unique=unlike_costs))
    vote = st.sampled_from(["keep", "keep", "drop", "pass", None])
    grade = st.one_of(st.none(), st.integers(0, 5))
    ballots = [
        Ballot(f"{department}-{person}", f"d{department}", item, draw(vote), draw(grade))
        for department, people in enumerate(sizes)
        for person in range(people)
        for item in items
    ]
    return Request(
        budget=Decimal(draw(st.integers(0, 4000))).scaleb(-2),
        items=[Item(item, Decimal(cost).scaleb(-2)) for item, cost in zip(items, costs, strict=True)],
        departments=[
            Department(f"d{department}", people + draw(st.integers(0, 2))) for department, people in enumerate(sizes)
        ],
        ballots=ballots,
        by_dbs=draw(st.dictionaries(st.sampled_from(items), st.fractions(0, 1))),
        order=draw(st.one_of(st.none(), st.permutations(items))),
    )


any_settings = st.builds(
    Settings,
    split=st.sampled_from(["department", "half", "head"]),
    person_cap=st.sampled_from([None, "1/6", "1/20", "1"]),
    absent=st.sampled_from(["keep", "to_department"]),
    utility=st.sampled_from(["approval", "grade"]),
    completion=st.booleans(),
    fill=st.booleans(),
)


@exact
@given(requests(), any_settings)
def test_every_minute_is_accounted_for(request: Request, rules: Settings) -> None:
    selection = choose(request, rules)
    budget = Fraction(request.budget)
    assert all(sum(pick.paid.values()) + pick.gift == selection.costs[pick.item] for pick in selection.picks)
    assert all(pick.funded == sum(pick.paid.values()) / selection.costs[pick.item] for pick in selection.picks)
    assert selection.minutes == sum(selection.costs[item] for item in names(selection)) <= budget
    assert selection.minutes + selection.unused == budget
    assert sum(start.minutes for start in selection.start.values()) + selection.unheld == budget
    assert all(0 <= selection.won[department] <= start.minutes for department, start in selection.start.items())
    assert all(0 <= left <= selection.start[department].minutes for department, left in selection.leftover.items())


@exact
@given(requests(), any_settings)
def test_what_is_picked_has_a_supporter_and_what_is_not_lacks_something(request: Request, rules: Settings) -> None:
    selection = choose(request, rules)
    kept = {ballot.item for ballot in request.ballots if ballot.vote == "keep"}
    assert set(names(selection)) <= kept - set(selection.no_supporter)
    assert len(set(names(selection))) == len(names(selection))
    assert selection.left_out.keys() == selection.costs.keys() - set(names(selection))
    assert all(0 < missing <= selection.costs[item] for item, missing in selection.left_out.items())


@exact
@given(requests(), any_settings)
def test_no_holder_starts_above_the_cap(request: Request, rules: Settings) -> None:
    starts = [start for start in choose(request, rules).start.values() if start.each is not None]
    if rules.cap is not None and starts and request.budget:
        holders = sum(int(start.minutes / start.each) for start in starts if start.each)
        most = max(rules.cap * Fraction(request.budget), Fraction(request.budget) / holders)
        assert all(start.each <= most for start in starts if start.each is not None)


@exact
@given(requests(), any_settings, st.randoms(use_true_random=False))
def test_input_order_changes_nothing(request: Request, rules: Settings, luck: Random) -> None:
    def shuffled(given: Sequence[Any]) -> Sequence[Any]:
        return sorted(given, key=lambda _: luck.random())

    other = msgspec.structs.replace(
        request,
        items=shuffled(request.items),
        departments=shuffled(request.departments),
        ballots=shuffled(request.ballots),
    )
    assert choose(request, rules) == choose(other, rules)


@exact
@given(requests(unlike_costs=True), any_settings)
def test_copying_a_department_changes_no_pick(request: Request, rules: Settings) -> None:
    copied = msgspec.structs.replace(
        request,
        departments=[Department(each.id, each.people * 2) if each.id == "d0" else each for each in request.departments],
        ballots=[
            *request.ballots,
            *(
                msgspec.structs.replace(ballot, person=f"{ballot.person}-copy")
                for ballot in request.ballots
                if ballot.department == "d0"
            ),
        ],
    )
    uncapped = msgspec.structs.replace(rules, split="department", person_cap=None)
    before, after = choose(request, uncapped), choose(copied, uncapped)
    assert [(pick.item, pick.phase, pick.paid, pick.gift) for pick in before.picks] == [
        (pick.item, pick.phase, pick.paid, pick.gift) for pick in after.picks
    ]


@exact
@given(requests(), any_settings)
def test_picks_are_those_of_the_rule_read_word_by_word(request: Request, rules: Settings) -> None:
    selection = choose(request, rules)
    assert [
        (pick.item, pick.rho, sum(pick.paid.values()), pick.funded) for pick in selection.picks if pick.phase != "fill"
    ] == word_by_word(request, rules, selection)


def word_by_word(
    request: Request, rules: Settings, selection: Selection
) -> list[tuple[str, Fraction | None, Fraction, Fraction]]:
    """Main loop and completion with one fraction a person, every item asked anew in every step."""
    budget, people = Fraction(request.budget), sum(department.people for department in request.departments)
    support: dict[str, dict[str, int]] = {item.id: {} for item in request.items}
    owned: dict[str, Fraction] = {}
    for ballot in request.ballots:
        owned[ballot.person] = getattr(selection.start.get(ballot.department), "each", None) or Fraction(0)
        utility = 1 if rules.utility == "approval" or ballot.grade is None else ballot.grade
        if ballot.vote == "keep" and utility:
            support[ballot.item][ballot.person] = utility
    weight = {person: minutes * people / budget if budget else Fraction(0) for person, minutes in owned.items()}
    cost = {item.id: Fraction(item.cost) for item in request.items}
    place = {item: n for n, item in enumerate(request.order or sorted(cost))}
    by_dbs = {item: request.by_dbs.get(item, Fraction(0)) for item in cost}

    def paid(item: str, rho: Fraction) -> dict[str, Fraction]:
        return {person: min(owned[person], rho * weight[person] * u) for person, u in support[item].items()}

    def price(item: str) -> Fraction | None:
        """The cost is met on the straight piece that ends where the next person has given all."""
        ends = sorted({owned[person] / (weight[person] * u) for person, u in support[item].items() if owned[person]})
        start = Fraction(0)
        for end in ends:
            low, high = sum(paid(item, start).values()), sum(paid(item, end).values())
            if high >= cost[item]:
                return start + (cost[item] - low) * (end - start) / (high - low)
            start = end
        return None

    picks: list[tuple[str, Fraction | None, Fraction, Fraction]] = []
    pool = set(cost)
    while priced := [(rho, item) for item in pool if (rho := price(item)) is not None]:
        rho, item = min(priced, key=lambda p: (p[0], cost[p[1]], -len(support[p[1]]), -by_dbs[p[1]], place[p[1]]))
        for person, amount in paid(item, rho).items():
            owned[person] -= amount
        picks.append((item, rho, cost[item], Fraction(1)))
        pool.remove(item)
    while rules.completion:
        remaining = budget - sum(cost[item] for item, *_ in picks)
        saved = {item: sum((owned[person] for person in support[item]), start=Fraction(0)) for item in pool}
        fitting = [item for item in pool if saved[item] and cost[item] <= remaining]
        if not fitting:
            break
        item = min(fitting, key=lambda item: (-saved[item] / cost[item], -by_dbs[item], place[item]))
        owned |= dict.fromkeys(support[item], Fraction(0))
        picks.append((item, None, saved[item], saved[item] / cost[item]))
        pool.remove(item)
    return picks
