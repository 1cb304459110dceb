"""Whole scripts in and out: guides, documents, previews, and what is refused."""

import asyncio
import time
from typing import Any

import pytest

from tests.bench import Bench
from tests.people import Person

GUIDE = """\
# Export interviews

Total: 45 minutes

## Introduction (5 min)

Thank you for taking the time today. My name is ______.

## Core questions (25 min)

1. What was the last thing you exported?
   - Why did you need it?
2. What happens to an export after you have it?

*Stop the recording.*

## Wrap up (5 min)

- Is there anything else that you would like to tell us?
"""


FORGED = {"kind": "question", "text": "Why?", "bank_ref": "month-end/last-close"}


def outline(document: dict[str, Any]) -> list[tuple[str, str, Any, list[tuple[str, str]]]]:
    """Section kind, heading, minutes, and the kinds and texts of its items, nested ones flattened."""

    def flat(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
        return [pair for item in items for pair in ((item["kind"], item["text"]), *flat(item.get("items", [])))]

    return [
        (section["kind"], section.get("heading", ""), section.get("minutes"), flat(section.get("items", [])))
        for section in document["sections"]
    ]


async def imported(bench: Bench, **source: Any) -> Any:
    return await bench.owner.made("/v1/scripts/import", {"study_id": bench.study["id"], **source})


async def test_preview_shows_sections_minutes_and_kinds_and_writes_nothing(bench: Bench) -> None:
    before = await bench.owner.seen("/v1/scripts")

    answer = await bench.owner.post("/v1/scripts/import/preview", {"guide": GUIDE})

    preview = answer.json()
    assert answer.status_code == 200
    assert (preview["document"]["title"], preview["document"]["session_minutes"]) == ("Export interviews", 45)
    assert [(kind, minutes) for kind, _, minutes, _ in outline(preview["document"])][-3:] == [
        ("introduction", 5),
        ("core", 25),
        ("wrap_up", 5),
    ]
    assert outline(preview["document"])[-2][3] == [
        ("question", "What was the last thing you exported?"),
        ("probe", "Why did you need it?"),
        ("question", "What happens to an export after you have it?"),
        ("instruction", "*Stop the recording.*"),
    ]
    assert await bench.owner.seen("/v1/scripts") == before


async def test_import_makes_the_script_that_the_preview_showed(bench: Bench) -> None:
    preview = (await bench.owner.post("/v1/scripts/import/preview", {"guide": GUIDE})).json()

    made = await imported(bench, guide=GUIDE)

    script = made["script"]
    assert made["notes"] == preview["notes"]
    assert await bench.owner.seen(f"/v1/scripts/{script['id']}") == script
    assert (await bench.owner.seen(f"/v1/scripts/{script['id']}/document")) == preview["document"]
    assert [section["position"] for section in script["sections"]] == list(range(1, len(script["sections"]) + 1))


async def test_export_of_an_imported_guide_is_the_teams_own_markdown(bench: Bench) -> None:
    script = (await imported(bench, guide=GUIDE))["script"]

    answer = await bench.owner.get(f"/v1/scripts/{script['id']}/markdown")

    assert answer.headers["content-type"].startswith("text/markdown")
    assert answer.text == GUIDE


async def test_document_comes_back_as_it_went_in(bench: Bench) -> None:
    document = {
        "title": "Everything at once",
        "language": "de",
        "session_minutes": 30,
        "sections": [
            {
                "kind": "core",
                "heading": "Fragen (10-12 Minuten)",
                "level": 3,
                "minutes": 12,
                "items": [
                    {
                        "kind": "question",
                        "text": "Was war **zuletzt**?",
                        "minutes": 2.25,
                        "intent": "Verhalten statt Meinung",
                        "pinned": True,
                        "priority": "must",
                        "sensitivity": "money",
                        "department": "Sales",
                        "bank_ref": "month-end/last-close@2",
                        "layout": {"style": "ordered", "marker": "12."},
                        "items": [{"kind": "probe", "text": "Warum?"}],
                    }
                ],
            },
            {"kind": "core", "heading": "Other people", "alternative_of": 0},
        ],
    }

    script = (await imported(bench, document=document))["script"]

    exported = await bench.owner.seen(f"/v1/scripts/{script['id']}/document")
    again = (await imported(bench, document=exported))["script"]
    assert await bench.owner.seen(f"/v1/scripts/{again['id']}/document") == exported
    markdown = (await bench.owner.get(f"/v1/scripts/{script['id']}/markdown")).text
    from_markdown = (await imported(bench, guide=markdown))["script"]
    assert await bench.owner.seen(f"/v1/scripts/{from_markdown['id']}/document") == exported
    assert outline(exported) == outline(document)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({}, "one_source_only"),
        ({"guide": "# A", "document": {"title": "A"}}, "one_source_only"),
        ({"document": {"title": "A", "sections": [{"kind": "core", "minutes": -1}]}}, "unfit_document"),
        ({"document": {"title": "A", "sections": [{"kind": "core", "alternative_of": 0}]}}, "unfit_document"),
        ({"document": {"title": "A", "sections": [{"kind": "chorus"}]}}, "invalid_input"),
        ({"document": {"title": "A", "owner": "me"}}, "invalid_input"),
        ({"document": {"title": "A", "sections": [{"kind": "core", "items": [FORGED]}]}}, "invalid_input"),
        ({"guide": ""}, "invalid_input"),
    ],
)
async def test_unfit_source_is_refused(bench: Bench, source: dict[str, Any], code: str) -> None:
    answer = await bench.owner.post("/v1/scripts/import", {"study_id": bench.study["id"], **source})

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_fault_in_a_document_is_named_by_its_path(bench: Bench) -> None:
    document = {
        "title": "A",
        "sections": [{"kind": "core", "items": [{"kind": "question", "text": "Why?", "minutes": 0}]}],
    }

    answer = await bench.owner.post("/v1/scripts/import/preview", {"document": document})

    assert [fault["path"] for fault in answer.json()["errors"]] == ["$.sections[0].items[0].minutes"]


async def test_guide_with_a_nul_is_refused_before_it_is_read(bench: Bench) -> None:
    answer = await bench.owner.post("/v1/scripts/import", {"study_id": bench.study["id"], "guide": "# A\x00"})

    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable_body")


async def test_guide_of_fifty_megabytes_is_refused_before_it_is_kept_in_memory(bench: Bench) -> None:
    answer = await bench.owner.post("/v1/scripts/import", {"study_id": bench.study["id"], "guide": "a" * 50_000_000})

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_import_into_a_study_of_another_workspace_is_refused(bench: Bench, stranger: Person) -> None:
    answer = await stranger.post("/v1/scripts/import", {"study_id": bench.study["id"], "guide": GUIDE})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_guide_without_any_question_becomes_a_script_of_instructions(bench: Bench) -> None:
    made = await imported(bench, guide="Bring water.\n\nCheck the microphone.\n")

    kinds = [item["kind"] for section in made["script"]["sections"] for item in section["items"]]
    assert kinds == ["instruction", "instruction"]


async def test_export_of_a_script_that_was_typed_comes_back_as_it_went_out(bench: Bench) -> None:
    angstrom = await bench.owner.made("/v1/departments", {"name": "Vertrieb \u212bngstro\u0308m"})
    await bench.owner.patch(f"/v1/members/{bench.owner.id}", {"department_id": angstrom["id"]}, 1)
    study = await bench.owner.made("/v1/studies", {"title": "Exports"})
    typed = await bench.owner.made(f"/v1/studies/{study['id']}/scripts", {"title": "Gro\u0308\u00dfe"})
    section = await bench.owner.made(f"/v1/scripts/{typed['id']}/sections", {"kind": "core", "heading": "U\u0308ber"})
    item = {"kind": "question", "text": "Wa\u0308re das gut?", "intent": "e\u0301", "sensitivity": "o\u0308" * 1_000}
    await bench.owner.made(f"/v1/sections/{section['id']}/items", item)

    exported = await bench.owner.seen(f"/v1/scripts/{typed['id']}/document")
    again = await bench.owner.made("/v1/scripts/import", {"study_id": study["id"], "document": exported})

    assert outline(exported) == [("core", "Über", None, [("question", "Wäre das gut?")])]
    assert exported["sections"][0]["items"][0]["department"] == "Vertrieb Ångström"
    assert await bench.owner.seen(f"/v1/scripts/{again['script']['id']}/document") == exported


async def test_title_between_blanks_comes_back_as_it_was_sent(bench: Bench) -> None:
    script = (await imported(bench, document={"title": "  Exports "}))["script"]

    assert script["title"] == "  Exports "
    assert (await bench.owner.seen(f"/v1/scripts/{script['id']}/document"))["title"] == "  Exports "


async def test_export_of_a_script_that_is_long_to_write_holds_nobody_up(bench: Bench) -> None:
    sections = [{"kind": "core", "heading": ("* * " * 500).strip()} for _ in range(40)]
    script = (await imported(bench, document={"title": "Exports", "sections": sections}))["script"]

    begun, longest = time.monotonic(), 0.0
    export = asyncio.create_task(bench.owner.get(f"/v1/scripts/{script['id']}/markdown"))
    while not export.done():
        turn = time.monotonic()
        await asyncio.sleep(0.001)
        longest = max(longest, time.monotonic() - turn)

    assert (await export).status_code == 200
    assert longest < (time.monotonic() - begun) / 2


async def test_document_with_a_text_that_is_too_long_once_it_is_composed_is_refused(bench: Bench) -> None:
    document = {"title": "\u0958" * 1_001}

    answer = await bench.owner.post("/v1/scripts/import/preview", {"document": document})

    assert (answer.status_code, answer.json()["code"]) == (422, "unfit_document")
    assert [fault["path"] for fault in answer.json()["errors"]] == ["$.title"]
