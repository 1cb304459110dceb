"""The rules as the API tells of them."""

from crossview.bank.files.check import UPKEEP
from crossview.bank.structure.review import structure_rules
from crossview.bank.wording.lint import all_rules
from tests.people import Person


async def test_every_rule_is_listed_by_its_code(owner: Person) -> None:
    items = (await owner.seen("/v1/rules"))["items"]

    of_no_wording = [*(rule.code for rule in structure_rules()), *(one.code for one in UPKEEP)]
    assert [item["code"] for item in items] == [*(rule.code for rule in all_rules()), *of_no_wording]
    assert [item["code"] for item in items if item["category"] is None] == of_no_wording


async def test_rule_says_what_why_and_by_which_examples(owner: Person) -> None:
    rule = next(one for one in all_rules() if one.code == "CV106")

    shown = await owner.seen("/v1/rules/cv106")

    assert {
        name: shown[name] for name in ("code", "name", "level", "category", "title", "because", "source", "neutral")
    } == {
        "code": "CV106",
        "name": "order-priming",
        "level": "warning",
        "category": "order_priming",
        "title": "The question before must not colour the answer.",
        "because": rule.because,
        "source": rule.source,
        "neutral": False,
    }
    assert shown["bad"][0] == {
        "text": "How do you feel about the app?",
        "setting": "interview",
        "section": "core",
        "previous": "What is the worst thing about the app?",
        "options": [],
        "language": None,
        "glossary": [],
        "skip_notice": "",
        "consent": "",
    }


async def test_example_of_a_rule_can_be_linted_as_it_is(owner: Person) -> None:
    for rule in (await owner.seen("/v1/rules"))["items"]:
        if rule["category"] is not None:
            linted = await owner.made("/v1/lint", {"questions": [*rule["bad"], *rule["good"]]})
            fires = [rule["code"] in [one["code"] for one in item["findings"]] for item in linted["items"]]
            assert fires == [True] * len(rule["bad"]) + [False] * len(rule["good"]), rule["code"]


async def test_rule_that_there_is_not_is_refused_with_where_to_look(owner: Person) -> None:
    answer = await owner.get("/v1/rules/CV999")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_rule")
    assert answer.json()["detail"] == (
        "There is no rule of wording `CV999`. `GET /v1/rules` lists them with their codes."
    )
