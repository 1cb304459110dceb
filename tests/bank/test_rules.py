"""The rules of wording: each finds its bad examples and passes its good ones, wherever the words stand, in linear time."""

import time
from pathlib import Path

import pytest

from crossview.bank.wording import rules
from crossview.bank.wording.findings import Category, Finding, Level
from crossview.bank.wording.lint import all_rules, lint
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Rule

RULES = all_rules()
BAD = [(rule, question) for rule in RULES for question in rule.bad]
GOOD = [(rule, question) for rule in RULES for question in rule.good]


def named(value: object) -> str:
    return value.code if isinstance(value, Rule) else str(getattr(value, "text", value))


@pytest.mark.parametrize(("rule", "question"), BAD, ids=named)
def test_rule_finds_fault_with_its_bad_example(rule: Rule, question: Question) -> None:
    assert rule.code in {finding.code for finding in lint(question)}


@pytest.mark.parametrize(("rule", "question"), GOOD, ids=named)
def test_rule_lets_its_good_example_pass(rule: Rule, question: Question) -> None:
    assert rule.code not in {finding.code for finding in lint(question)}


def test_every_category_has_a_rule_and_every_rule_its_examples_and_reasons() -> None:
    assert {rule.category for rule in RULES} == set(Category)
    incomplete = [
        rule.code for rule in RULES if not (rule.bad and rule.good and rule.title and rule.because and rule.source)
    ]
    assert incomplete == []


def test_rules_have_codes_and_names_of_their_own_and_stand_in_modules_of_their_code() -> None:
    modules = sorted(file.stem.split("_")[0].upper() for file in Path(rules.__path__[0]).glob("cv*.py"))
    assert [rule.code for rule in RULES] == modules
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_finding_stands_where_the_author_wrote_the_words() -> None:
    text = "👋 Hello.\u200b Wouldn’t you say it’s slow?"

    (found,) = lint(Question(text))

    assert found == Finding(
        code="CV101",
        name="leading-question",
        category=Category.LEADING,
        level=Level.ERROR,
        start=text.index("Wouldn"),
        end=text.index("Wouldn") + len("Wouldn’t"),
        message="“Wouldn’t” suggests the answer. Ask for what happened, or what they think, without saying what you expect.",
    )


def test_what_is_quoted_is_nobodys_wording() -> None:
    asked = "A colleague told us “don't you always hate it?” when we asked. What do you say to that?"

    assert lint(Question(asked)) == []


def test_another_language_is_asked_by_neutral_rules_alone() -> None:
    options = ("0-5", "5-10", "10 and over")

    assert lint(Question("Don't you always use it?", language="de")) == []
    assert [finding.code for finding in lint(Question("Wie alt ist es?", language="de", options=options))] == ["CV306"]


def test_same_question_is_found_fault_with_in_the_same_way_each_time() -> None:
    asked = Question("Don't you think our amazing export, which you always use, is great and fast?")

    assert lint(asked) == lint(asked)
    assert [(finding.start, finding.code) for finding in lint(asked)] == sorted(
        (finding.start, finding.code) for finding in lint(asked)
    )


KILLERS = (
    "a ",
    "and ",
    "how ",
    "? ",
    "not ",
    ", ",
    "the a ",
    "you would ",
    "if we had ",
    "'",
    '"',
    "(",
    "-",
    "do you ",
    "our new, ",
    "\n",
    "A",
    "1-2 ",
    "why ",
)


@pytest.mark.parametrize("part", KILLERS)
def test_long_text_is_linted_in_time_that_grows_with_its_length(part: str) -> None:
    short, long = (Question((part * 60_000)[:length]) for length in (15_000, 60_000))

    times = [cost(question) for question in (short, long)]

    # Four times the text; a rule that begins anew at each word would take sixteen times as long.
    assert times[1] < max(8 * times[0], 1.0), times


def cost(question: Question) -> float:
    begun = time.process_time()
    lint(question)
    return time.process_time() - begun


@pytest.mark.parametrize("text", ["", " ", "?", "\u200b", "😀", "a", "_" * 100, "“", "\n\n", "\ufeff?"])
def test_text_of_nothing_has_nothing_wrong(text: str) -> None:
    assert [finding for finding in lint(Question(text)) if finding.code != "CV301"] == []


@pytest.mark.parametrize(
    ("text", "yes_no", "favour", "asks"),
    [
        ("Do you use it?", True, False, False),
        ("So, is it slow?", True, False, False),
        ("Can you tell me about it?", False, True, False),
        ("Would you mind showing me?", False, True, False),
        ("In which month was it?", False, False, True),
        ("What happened?", False, False, True),
    ],
)
def test_sentence_is_known_by_how_it_opens(text: str, yes_no: bool, favour: bool, asks: bool) -> None:
    main = Reading(Question(text)).main

    assert (main.is_yes_no, main.is_request, main.asks) == (yes_no, favour, asks)
