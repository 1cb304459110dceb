"""The department-balanced score: the golden cases of the rule, what it hides, and what must always hold."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import prod

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossview.foundation.errors import Refusal
from crossview.votes.balance import (
    Ballot,
    Counts,
    Department,
    Roster,
    RosterWarning,
    Score,
    ShownCounts,
    count,
    explain,
    favour,
    hide,
    read_ballots,
    read_order,
    read_roster,
    rounded,
    rounded_root,
    score_item,
    score_items,
)
from crossview.votes.dissent import find
from crossview.votes.refusals import (
    BadBallot,
    BadOrder,
    DuplicateDepartment,
    DuplicateItem,
    MoreBallotsThanRoster,
    RosterNegative,
    UnknownDepartment,
)

COMPANY = {"Sales": 20, "Support": 3, "Marketing": 4}

Votes = tuple[int, int, int]


def scored(people: Mapping[str, int], *votes: Votes, closed: bool = True) -> Score:
    """The score of an item with these keeps, drops and passes, departments in the order of `people`."""
    roster = read_roster(Department(department, number) for department, number in people.items())
    counts = {department: Counts(*answers) for department, answers in zip(people, votes, strict=True)}
    return score_item("q", counts, roster, strong_drops=find("q", counts).strong_drops, closed=closed)


def numbered(*people: int) -> dict[str, int]:
    return {f"d{number:02}": held for number, held in enumerate(people)}


# --- Golden -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("votes", "raw", "dbs", "e", "band"),
    [
        (((20, 0, 0), (0, 3, 0), (2, 0, 2)), "0.8800", "0.2179", ("0.9529", "0.0156", "0.6944"), "contested"),
        (((12, 4, 4), (3, 0, 0), (3, 0, 1)), "0.8182", "0.6818", ("0.5407", "0.7656", "0.7656"), "bridging"),
        (((20, 0, 0), (3, 0, 0), (4, 0, 0)), "1.0000", "0.8392", ("0.9529", "0.7656", "0.8100"), "bridging"),
        (((20, 0, 0), (0, 0, 0), (0, 0, 0)), "1.0000", "0.3905", ("0.9529", "0.2500", "0.2500"), "needs_votes"),
        (((0, 0, 0), (2, 0, 0), (0, 0, 0)), "1.0000", "0.3514", ("0.2500", "0.6944", "0.2500"), "needs_votes"),
    ],
    ids=["mass", "lukewarm", "unanimous", "only_sales", "two_votes"],
)
def test_score_of_the_golden_cases(votes: tuple[Votes, ...], raw: str, dbs: str, e: tuple[str, ...], band: str) -> None:
    score = scored(COMPANY, *votes)
    assert score.raw is not None
    shares = tuple(str(rounded(score.e[department], 4)) for department in COMPANY)
    assert (str(rounded(score.raw, 4)), str(score.dbs), shares, score.band) == (raw, dbs, e, band)


def test_score_whole_value() -> None:
    score = scored(COMPANY, (20, 0, 0), (0, 3, 0), (2, 0, 2))
    assert msgspec.to_builtins(score.shown) == {
        "dbs": "0.2179",
        "band": "contested",
        "raw": "0.8800",
        "coverage": {"Marketing": "1.0000", "Sales": "1.0000", "Support": "1.0000"},
        "passes": 2,
        "departments": {
            "Marketing": {"keep": 2, "drop": 0, "pass": 2, "e": "0.6944"},
            "Sales": {"keep": 20, "drop": 0, "pass": 0, "e": "0.9529"},
            "Support": {"keep": 0, "drop": 3, "pass": 0, "e": "0.0156"},
        },
    }
    assert score.by_dbs == Fraction(41, 42) ** 2 * Fraction(1, 64) * Fraction(25, 36)
    assert score.coverage == {"Marketing": 1, "Sales": 1, "Support": 1}
    assert (score.passes, score.unanimous, score.hidden, score.warnings) == (2, False, (), ())


def test_score_with_two_votes_shows_one_place() -> None:
    score = scored(COMPANY, (0, 0, 0), (2, 0, 0), (0, 0, 0))
    silent = ShownCounts(0, 0, 0, Decimal("0.2500"))
    assert score.hidden == ("Support",)
    assert msgspec.to_builtins(score.shown) == {
        "dbs": "0.4",
        "band": "needs_votes",
        "raw": None,
        "coverage": None,
        "passes": None,
        "departments": msgspec.to_builtins({"Marketing": silent, "Sales": silent}),
    }


@pytest.mark.parametrize(("sales", "coverage"), [((0, 0, 20), 1), ((0, 0, 0), 0)], ids=["all_pass", "silent"])
def test_score_of_passes_equals_silence(sales: Votes, coverage: int) -> None:
    score = scored({"Sales": 20, "Support": 5, "Marketing": 4}, sales, (5, 0, 0), (4, 0, 0))
    assert (score.dbs, score.band) == (Decimal("0.5541"), "needs_votes")
    assert score.coverage == {"Sales": coverage, "Support": 1, "Marketing": 1}


def test_score_of_five_single_people_bridges_when_unanimous() -> None:
    score = scored(numbered(1, 1, 1, 1, 1), *[(1, 0, 0)] * 5)
    assert (score.dbs, score.shown.dbs, score.band) == (Decimal("0.5625"), Decimal("0.6"), "bridging")
    assert (score.unanimous, score.hidden, score.shown.departments) == (True, tuple(score.e), {})


def test_score_of_five_single_people_is_weak_when_one_passes() -> None:
    score = scored(numbered(1, 1, 1, 1, 1), *[(1, 0, 0)] * 4, (0, 0, 1))
    assert (score.dbs, score.unanimous, score.band) == (Decimal("0.4783"), False, "weak")


def test_score_hides_the_next_department_with_the_small_one() -> None:
    score = scored(numbered(2, 4, 11), (2, 0, 0), (3, 0, 1), (10, 1, 0))
    assert (score.hidden, score.shown.dbs, score.band) == (("d00", "d01"), Decimal("0.7"), "bridging")
    assert list(score.shown.departments) == ["d02"]


def test_score_is_rounded_from_the_exact_value() -> None:
    score = scored(numbered(1, 24), (1, 0, 0), (21, 3, 0))
    assert score.by_dbs == Fraction("0.645") ** 2
    assert (score.dbs, score.shown.dbs) == (Decimal("0.6450"), Decimal("0.6"))


def test_score_is_contested_above_the_threshold() -> None:
    score = scored(numbered(4, *[30] * 11), (0, 4, 0), *[(30, 0, 0)] * 11)
    assert (score.dbs, score.band) == (Decimal("0.6613"), "contested")


# --- Departments that cannot be compared --------------------------------------------------------------------------


def test_score_of_a_single_department_is_raw_only() -> None:
    score = scored({"Sales": 5, "Legal": 0}, (3, 1, 0), (0, 0, 0))
    assert (score.dbs, score.by_dbs, score.band) == (None, Fraction(3, 4), "raw_only")
    assert score.warnings == (
        RosterWarning("empty_department", "Legal"),
        RosterWarning("single_department", "Sales"),
    )
    assert score.shown.departments == {"Sales": ShownCounts(3, 1, 0, Decimal("0.4900"))}


def test_score_without_a_department_needs_votes() -> None:
    score = scored({})
    assert (score.dbs, score.raw, score.unanimous, score.band) == (None, None, False, "needs_votes")
    assert score.by_dbs == 0
    assert score.warnings == (RosterWarning("no_department"),)


def test_score_counts_a_department_that_is_not_named_as_silent() -> None:
    roster = Roster({"Sales": 2, "Support": 2})
    score = score_item("q", {"Sales": Counts(keep=2)}, roster, strong_drops=(), closed=True)
    assert score.e == {"Sales": Fraction(25, 36), "Support": Fraction(1, 4)}


def test_score_in_an_open_round_shows_no_breakdown() -> None:
    score = scored(COMPANY, (20, 0, 0), (3, 0, 0), (4, 0, 0), closed=False)
    assert score.hidden == ("Marketing", "Sales", "Support")
    assert msgspec.to_builtins(score.shown) == {
        "dbs": "0.8",
        "band": "bridging",
        "raw": None,
        "coverage": None,
        "passes": None,
        "departments": {},
    }


# --- The list -----------------------------------------------------------------------------------------------------


TALLIES = {
    "q2": {"Sales": Counts(keep=3), "Support": Counts(keep=3)},
    "q10": {"Sales": Counts(keep=3), "Support": Counts(keep=3)},
    "q1": {"Sales": Counts(drop=3), "Support": Counts(keep=3)},
    "q3": {"Sales": Counts(keep=4), "Support": Counts(keep=3)},
}
PAIR = Roster({"Sales": 4, "Support": 4})


def test_items_are_listed_by_product_then_code_point() -> None:
    scores = score_items(TALLIES, PAIR, strong_drops={"q1": {"Sales"}}, closed=True)
    assert [score.item for score in scores] == ["q3", "q10", "q2", "q1"]
    assert [score.band for score in scores] == ["bridging", "bridging", "bridging", "contested"]


def test_items_are_listed_by_the_order_drawn() -> None:
    scores = score_items(TALLIES, PAIR, strong_drops={}, closed=True, order=["q1", "q2", "q3", "q10"])
    assert [score.item for score in scores] == ["q3", "q2", "q10", "q1"]


def test_items_of_one_department_are_listed_by_raw_share() -> None:
    tallies = {"a": {"Sales": Counts(keep=1)}, "b": {"Sales": Counts(keep=9, drop=1)}, "c": {"Sales": Counts(passes=4)}}
    scores = score_items(tallies, Roster({"Sales": 10}), strong_drops={}, closed=True)
    assert [(score.item, score.by_dbs) for score in scores] == [("a", 1), ("b", Fraction(9, 10)), ("c", 0)]


# --- To the person who lost ---------------------------------------------------------------------------------------


def test_explanation_names_the_department_against() -> None:
    assert explain(scored(COMPANY, (20, 0, 0), (0, 3, 0), (2, 0, 2))) == (
        "22 of the 25 people who took a side keep your question, but departments count alike: Support, 3 of 3, is against."
        " Score 0.22, contested."
    )


def test_explanation_names_several_departments_against() -> None:
    score = scored({"a": 3, "b": 4, "c": 9}, (0, 3, 0), (1, 3, 0), (9, 0, 0))
    assert explain(score, {"a": "Support", "b": "Legal"}) == (
        "10 of the 16 people who took a side keep your question, but departments count alike: Support, 3 of 3; Legal, "
        "3 of 4, are against. Score 0.11, weak."
    )


def test_explanation_says_no_more_than_is_shown() -> None:
    assert explain(scored(COMPANY, (0, 0, 0), (2, 0, 0), (0, 0, 0))) == (
        "Departments count alike; over them your question scores 0.4, too few votes to say more."
    )


def test_explanation_of_a_single_department() -> None:
    assert explain(scored({"Sales": 5}, (3, 1, 0))) == (
        "3 of the 4 people who took a side keep your question; only one department is invited, so there is no score over "
        "departments."
    )
    assert explain(scored({"Sales": 5}, (1, 0, 0))) == (
        "Fewer than two departments are invited, so your question has no score over departments."
    )


# --- Reading what comes in ----------------------------------------------------------------------------------------


def test_count_groups_ballots_by_item_and_department() -> None:
    ballots = [
        Ballot("ana", "Sales", "q1", "keep", 5),
        Ballot("ana", "Sales", "q2", "pass"),
        Ballot("ben", "Sales", "q1", "drop"),
        Ballot("cleo", "Support", "q1", None),
    ]
    assert count(ballots, PAIR, ["q1", "q2"]) == {
        "q1": {"Sales": Counts(keep=1, drop=1), "Support": Counts()},
        "q2": {"Sales": Counts(passes=1), "Support": Counts()},
    }
    assert read_ballots(ballots, PAIR, ["q1", "q2"]) == ballots[:3]


def test_roster_sets_empty_departments_aside() -> None:
    departments = [Department("b", 2), Department("z", 0), Department("a", 1)]
    assert read_roster(departments) == Roster({"a": 1, "b": 2}, empty=("z",))


def test_roster_refuses_a_department_named_twice() -> None:
    with pytest.raises(DuplicateDepartment) as refused:
        read_roster([Department("Sales", 3), Department("Sales", 4)])
    assert refused.value.values == {"department": "Sales"}


def test_roster_refuses_a_negative_number() -> None:
    with pytest.raises(RosterNegative) as refused:
        read_roster([Department("Sales", -1)])
    assert refused.value.values == {"department": "Sales", "people": -1}


def test_order_refuses_what_does_not_name_every_item_once() -> None:
    faults = []
    for order in (["a"], ["a", "b", "c"], ["a", "b", "a"]):
        with pytest.raises(BadOrder) as refused:
            read_order(order, ["a", "b"])
        faults.append(refused.value.values)
    assert faults == [
        {"item": "b", "fault": "missing"},
        {"item": "c", "fault": "unknown"},
        {"item": "a", "fault": "named twice"},
    ]


def test_order_refuses_a_script_with_an_item_twice() -> None:
    with pytest.raises(DuplicateItem):
        read_order(None, ["a", "b", "a"])


def test_score_refuses_more_answers_than_people() -> None:
    with pytest.raises(MoreBallotsThanRoster) as refused:
        scored({"Sales": 3, "Support": 2}, (1, 1, 2), (0, 0, 0))
    assert refused.value.values == {"department": "Sales", "answers": 4, "people": 3}


def test_score_refuses_an_unknown_department() -> None:
    with pytest.raises(UnknownDepartment):
        score_item("q", {"Legal": Counts()}, PAIR, strong_drops=(), closed=True)
    with pytest.raises(UnknownDepartment):
        score_item("q", {}, PAIR, strong_drops={"Legal"}, closed=True)


@pytest.mark.parametrize(
    ("ballots", "refusal"),
    [
        ([Ballot("ana", "Sales", "q1", "maybe")], BadBallot),
        ([Ballot("ana", "Sales", "q1", "keep", 6)], BadBallot),
        ([Ballot("ana", "Sales", "q1", "keep", -1)], BadBallot),
        ([Ballot("ana", "Sales", "q9", "keep")], BadBallot),
        ([Ballot("ana", "Sales", "q1", "keep"), Ballot("ana", "Sales", "q1", "drop")], BadBallot),
        ([Ballot("ana", "Sales", "q1", "keep"), Ballot("ana", "Support", "q2", "drop")], BadBallot),
        ([Ballot("ana", "Legal", "q1", "keep")], UnknownDepartment),
        ([Ballot(person, "Sales", "q1", "keep") for person in "abcde"], MoreBallotsThanRoster),
        ([Ballot("ana", "Empty", "q1", "keep")], MoreBallotsThanRoster),
    ],
    ids=["vote", "grade", "negative", "item", "twice", "two_departments", "unknown", "too_many", "empty"],
)
def test_ballots_that_cannot_be_counted_are_refused(ballots: list[Ballot], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as refused:
        read_ballots(ballots, Roster(PAIR.people, empty=("Empty",)), ["q1", "q2"])
    assert (refused.value.status, type(refused.value)) == (422, refusal)


# --- Exact rounding -----------------------------------------------------------------------------------------------


def test_rounding_is_half_to_even() -> None:
    halves = [Fraction("0.00005"), Fraction("0.00015"), Fraction("0.00025"), Fraction("0.000250000000000000001")]
    assert [str(rounded(value, 4)) for value in halves] == ["0.0000", "0.0002", "0.0002", "0.0003"]


@given(st.fractions(min_value=0, max_value=1000), st.integers(1, 9), st.integers(0, 6))
def test_rounded_root_is_the_nearest_decimal(value: Fraction, degree: int, places: int) -> None:
    shown, half = Fraction(rounded_root(value, degree, places)), Fraction(1, 2 * 10**places)
    assert max(shown - half, Fraction(0)) ** degree <= value <= (shown + half) ** degree


# --- Properties ---------------------------------------------------------------------------------------------------


votes_of_a_department = st.builds(Counts, *[st.integers(0, 12)] * 3)
tallies = st.dictionaries(st.sampled_from("abcdef"), votes_of_a_department, min_size=2)


def score_of(tally: Mapping[str, Counts]) -> Score:
    """The score where every department has 40 people, more than any tally drawn."""
    roster = Roster(dict.fromkeys(sorted(tally), 40))
    return score_item("q", tally, roster, strong_drops=find("q", tally).strong_drops, closed=True)


def with_more(tally: Mapping[str, Counts], department: str, keep: int = 0, drop: int = 0, passes: int = 0) -> Score:
    votes = tally[department]
    more = Counts(votes.keep + keep, votes.drop + drop, votes.passes + passes)
    return score_of({**tally, department: more})


@given(tallies)
def test_one_keep_more_raises_and_one_drop_more_lowers_the_score(tally: dict[str, Counts]) -> None:
    before = score_of(tally).by_dbs
    for department in tally:
        assert with_more(tally, department, drop=1).by_dbs < before < with_more(tally, department, keep=1).by_dbs


@given(tallies)
def test_one_pass_more_changes_neither_score_nor_band(tally: dict[str, Counts]) -> None:
    before = score_of(tally)
    for department in tally:
        after = with_more(tally, department, passes=1)
        assert (after.by_dbs, after.e, after.raw, after.band) == (before.by_dbs, before.e, before.raw, before.band)


@given(tallies, st.permutations("abcdef"))
def test_renaming_departments_changes_nothing(tally: dict[str, Counts], letters: list[str]) -> None:
    renamed = dict(zip("abcdef", letters, strict=True))
    before, after = score_of(tally), score_of({renamed[department]: votes for department, votes in tally.items()})
    assert after.e == {renamed[department]: e for department, e in before.e.items()}
    assert (after.by_dbs, after.dbs, after.raw, after.band, after.unanimous, after.passes) == (
        before.by_dbs,
        before.dbs,
        before.raw,
        before.band,
        before.unanimous,
        before.passes,
    )


@given(votes_of_a_department.filter(lambda votes: votes.decisive > 0))
def test_copying_a_departments_votes_moves_it_towards_its_share(votes: Counts) -> None:
    limit = Fraction(votes.keep, votes.decisive) ** 2
    once, twice = favour(votes), favour(Counts(2 * votes.keep, 2 * votes.drop, 2 * votes.passes))
    assert abs(twice - limit) < abs(once - limit) or once == twice == limit


@given(tallies)
def test_no_score_is_exactly_the_threshold(tally: dict[str, Counts]) -> None:
    assert prod(score_of(tally).e.values()) != Fraction(3, 5) ** len(tally)


@given(tallies)
def test_a_hidden_department_cannot_be_worked_out(tally: dict[str, Counts]) -> None:
    hidden, answered = hide(tally), {department for department, votes in tally.items() if votes.answers}
    assert all(
        votes.answers == 0 or votes.answers >= 3 for department, votes in tally.items() if department not in hidden
    )
    if hidden:
        together = sum(tally[department].answers for department in hidden)
        assert set(hidden) == answered or (len(hidden) >= 2 and together >= 3)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(["q1", "q2", "q10", "q3"]), tallies, min_size=1))
def test_input_order_changes_nothing(tallied: dict[str, dict[str, Counts]]) -> None:
    departments = sorted({department for tally in tallied.values() for department in tally})
    roster = Roster(dict.fromkeys(departments, 40))
    backwards = {item: dict(reversed(tally.items())) for item, tally in reversed(tallied.items())}
    forwards = score_items(tallied, roster, strong_drops={}, closed=True)
    assert forwards == score_items(backwards, roster, strong_drops={}, closed=True)
