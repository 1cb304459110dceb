"""Equal Shares beside pabutools, an implementation by other people, where both rules say the same.

With departments of equal size everybody owns the same minutes, so that the main loop is the published rule with nothing of
ours in it: no weights, no cap, no completion. Ties are broken by our order in both. pabutools brings solvers that weigh more
than the service, so `make test` does not install it: `requirements-oracle.lock` does, and without it these tests are left out.
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pabutools", reason="requirements-oracle.lock is not installed")

from pabutools.election import (
    Additive_Cardinal_Sat,
    ApprovalBallot,
    ApprovalProfile,
    CardinalBallot,
    Cardinality_Sat,
    CardinalProfile,
    Instance,
    Project,
    parse_pabulib,
)
from pabutools.fractions import frac
from pabutools.rules import method_of_equal_shares
from pabutools.tiebreaking import TieBreakingRule

from crossview.votes.balance import Ballot, Department
from crossview.votes.equal_shares import Item, Request, Settings, choose

INSTANCES = Path(__file__).parent / "instances"
"""Small elections in the format of pabulib.org."""
compared: list[int] = []


@st.composite
def equal_companies(draw: st.DrawFn, utility: str) -> Request:
    """One to five departments of equal size, up to 30 people and 12 items."""
    departments, people = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    items = [f"q{number}" for number in range(draw(st.integers(1, 12)))]
    cost = st.one_of(st.integers(25, 1500), st.sampled_from([200, 400, 500, 600]))
    vote = st.sampled_from(["keep", "keep", "drop", "pass", None])
    grade = st.integers(0, 5) if utility == "grade" else st.none()
    return Request(
        budget=Decimal(draw(st.integers(100, 9000))).scaleb(-2),
        items=[Item(item, Decimal(draw(cost)).scaleb(-2)) for item in items],
        departments=[Department(f"d{number}", people) for number in range(departments)],
        ballots=[
            Ballot(f"{number}-{person}", f"d{number}", item, draw(vote), draw(grade))
            for number in range(departments)
            for person in range(people)
            for item in items
        ],
        by_dbs={item: draw(st.fractions(0, 1, max_denominator=50)) for item in items},
        order=draw(st.permutations(items)),
    )


@settings(deadline=None, max_examples=400)
@given(equal_companies("approval"))
def test_picks_by_approval_are_those_of_pabutools(request: Request) -> None:
    agree(request, "approval")


@settings(deadline=None, max_examples=400)
@given(equal_companies("grade"))
def test_picks_by_grade_are_those_of_pabutools(request: Request) -> None:
    agree(request, "grade")


@pytest.mark.parametrize("name", sorted(file.name for file in INSTANCES.glob("*.pb")))
def test_picks_of_a_shipped_instance_are_those_of_pabutools(name: str) -> None:
    instance, profile = parse_pabulib(str(INSTANCES / name))
    items = sorted(project.name for project in instance)
    voters = [sorted(project.name for project in ballot) for ballot in profile]
    request = Request(
        budget=int(instance.budget_limit),
        items=[Item(project.name, int(project.cost)) for project in instance],
        departments=[Department("all", len(voters))],
        ballots=[Ballot(f"p{person}", "all", item, "keep") for person, kept in enumerate(voters) for item in kept],
        by_dbs=dict.fromkeys(items, Fraction(0)),
        order=items,
    )
    agree(request, "approval")


def test_figures_are_told(record_property: Callable[[str, object], None]) -> None:
    record_property(
        "figure", f"equal shares beside pabutools: {len(compared)} instances, {sum(compared)} picks, no mismatch"
    )
    assert len(compared) > 800


def agree(request: Request, utility: str) -> None:
    """The same items in the same order."""
    rules = Settings(person_cap=None, utility=utility, completion=False)  # type: ignore[arg-type]
    ours = [pick.item for pick in choose(request, rules).picks]
    assert ours == by_pabutools(request, utility)
    compared.append(len(ours))


def by_pabutools(request: Request, utility: str) -> list[str]:
    """What pabutools picks, in its order."""
    projects = {item.id: Project(item.id, frac(*Fraction(item.cost).as_integer_ratio())) for item in request.items}
    instance = Instance(projects.values(), budget_limit=frac(*Fraction(request.budget).as_integer_ratio()))
    grades: dict[str, dict[Project, int]] = {ballot.person: {} for ballot in request.ballots}
    for ballot in request.ballots:
        grade = 1 if utility == "approval" or ballot.grade is None else ballot.grade
        if ballot.vote == "keep" and grade:
            grades[ballot.person][projects[ballot.item]] = grade
    supporters = {name: sum(project in given for given in grades.values()) for name, project in projects.items()}
    assert request.order is not None
    place = {item: number for number, item in enumerate(request.order)}
    ties = TieBreakingRule(
        lambda _instance, _profile, project: (
            project.cost,
            -supporters[project.name],
            -request.by_dbs[project.name],
            place[project.name],
        )
    )
    if utility == "approval":
        profile = ApprovalProfile([ApprovalBallot(given) for given in grades.values()], instance=instance)
        sat = Cardinality_Sat
    else:
        profile = CardinalProfile([CardinalBallot(given) for given in grades.values()], instance=instance)
        sat = Additive_Cardinal_Sat
    return [project.name for project in method_of_equal_shares(instance, profile, sat, tie_breaking=ties)]
