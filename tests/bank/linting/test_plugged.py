"""The rulebook with plugins: their rules beside ours, and one finding that names the plugin whose rules did not run."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from crossview.bank.linting.linter import Linter
from crossview.bank.linting.plugged import PluggedRulebook
from crossview.bank.wording.findings import Category, Finding, Level
from crossview.bank.wording.lint import all_rules, lint
from crossview.bank.wording.question import Question
from crossview.bank.wording.rulebook import Failure

SUGGESTIVE = "Finden Sie nicht auch, dass der Export langsam ist?"
FOUND = Finding(
    "DE101",
    "suggestive-question",
    Category.LEADING,
    Level.ERROR,
    0,
    21,
    "„Finden Sie nicht auch“ legt die Antwort nahe. Fragen Sie nach dem, was war.",
)
BROKEN = "raise RuntimeError('on purpose')"
HANGING = """
import time
from crossview.plugin import WordingRule, hookimpl

@hookimpl
def crossview_wording_rules():
    return [WordingRule(code="ZZ101", name="a-name", category="leading", level="error", title="A title.")]

@hookimpl
def crossview_wording_faults(question):
    time.sleep(60)
"""
SAID = "The plugin other did not read this: it cannot be loaded: RuntimeError: on purpose. Its rules did not run."

Install = Callable[[str, str], None]


@pytest.fixture
def rulebook() -> Iterator[Callable[..., PluggedRulebook]]:
    """Make a rulebook of what is installed, and end it."""
    made: list[PluggedRulebook] = []

    def make(*arguments: Any) -> PluggedRulebook:
        made.append(PluggedRulebook(*arguments))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.usefixtures("german")
def test_example_finds_its_bad_questions_and_passes_its_good_ones(rulebook: Callable[..., PluggedRulebook]) -> None:
    found = rulebook()
    (rule,) = [rule for rule in found.rules if rule.code == "DE101"]

    linted = found.lint([*rule.bad, *rule.good])

    fires = [rule.code in {finding.code for finding in findings} for findings in linted.findings]
    assert fires == [True] * len(rule.bad) + [False] * len(rule.good)
    assert linted.failures == ()
    assert found.lint([Question(SUGGESTIVE, language="de")]).findings == [(FOUND,)]


@pytest.mark.usefixtures("german")
def test_plugin_reads_its_language_and_no_other(rulebook: Callable[..., PluggedRulebook]) -> None:
    found = rulebook()
    questions = [Question(SUGGESTIVE, language=language) for language in ("de-CH", "en", "fr", None)]

    linted = found.lint(questions)

    assert [[finding.code for finding in findings] for findings in linted.findings] == [["DE101"], [], [], []]
    assert [found.runs("DE101", question) for question in questions] == [True, False, False, False]
    assert [found.reads_words(question) for question in questions] == [True, True, False, True]


@pytest.mark.usefixtures("german")
def test_rules_of_a_plugin_stand_behind_ours(rulebook: Callable[..., PluggedRulebook]) -> None:
    assert [rule.code for rule in rulebook().rules] == [*(rule.code for rule in all_rules()), "DE101"]


@pytest.mark.usefixtures("german")
def test_plugin_that_is_not_allowed_is_not_asked(rulebook: Callable[..., PluggedRulebook]) -> None:
    assert [rule.code for rule in rulebook(["other"]).rules] == [rule.code for rule in all_rules()]


@pytest.mark.usefixtures("german")
def test_plugin_that_fails_costs_neither_our_rules_nor_those_of_another(
    install_wording: Install, rulebook: Callable[..., PluggedRulebook]
) -> None:
    install_wording("other", BROKEN)
    leading = Question("Don't you agree?")

    linted = rulebook().lint([leading, Question(SUGGESTIVE, language="de")])

    assert linted.findings == [tuple(lint(leading)), (FOUND,)]
    assert linted.first_failures == [Failure(0, "other", SAID)]


@pytest.mark.usefixtures("german")
def test_second_plugin_with_the_same_letters_is_left_out(
    install_wording: Install, rulebook: Callable[..., PluggedRulebook]
) -> None:
    install_wording("unready", HANGING.replace("ZZ101", "DE999"))

    linted = rulebook().lint([Question(SUGGESTIVE, language="de")])

    assert linted.findings == [(FOUND,)]
    assert [failure.message for failure in linted.failures] == [
        "The plugin unready did not read this: its codes begin with DE, and those are taken by suggestive. "
        "Its rules did not run."
    ]


def test_category_of_nobody_leaves_the_plugin_out(
    install_wording: Install, rulebook: Callable[..., PluggedRulebook]
) -> None:
    install_wording("other", HANGING.replace('"leading"', '"misleading"'))

    (failure,) = rulebook().lint([Question("What?")]).failures

    assert failure.message == (
        "The plugin other did not read this: there is no category misleading. Its rules did not run."
    )


async def test_linter_that_is_closed_leaves_no_process(install_wording: Install) -> None:
    install_wording("other", HANGING.replace("time.sleep(60)", "raise ValueError(str(__import__('os').getpid()))"))
    linter = Linter(PluggedRulebook())
    (failure,) = (await linter.lint([Question("What?")])).failures
    number = int(failure.message.partition("ValueError: ")[2].partition(".")[0])
    os.kill(number, 0)

    with closing(linter):
        pass

    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
