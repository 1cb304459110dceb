"""Drafts are linted as they are typed, by whoever is signed in; nothing is kept, and nobody waits for a hostile one."""

import asyncio
import time
from typing import Any

import asyncpg

from crossview.bank.linting.drafts import CHARACTERS
from tests.people import Person
from tests.promises.crawl import tables

LEADING = "Don't you agree that the export is too slow?"


async def test_draft_comes_back_with_what_is_wrong_and_where(owner: Person) -> None:
    answer = await owner.post(
        "/v1/lint", {"questions": [{"text": LEADING}, {"text": "Tell me about the last export."}]}
    )

    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {
                "findings": [
                    {
                        "code": "CV101",
                        "name": "leading-question",
                        "level": "error",
                        "category": "leading",
                        "start": 0,
                        "end": 5,
                        "message": "“Don't” suggests the answer. Ask for what happened, or what they think, "
                        "without saying what you expect.",
                        "rule": "/v1/rules/CV101",
                    }
                ],
                "neutral": False,
            },
            {"findings": [], "neutral": False},
        ]
    }


async def test_rules_see_what_is_said_about_the_draft(owner: Person) -> None:
    closed = "Do you use filters?"
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"text": closed}, {"text": closed, "section": "warm_up"}),
        ({"text": closed}, {"text": closed, "setting": "survey"}),
        ({"text": "What is your religion?"}, {"text": "What is your religion?", "skip_notice": "You may skip this."}),
        ({"text": "What is your email address?"}, {"text": "What is your email address?", "consent": "To arrange it."}),
        ({"text": "How do you use the XRQ?"}, {"text": "How do you use the XRQ?", "glossary": ["XRQ"]}),
        ({"text": LEADING}, {"text": LEADING, "language": "de"}),
        (
            {"text": "How do you feel about the app?", "previous": "What is the worst thing about the app?"},
            {"text": "How do you feel about the app?"},
        ),
        (
            {"text": "How old is the car?", "setting": "survey", "options": ["0-5", "5-10", "10 and over"]},
            {"text": "How old is the car?", "setting": "survey"},
        ),
    ]

    items = (await owner.made("/v1/lint", {"questions": [draft for pair in pairs for draft in pair]}))["items"]

    found = [[finding["code"] for finding in item["findings"]] for item in items]
    assert list(zip(found[::2], found[1::2], strict=True)) == [
        (["CV301"], []),
        (["CV301"], []),
        (["CV501"], []),
        (["CV502"], []),
        (["CV404"], []),
        (["CV101"], []),
        (["CV106"], []),
        (["CV306"], []),
    ]
    assert [item["neutral"] for item in items] == [draft.get("language") == "de" for pair in pairs for draft in pair]


async def test_linting_writes_nothing_even_under_an_idempotency_key(owner: Person, dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    rows = " union all ".join(f"select count(*) from crossview.{table}" for table in await tables(connection))
    before = await connection.fetch(rows)

    answers = [
        await owner.post("/v1/lint", {"questions": [{"text": text}]}, Idempotency_Key="drafts")
        for text in (LEADING, "What happened?")
    ]

    assert [len(answer.json()["items"][0]["findings"]) for answer in answers] == [1, 0]
    assert await connection.fetch(rows) == before
    await connection.close()


async def test_draft_without_a_text_is_refused_with_its_path(owner: Person) -> None:
    answer = await owner.post("/v1/lint", {"questions": [{"text": "Why?"}, {"text": ""}]})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"] == [{"path": "$.questions[1].text", "detail": "Expected `str` of length >= 1"}]


async def test_more_drafts_than_are_read_at_once_are_refused(owner: Person) -> None:
    answer = await owner.post("/v1/lint", {"questions": [{"text": "Why?"}] * 201})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"] == [{"path": "$.questions", "detail": "Expected `array` of length <= 200"}]


async def test_drafts_that_are_too_long_together_are_refused_at_the_one_that_is_too_much(owner: Person) -> None:
    long = {"text": "a" * 19_000, "previous": "b" * 1_000}

    fits = await owner.post("/v1/lint", {"questions": [long] * (CHARACTERS // 20_000)})
    answer = await owner.post("/v1/lint", {"questions": [*[long] * (CHARACTERS // 20_000), {"text": "a"}, long]})

    assert fits.status_code == 200
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"] == [
        {
            "path": "$.questions[5]",
            "detail": f"Up to here there are {CHARACTERS + 1} characters; {CHARACTERS} are read at once",
        }
    ]


async def test_others_are_answered_while_hostile_drafts_are_linted(owner: Person) -> None:
    hostile = [{"text": (part * 20_000)[:20_000]} for part in ("if we had ", '"', "our new, ", "? ", "a ")]
    await owner.get("/v1/me")

    linting = asyncio.ensure_future(owner.post("/v1/lint", {"questions": hostile}))
    waits = []
    while not linting.done():
        begun = time.monotonic()
        assert (await owner.get("/v1/me")).status_code == 200
        waits.append(time.monotonic() - begun)

    assert linting.result().status_code == 200
    # Beside the event loop many are answered meanwhile; on it, one at most.
    assert len(waits) > 3
    assert max(waits) < 1.0


async def test_body_of_nobody_is_not_linted(owner: Person) -> None:
    answer = await owner.api.post("/v1/lint", json={"questions": [{"text": LEADING}]})

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
