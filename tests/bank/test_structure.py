"""The rules of structure: each finds its bad examples and passes its good ones, whoever asks it."""

import time
from decimal import Decimal
from pathlib import Path

import pytest

from crossview.bank.structure import rules
from crossview.bank.structure.outline import Item, Outline, Part
from crossview.bank.structure.review import review, structure_rules
from crossview.bank.structure.rule import Remark, StructureRule, listed
from crossview.bank.wording.findings import Level

RULES = structure_rules()
BAD = [(rule, outline) for rule in RULES for outline in rule.bad]
GOOD = [(rule, outline) for rule in RULES for outline in rule.good]


def named(value: object) -> str:
    return value.code if isinstance(value, StructureRule) else ""


@pytest.mark.parametrize(("rule", "outline"), BAD, ids=named)
def test_rule_finds_fault_with_its_bad_example(rule: StructureRule, outline: Outline) -> None:
    assert rule.code in {remark.code for remark in review(outline)}


@pytest.mark.parametrize(("rule", "outline"), GOOD, ids=named)
def test_rule_lets_its_good_example_pass(rule: StructureRule, outline: Outline) -> None:
    assert rule.code not in {remark.code for remark in review(outline)}


def test_rules_have_their_reasons_and_stand_in_modules_of_their_code() -> None:
    modules = sorted(file.stem.split("_")[0].upper() for file in Path(rules.__path__[0]).glob("cv*.py"))

    assert [rule.code for rule in RULES] == modules
    assert [rule.code for rule in RULES if not (rule.bad and rule.good and rule.title and rule.because)] == []
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_outline_of_nothing_has_nothing_wrong() -> None:
    assert review(Outline(())) == []
    assert review(Outline((), (), is_script=True)) == []


def test_remark_says_at_which_item_it_shows() -> None:
    whole = listed("Who told you?", "How did you hear of the export?", "How did you hear of the export??")

    assert review(whole) == [
        Remark(
            code="CV601",
            name="near-duplicate",
            level=Level.INFO,
            item=2,
            message="This nearly repeats “How did you hear of the export?”. "
            "Keep one of the two, or say what makes them differ.",
        )
    ]


def test_minutes_are_added_exactly_and_show_where_they_are_used_up() -> None:
    tenth = Decimal("0.1")
    ask = tuple(Item(f"Question {number}?", minutes=tenth, intent="x") for number in range(4))

    over = Outline(ask, (Part(minutes=3 * tenth),))

    assert [(remark.code, remark.item) for remark in review(over) if remark.code == "CV701"] == [("CV701", 3)]
    assert "takes 0.4 of 0.3 minutes" in review(over)[-1].message


def test_section_in_front_of_consent_is_told_at_its_first_question() -> None:
    script = Outline(
        (
            Item("Welcome.", kind="statement"),
            Item("We are three today.", kind="statement", part=1),
            Item("What do you do here?", part=1),
            Item("May we record?", part=2),
            Item("Anything else?", part=3),
        ),
        (Part("introduction"), Part("warm_up"), Part("consent"), Part("wrap_up")),
        is_script=True,
    )

    assert [(remark.code, remark.item) for remark in review(script)] == [("CV702", 2)]


def test_same_words_in_two_languages_are_two_questions() -> None:
    pair = tuple(Item("Export?", id=name, language=name) for name in ("de", "en"))

    assert review(Outline(pair)) == []


@pytest.mark.parametrize(
    "part", ["a ", "your ", "where is the ", "tell me about your ", "? ", "how many ", "what do you do "]
)
def test_long_text_is_reviewed_in_time_that_grows_with_its_length(part: str) -> None:
    short, long = (listed((part * 60_000)[:length], "Tell me about your day.") for length in (15_000, 60_000))

    times = [cost(outline) for outline in (short, long)]

    assert times[1] < max(8 * times[0], 1.0), times


def cost(outline: Outline) -> float:
    begun = time.process_time()
    review(outline)
    return time.process_time() - begun
