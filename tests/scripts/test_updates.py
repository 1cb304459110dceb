"""Questions of a bank in a script: made from a version, offered a newer one, taken or left."""

from typing import Any

import pytest

from tests.bank.shelf import imported, only, opened
from tests.bench import Bench

FIRST = "Tell me about the last time you closed a month."
SECOND = "Tell me about the last time you closed a month, step by step."
YAML = f"""\
questions:
- id: last-close
  text: {FIRST}
  intent: To hear the whole story.
  sensitivity: work
  minutes: 5.125
- id: next
  text: What happened then?
"""


@pytest.fixture
async def stocked(bench: Bench) -> Bench:
    """A bench beside a bank with two questions."""
    await opened(bench.owner)
    await imported(bench.owner, YAML)
    return bench


async def taken_from_bank(bench: Bench, named: str = "last-close@1", **more: Any) -> Any:
    """An item made from a bank."""
    section = await bench.section()
    return await bench.owner.made(f"/v1/sections/{section['id']}/items", {"bank_ref": f"month-end/{named}", **more})


async def updates(bench: Bench) -> Any:
    return (await bench.owner.seen(f"/v1/scripts/{bench.script['id']}/bank-updates"))["items"]


async def take(bench: Bench, item: Any, **body: Any) -> Any:
    path = f"/v1/items/{item['id']}/bank-update"
    return await bench.owner.post(path, body, If_Match=f'"{item["version"]}"')


async def test_item_is_made_from_a_version_with_all_that_it_says(stocked: Bench) -> None:
    item = await taken_from_bank(stocked)

    named = ("kind", "text", "intent", "sensitivity", "minutes", "bank_ref", "revision", "version")
    assert {name: item[name] for name in named} == {
        "kind": "question",
        "text": FIRST,
        "intent": "To hear the whole story.",
        "sensitivity": "work",
        "minutes": 5.12,
        "bank_ref": "month-end/last-close@1",
        "revision": 1,
        "version": 1,
    }
    assert await stocked.owner.seen(f"/v1/items/{item['id']}") == {**item, "findings": [], "suppressions": []}
    assert (await stocked.now())["sections"][0]["items"][0]["bank_ref"] == "month-end/last-close@1"


async def test_item_keeps_its_own_words_beside_those_of_the_bank(stocked: Bench) -> None:
    item = await taken_from_bank(stocked, text="How did you close last month?", kind="probe", minutes=3)

    assert (item["text"], item["kind"], item["minutes"], item["intent"]) == (
        "How did you close last month?",
        "probe",
        3,
        "To hear the whole story.",
    )


@pytest.mark.parametrize("named", ["month-end/last-close@2", "month-end/other@1", "pricing/last-close@1"])
async def test_version_that_is_not_there_is_refused_with_its_path(stocked: Bench, named: str) -> None:
    section = await stocked.section()

    answer = await stocked.owner.post(f"/v1/sections/{section['id']}/items", {"bank_ref": named})

    assert (answer.status_code, answer.json()["code"], answer.json()["path"]) == (
        422,
        "unknown_reference",
        "$.bank_ref",
    )


@pytest.mark.parametrize("named", ["", "last-close@1", "month-end/last-close", "month-end/last-close@0", "a/b@1\n"])
async def test_text_that_is_no_reference_is_refused(stocked: Bench, named: str) -> None:
    section = await stocked.section()

    answer = await stocked.owner.post(f"/v1/sections/{section['id']}/items", {"bank_ref": named})

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "$.bank_ref")


@pytest.mark.parametrize(
    ("body", "missing"), [({"kind": "question"}, "text"), ({"text": "Why?"}, "kind"), ({}, "kind")]
)
async def test_item_from_no_bank_says_its_kind_and_its_text(bench: Bench, body: dict[str, str], missing: str) -> None:
    section = await bench.section()

    answer = await bench.owner.post(f"/v1/sections/{section['id']}/items", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"] == [{"path": "$", "detail": f"Object missing required field `{missing}`"}]


async def test_nothing_is_offered_while_the_bank_stays_as_it_is(stocked: Bench) -> None:
    await taken_from_bank(stocked)
    await imported(stocked.owner, YAML.replace("What happened then?", "And then?"))

    assert await updates(stocked) == []


async def test_newer_version_is_offered_to_an_item_that_was_left_as_it_was(stocked: Bench) -> None:
    item = await taken_from_bank(stocked)
    await imported(stocked.owner, YAML.replace(FIRST, SECOND))

    assert await updates(stocked) == [
        {
            "item_id": item["id"],
            "version": 1,
            "bank_ref": "month-end/last-close@1",
            "newest": 2,
            "merge": {
                "kind": "fast_forward",
                "text": SECOND,
                "pieces": [{"text": SECOND, "ours": None, "theirs": None}],
            },
            "withdrawn": None,
        }
    ]


async def test_newer_version_is_merged_with_the_words_of_the_script(stocked: Bench) -> None:
    item = await taken_from_bank(stocked, text=FIRST.replace("Tell me", "Tell us"))
    await imported(stocked.owner, YAML.replace(FIRST, SECOND))

    offered = (await updates(stocked))[0]["merge"]
    answer = await take(stocked, item, number=2)

    assert (offered["kind"], offered["text"]) == ("merged", SECOND.replace("Tell me", "Tell us"))
    assert answer.status_code == 200, answer.text
    now = answer.json()
    assert (now["text"], now["bank_ref"], now["revision"], now["version"]) == (
        offered["text"], "month-end/last-close@2", 2, 2,
    )  # fmt: skip
    assert answer.headers["etag"] == '"2"'
    assert await updates(stocked) == []
    revisions = (await stocked.owner.seen(f"/v1/items/{item['id']}/revisions"))["items"]
    assert [(one["number"], one["text"]) for one in revisions] == [
        (2, SECOND.replace("Tell me", "Tell us")),
        (1, FIRST.replace("Tell me", "Tell us")),
    ]
    event = (await stocked.owner.seen("/v1/events"))["items"][0]
    assert (event["kind"], event["subject_id"], event["facts"]) == ("item.changed", item["id"], {"revision": 2})


async def test_conflict_is_told_and_taken_with_a_text_of_ones_own(stocked: Bench) -> None:
    item = await taken_from_bank(stocked, text=FIRST.replace("a month", "a quarter"))
    await imported(stocked.owner, YAML.replace(FIRST, FIRST.replace("a month", "the books")))

    offered = (await updates(stocked))[0]["merge"]
    refused = await take(stocked, item, number=2)
    taken = await take(stocked, item, number=2, text="Tell me how you closed the last quarter.")

    assert offered == {
        "kind": "conflict",
        "text": None,
        "pieces": [
            {"text": "Tell me about the last time you closed", "ours": None, "theirs": None},
            {"text": None, "ours": " a quarter", "theirs": " the books"},
            {"text": ".", "ours": None, "theirs": None},
        ],
    }
    assert (refused.status_code, refused.json()["code"]) == (409, "merge_conflict")
    assert (taken.json()["text"], taken.json()["bank_ref"]) == (
        "Tell me how you closed the last quarter.",
        "month-end/last-close@2",
    )


async def test_version_with_other_minutes_alone_makes_no_revision(stocked: Bench) -> None:
    item = await taken_from_bank(stocked)
    await imported(stocked.owner, YAML.replace("5.125", "7"))

    now = (await take(stocked, item, number=2)).json()

    assert (now["bank_ref"], now["revision"], now["version"], now["minutes"]) == (
        "month-end/last-close@2", 1, 2, 5.12,
    )  # fmt: skip


async def test_withdrawn_question_is_told_with_its_note_and_stays_in_the_script(stocked: Bench) -> None:
    item = await taken_from_bank(stocked)
    await imported(stocked.owner, only("next: What happened then?"), withdraw_missing=True, note="Ask for the quarter.")

    (offered,) = await updates(stocked)

    assert (offered["item_id"], offered["newest"], offered["merge"], offered["withdrawn"]["note"]) == (
        item["id"], 1, None, "Ask for the quarter.",
    )  # fmt: skip
    assert (await stocked.owner.seen(f"/v1/items/{item['id']}"))["text"] == FIRST


async def test_script_from_elsewhere_keeps_a_reference_that_means_nothing_here(stocked: Bench) -> None:
    named = ("month-end/last-close@9", "elsewhere/why@1")
    items = [{"kind": "question", "text": "Why?", "bank_ref": one} for one in named]
    document = {"title": "Guide", "sections": [{"kind": "core", "items": items}]}
    made = await stocked.owner.made("/v1/scripts/import", {"study_id": stocked.study["id"], "document": document})
    await imported(stocked.owner, "questions: []", withdraw_missing=True)

    found = await stocked.owner.seen(f"/v1/scripts/{made['script']['id']}/bank-updates")

    assert [one["bank_ref"] for one in made["script"]["sections"][0]["items"]] == list(named)
    assert [(one["bank_ref"], one["merge"], one["withdrawn"]["note"]) for one in found["items"]] == [
        (named[0], None, "")
    ]


async def test_updates_come_in_pages_in_the_order_of_the_items(stocked: Bench) -> None:
    made = [(await taken_from_bank(stocked))["id"] for _ in range(3)]
    await imported(stocked.owner, YAML.replace(FIRST, SECOND))
    path = f"/v1/scripts/{stocked.script['id']}/bank-updates?limit=2"

    first = await stocked.owner.seen(path)
    second = await stocked.owner.seen(f"{path}&cursor={first['next_cursor']}")

    assert [one["item_id"] for one in first["items"]] == made[:2]
    assert [one["item_id"] for one in second["items"]] == made[2:]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(("number", "code"), [(1, "nothing_newer"), (3, "unknown_reference")])
async def test_version_that_cannot_be_taken_is_refused(stocked: Bench, number: int, code: str) -> None:
    item = await taken_from_bank(stocked)
    await imported(stocked.owner, YAML.replace(FIRST, SECOND))

    answer = await take(stocked, item, number=number)

    assert answer.json()["code"] == code


async def test_item_from_no_bank_has_no_update(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "Why?")

    answer = await take(bench, item, number=1)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_from_bank")


async def test_update_is_based_on_the_item_as_it_was_read(stocked: Bench) -> None:
    item = await taken_from_bank(stocked)
    await imported(stocked.owner, YAML.replace(FIRST, SECOND))
    await stocked.owner.patch(f"/v1/items/{item['id']}", {"text": "Other?"}, 1)

    answer = await take(stocked, item, number=2)

    assert (answer.status_code, answer.json()["current"]["text"]) == (412, "Other?")


async def test_merge_that_no_item_can_hold_is_a_conflict(stocked: Bench) -> None:
    await imported(stocked.owner, only("long: one two three", "last-close: x", "next: y"))
    item = await taken_from_bank(stocked, "long@1", text="one two three" + " four" * 3_000)
    await imported(stocked.owner, only("long: " + "zero " * 3_000 + "one two three", "last-close: x", "next: y"))

    answer = await take(stocked, item, number=2)

    assert (answer.status_code, answer.json()["code"]) == (409, "merge_conflict")


async def test_ballots_are_asked_again_when_an_update_changes_the_words(stocked: Bench) -> None:
    item = await taken_from_bank(stocked)
    await stocked.owner.made(f"/v1/scripts/{stocked.script['id']}/rounds", {})
    ballot = {"revision": 1, "choice": "keep"}
    assert (await stocked.sales.put(f"/v1/items/{item['id']}/ballot", ballot)).status_code == 200
    await imported(stocked.owner, YAML.replace(FIRST, SECOND))

    await take(stocked, item, number=2)

    assert (await stocked.sales.seen(f"/v1/items/{item['id']}/ballot"))["stale"] is True


async def test_question_that_asks_nearly_the_same_is_found_for_an_item(stocked: Bench) -> None:
    own = await bench_question(stocked, "Tell me about the last time that you closed a month.")
    made = await taken_from_bank(stocked)

    found = await stocked.owner.seen(f"/v1/items/{own['id']}/similar")

    assert found == [{"bank_ref": "month-end/last-close@1", "text": FIRST, "likeness": found[0]["likeness"]}]
    assert 0.85 <= found[0]["likeness"] < 1
    assert await stocked.owner.seen(f"/v1/items/{made['id']}/similar") == []


async def bench_question(bench: Bench, text: str) -> Any:
    return await bench.question(await bench.section(), text)


async def test_reference_is_sealed_with_the_script_and_absent_where_there_is_none(stocked: Bench) -> None:
    await taken_from_bank(stocked)
    await bench_question(stocked, "What else?")

    document = await stocked.owner.seen(f"/v1/scripts/{stocked.script['id']}/document")

    assert [section["items"][0].get("bank_ref", "none") for section in document["sections"]] == [
        "month-end/last-close@1",
        "none",
    ]
    assert "bank_ref" not in document["sections"][1]["items"][0]


async def test_token_without_the_right_to_read_banks_learns_nothing_of_them(stocked: Bench) -> None:
    await taken_from_bank(stocked)
    token = await stocked.owner.made("/v1/tokens", {"name": "reader", "scopes": ["read_script", "contribute"]})
    section = await stocked.section()
    headers = {"Authorization": f"Bearer {token['secret']}"}
    item = (await stocked.now())["sections"][0]["items"][0]["id"]

    answers = [
        await stocked.owner.api.get(f"/v1/scripts/{stocked.script['id']}/bank-updates", headers=headers),
        await stocked.owner.api.get(f"/v1/items/{item}/similar", headers=headers),
        await stocked.owner.api.post(
            f"/v1/sections/{section['id']}/items", json={"bank_ref": "month-end/last-close@1"}, headers=headers
        ),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "not_allowed")] * 3
