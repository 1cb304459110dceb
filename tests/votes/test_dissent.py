"""The findings of the dissent brief: golden numbers, who has too few votes, and what must always hold."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossview.votes.balance import Counts
from crossview.votes.dissent import Finding, Findings, Level, contrast, find, majority

MASS = {"Sales": Counts(20, 0, 0), "Support": Counts(0, 3, 0), "Marketing": Counts(2, 0, 2)}

Votes = tuple[int, int, int]


def test_findings_of_the_mass_case() -> None:
    assert find("q", MASS) == Findings(
        item="q",
        found=(
            Finding("Sales", "keep", 20, 20, Decimal("4.5826"), Decimal("3.4369"), Fraction(49, 22), strong=True),
            Finding("Support", "drop", 3, 3, Decimal("2.0000"), Decimal("4.5454"), Fraction(96, 5), strong=True),
        ),
        too_few=("Marketing",),
        not_enough=False,
        eta2=Decimal("0.9140"),
        mostly_passes=False,
    )
    assert find("q", MASS).strong_drops == {"Support"}


@pytest.mark.parametrize(
    ("position", "in_script", "level"),
    [("drop", True, "blocking"), ("drop", False, "leaning"), ("keep", True, "leaning")],
)
def test_level_blocks_only_a_strong_drop_in_the_script(position: str, in_script: bool, level: Level) -> None:
    finding = next(finding for finding in find("q", MASS).found if finding.position == position)
    assert finding.level(in_script=in_script) == level


def numbers(first: Votes, second: Votes) -> list[tuple[str, str, str, str, bool]]:
    found = find("q", {"first": Counts(*first), "second": Counts(*second)}).found
    return [(each.department, each.position, str(each.z_p), str(each.z_r), each.strong) for each in found]


def test_findings_of_two_opposed_departments_mirror_each_other() -> None:
    assert numbers((0, 5, 0), (5, 0, 0)) == [
        ("first", "drop", "2.4495", "2.9277", True),
        ("second", "keep", "2.4495", "2.9277", True),
    ]


def test_findings_of_three_votes_against_a_mixed_department_are_not_strong() -> None:
    drop, keep = numbers((0, 3, 0), (3, 1, 0))
    assert drop == ("first", "drop", "2.0000", "1.8974", False)
    assert (keep[:2], keep[4]) == (("second", "keep"), False)


def test_findings_leave_passes_out() -> None:
    assert numbers((1, 9, 2), (1, 9, 30)) == []
    assert find("q", {"first": Counts(1, 9, 2), "second": Counts(1, 9, 30)}).mostly_passes


def test_findings_of_a_department_of_two_are_not_computed() -> None:
    findings = find("q", {"first": Counts(0, 2, 0), "second": Counts(12, 0, 0)})
    assert [(each.department, each.z_r) for each in findings.found] == [("second", Decimal("3.1472"))]
    assert (findings.too_few, findings.not_enough, findings.strong_drops) == (("first",), False, frozenset())


def test_findings_need_votes() -> None:
    findings = find("q", {"first": Counts(0, 0, 9), "second": Counts(0, 0, 4)})
    assert findings == Findings("q", (), ("first", "second"), not_enough=True, eta2=None, mostly_passes=True)


def test_findings_need_somebody_else_who_took_a_side() -> None:
    findings = find("q", {"first": Counts(0, 9, 0), "second": Counts(0, 0, 4)})
    assert findings == Findings("q", (), ("second",), not_enough=False, eta2=Decimal("1.0000"), mostly_passes=False)


@pytest.mark.parametrize(
    ("sales", "support", "marketing", "eta2"),
    [
        ((20, 0, 0), (0, 3, 0), (2, 0, 2), "0.9140"),
        ((12, 4, 4), (3, 0, 0), (3, 0, 1), "0.0808"),
        ((20, 0, 0), (3, 0, 0), (4, 0, 0), None),
    ],
)
def test_share_of_the_difference_between_departments(
    sales: Votes, support: Votes, marketing: Votes, eta2: str | None
) -> None:
    counts = {"Sales": Counts(*sales), "Support": Counts(*support), "Marketing": Counts(*marketing)}
    assert find("q", counts).eta2 == (None if eta2 is None else Decimal(eta2))


def test_contrast_is_zero_where_everybody_is_of_one_mind() -> None:
    assert contrast(5, 5, 7, 7).shown == 0


def test_values_below_zero_keep_their_sign() -> None:
    assert (majority(0, 3).shown, contrast(0, 3, 20, 22).shown) == (Decimal("-1.0000"), Decimal("-3.1508"))


departments = st.dictionaries(
    st.sampled_from("abcd"), st.builds(Counts, *[st.integers(0, 15)] * 3), min_size=2, max_size=4
)


@given(departments)
def test_passes_change_no_finding(counts: dict[str, Counts]) -> None:
    without = {department: Counts(votes.keep, votes.drop) for department, votes in counts.items()}
    found, plain = find("q", counts), find("q", without)
    assert (found.found, found.too_few, found.not_enough) == (plain.found, plain.too_few, plain.not_enough)


@given(departments)
def test_swapping_keep_and_drop_swaps_the_positions(counts: dict[str, Counts]) -> None:
    swapped = {department: Counts(votes.drop, votes.keep) for department, votes in counts.items()}
    other = {"drop": "keep", "keep": "drop"}
    before = {(each.department, other[each.position], each.z_p, each.z_r) for each in find("q", counts).found}
    assert before == {(each.department, each.position, each.z_p, each.z_r) for each in find("q", swapped).found}
