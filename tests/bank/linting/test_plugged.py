"""The rulebook with plugins: their rules beside ours, and one finding that names the plugin whose rules did not run."""

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from typing import Any

import httpx
import pytest

from crossview.app import create_app
from crossview.bank.linting.linter import Linter
from crossview.bank.linting.plugged import PluggedRulebook
from crossview.bank.wording.findings import Category, Finding, Level
from crossview.bank.wording.lint import all_rules, lint
from crossview.bank.wording.question import Question
from crossview.bank.wording.rulebook import Failure
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from crossview.plugin.proofreader import Patience
from crossview.workspace.found import found_workspace
from tests.bench import Bench, set_up
from tests.people import accept

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


@asynccontextmanager
async def served(settings: Settings, database: Database) -> AsyncIterator[Bench]:
    """An application with the plugins that are installed, and a German script in it."""
    linter = Linter(PluggedRulebook(None, Patience(batch=0.5)))
    transport = httpx.ASGITransport(app=create_app(settings, database, lambda: None, linter=linter))
    async with httpx.AsyncClient(transport=transport, base_url="http://crossview.test") as client:
        _, sent = await found_workspace(database, "Acme", "olga@example.com")
        bench = await set_up(await accept(client, sent.link, "Olga Owner"))
        await bench.owner.patch(f"/v1/scripts/{bench.script['id']}", {"language": "de"}, 1)
        yield bench
    linter.close()


@pytest.mark.usefixtures("german")
async def test_api_knows_the_rules_of_plugins(settings: Settings, database: Database) -> None:
    async with served(settings, database) as bench:
        item = await bench.question(await bench.section(), SUGGESTIVE)
        linted = await bench.owner.made("/v1/lint", {"questions": [{"text": SUGGESTIVE, "language": "de"}]})
        rule = await bench.owner.seen("/v1/rules/DE101")
        suppressed = await bench.owner.put(
            f"/v1/items/{item['id']}/suppressions/DE101", {"revision": 1, "reason": "So gewollt."}
        )
        (finding,) = (await bench.owner.seen(f"/v1/items/{item['id']}"))["findings"]

    assert [finding["code"] for finding in linted["items"][0]["findings"]] == ["DE101"]
    assert linted["items"][0]["neutral"] is False
    assert (rule["name"], rule["bad"][0]["text"], rule["bad"][0]["language"]) == (
        "suggestive-question",
        SUGGESTIVE,
        "de",
    )
    assert suppressed.status_code == 200, suppressed.text
    assert (finding["code"], finding["suppressed"]["reason"]) == ("DE101", "So gewollt.")


async def test_api_answers_in_time_and_names_the_plugin_that_hangs(
    install_wording: Install, settings: Settings, database: Database
) -> None:
    install_wording("other", HANGING)
    async with served(settings, database) as bench:
        section = await bench.section()
        items = [await bench.question(section, text) for text in ("Was war?", "Wer war dabei?")]
        begun = time.monotonic()
        script = await bench.owner.seen(f"/v1/scripts/{bench.script['id']}?include=findings")
        took = time.monotonic() - begun

    (told,) = script["findings"]["items"]
    assert (told["item_id"], [finding["code"] for finding in told["findings"]]) == (items[0]["id"], ["CV904"])
    assert told["findings"][0]["message"] == (
        "The plugin other did not read this: it did not answer within 0.5 seconds. Its rules did not run."
    )
    assert took < 5


@pytest.mark.usefixtures("german")
async def test_suppression_waits_for_a_plugin_that_is_away(settings: Settings, database: Database) -> None:
    async with served(settings, database) as bench:
        item = await bench.question(await bench.section(), SUGGESTIVE)
        path = f"/v1/items/{item['id']}"
        await bench.owner.put(f"{path}/suppressions/DE101", {"revision": 1, "reason": "So gewollt."})
        without = httpx.ASGITransport(app=create_app(settings, database, lambda: None))
        async with httpx.AsyncClient(transport=without, base_url="http://crossview.test") as client:
            owner = replace(bench.owner, api=client)
            shown = await owner.seen(path)
            lifted = await owner.delete(f"{path}/suppressions/DE101")

    assert (shown["findings"], [one["code"] for one in shown["suppressions"]]) == ([], ["DE101"])
    assert lifted.status_code == 204


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
