"""How long the rules of fair choice take: a company of 2,000 judging 300 items, and a usual script of 60 people and 40.

Run it with `python benchmarks/choice.py`. Votes are drawn with a fixed seed; every figure is the best of the runs given.
"""

import random
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from time import perf_counter

from crossview.votes.balance import Ballot, Department, count, read_roster, score_items
from crossview.votes.dissent import find
from crossview.votes.equal_shares import Item, Request, Settings, choose

SHARES = (60, 25, 12, 6, 4, 2)
MINUTES = (Decimal("2"), Decimal("2.5"), Decimal("3"), Decimal("4.25"), Decimal("5"), Decimal("8"))


def main() -> None:
    """Print one line a measurement."""
    for people, items, budget, runs in ((60, 40, 45, 20), (2000, 300, 60, 3), (2000, 300, 800, 3)):
        request = draw(people, items, budget)
        title = f"{people:>5} voters, {items:>3} items, {budget:>3} minutes"
        show(f"{title}: balanced score and findings", runs, partial(score, request))
        for settings in (Settings(), Settings(utility="grade"), Settings(absent="to_department", fill=True)):
            label = f"equal shares, {settings.utility}, absent {settings.absent}"
            show(f"{title}: {label}", runs, partial(choose, request, settings))


def draw(people: int, items: int, budget: int) -> Request:
    """A company whose departments lean towards different items; one person in ten is absent."""
    luck = random.Random(7)
    departments = [Department(f"d{number}", people * share // sum(SHARES) + 1) for number, share in enumerate(SHARES)]
    questions = [Item(f"q{number}", luck.choice(MINUTES)) for number in range(items)]
    leaning = {(department.id, item.id): luck.betavariate(1.2, 1.2) for department in departments for item in questions}
    ballots = [
        Ballot(f"{department.id}-{person}", department.id, item.id, *judge(luck, leaning[department.id, item.id]))
        for department in departments
        for person in range(department.people)
        if luck.random() < 0.9
        for item in questions
    ]
    return Request(budget, questions, departments, ballots, by_dbs={})


def judge(luck: random.Random, leaning: float) -> tuple[str, int | None]:
    """A vote and a grade."""
    if luck.random() < 0.2:
        return "pass", None
    return ("keep", luck.randint(1, 5)) if luck.random() < leaning else ("drop", None)


def score(request: Request) -> None:
    """The whole way from ballots to the list of scores."""
    roster = read_roster(request.departments)
    tallies = count(request.ballots, roster, {item.id for item in request.items})
    strong_drops = {item: find(item, counts).strong_drops for item, counts in tallies.items()}
    score_items(tallies, roster, strong_drops=strong_drops, closed=True)


def show(title: str, runs: int, work: Callable[[], object]) -> None:
    """Print the best time of some runs, in milliseconds."""
    best = min(timed(work) for _ in range(runs))
    print(f"{title:<80} {best * 1000:>9.1f} ms")


def timed(work: Callable[[], object]) -> float:
    """Seconds that one run takes."""
    begin = perf_counter()
    work()
    return perf_counter() - begin


if __name__ == "__main__":
    main()
