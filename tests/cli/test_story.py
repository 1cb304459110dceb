"""What the story decides by itself: who thinks what, what counting heads picks, and when the interview takes place."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from crossview.bank.wording.lint import lint
from crossview.bank.wording.question import Question
from crossview.cli.story.departments import SIDES
from crossview.cli.story.finishing import next_working_day
from crossview.cli.story.heads import Cast, by_heads, wanted_minutes
from crossview.cli.story.opinions import opinion, view_of_any
from crossview.cli.story.script import LOADED, MENDED, MENDED_TOO, PARTS, SESSION_MINUTES, lines


def test_opinion_of_ten_people_follows_their_department() -> None:
    loved = Counter(opinion("L", person, 0).choice for person in range(10))
    split = Counter(opinion(".", person, 3).choice for person in range(10))
    foreign = Counter(opinion("p", person, 5).choice for person in range(10))
    assert loved == {"keep": 9, "pass": 1}
    assert split == {"drop": 5, "keep": 4, "pass": 1}
    assert foreign == {"pass": 8, "keep": 1, "drop": 1}


def test_opinion_is_the_same_each_time() -> None:
    assert [opinion("k", person, 4) for person in range(12)] == [opinion("k", person, 4) for person in range(12)]


def test_view_of_any_question_divides_the_departments_in_the_same_way() -> None:
    for question in range(200):
        assert sorted(view_of_any(question, side) for side in range(5)) == [".", "L", "d", "d", "k"]


def test_counting_heads_fills_the_minutes_by_keeps() -> None:
    ballots = [
        *(Cast("sales", "pricing", "keep") for _ in range(10)),
        *(Cast("support", "exports", "keep") for _ in range(3)),
        *(Cast("sales", "exports", "drop") for _ in range(10)),
        Cast("support", "answers", "keep"),
        Cast("support", "unwanted", "drop"),
    ]
    costs = {"exports": Decimal(4), "pricing": Decimal(5), "answers": Decimal(2), "unwanted": Decimal(1)}
    assert by_heads(ballots, costs, Decimal(8)) == ["pricing", "answers"]
    assert wanted_minutes("support", ["exports", "pricing"], ballots, costs) == Decimal(4)
    assert wanted_minutes("sales", ["exports", "pricing"], ballots, costs) == Decimal(5)


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 11, 23), date(2026, 11, 30)),
        (date(2026, 11, 27), date(2026, 12, 4)),
        (date(2026, 11, 28), date(2026, 12, 7)),
        (date(2026, 11, 29), date(2026, 12, 7)),
    ],
    ids=["monday", "friday", "saturday", "sunday"],
)
def test_interview_is_on_a_working_day(today: date, day: date) -> None:
    assert next_working_day(today) == day


def test_script_of_the_story_fits_the_session() -> None:
    assert sum(part.minutes or 0 for part in PARTS) <= SESSION_MINUTES - 5
    assert {line.side for line in lines()} == set(SIDES)
    judged = [line for line in lines() if line.kind in ("question", "task")]
    assert [line.text for line in judged if len(line.views) != len(SIDES) or line.minutes is None] == []


def test_linter_finds_fault_with_the_question_that_is_mended_and_with_no_other() -> None:
    found = {
        line.text: [finding.code for finding in lint(Question(line.text, section=part.kind))]
        for part in PARTS
        for line in part.lines
        if line.kind == "question"
    }

    assert {text: codes for text, codes in found.items() if codes} == {LOADED.text: ["CV101", "CV402"]}
    assert [lint(Question(text)) for text in (MENDED, MENDED_TOO)] == [[], []]
