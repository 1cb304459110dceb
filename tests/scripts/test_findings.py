"""What the rules find in the items of a script: in their real surroundings, and only where it is asked for."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from crossview.bank.wording.findings import Level
from crossview.foundation.db import Visit
from crossview.foundation.door import encode
from crossview.scripts import findings
from crossview.votes import board
from crossview.votes.board import JudgedScript
from tests.bench import Bench
from tests.conftest import SetClock
from tests.votes.judging import cast, opened

LEADING = "Don't you agree that the export is slow?"
CLOSED = "Do you use filters?"


async def read(bench: Bench, include: str = "findings") -> Any:
    return await bench.owner.seen(f"/v1/scripts/{bench.script['id']}?include={include}")


async def codes(bench: Bench) -> dict[str, list[str]]:
    """The codes of the findings of the whole script, by the text of the item."""
    script = await read(bench)
    texts = {item["id"]: item["text"] for section in script["sections"] for item in section["items"]}
    return {
        texts[item["item_id"]]: [finding["code"] for finding in item["findings"]]
        for item in script["findings"]["items"]
    }


async def test_item_is_read_with_what_is_wrong_with_it(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)

    shown = await bench.owner.seen(f"/v1/items/{item['id']}")

    assert shown == {
        **item,
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
                "suppressed": None,
            }
        ],
        "suppressions": [],
    }


async def test_script_is_read_with_the_findings_of_all_its_items(bench: Bench) -> None:
    section = await bench.section()
    items = [await bench.question(section, text) for text in (LEADING, "Tell me about the last export.", CLOSED)]

    script = await read(bench)

    of_each = [(await bench.owner.seen(f"/v1/items/{item['id']}"))["findings"] for item in items]
    assert script == {
        **await bench.now(),
        "findings": {
            "items": [
                {"item_id": items[0]["id"], "revision": 1, "findings": of_each[0], "suppressions": []},
                {"item_id": items[2]["id"], "revision": 1, "findings": of_each[2], "suppressions": []},
            ],
            "structure": script["findings"]["structure"],
            "neutral": False,
        },
    }
    assert {one["code"] for one in script["findings"]["structure"]} == {"CV603", "CV702"}
    assert [[finding["code"] for finding in found] for found in of_each] == [["CV101"], [], ["CV301"]]


async def test_findings_and_tally_come_together_in_whatever_order_they_are_named(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)
    await opened(bench)
    await cast(bench.owner, item, "keep")
    tally = (await read(bench, "tally"))["tally"]
    findings = (await read(bench, "findings"))["findings"]

    both = [await read(bench, include) for include in ("tally,findings", "findings,tally")]

    assert both == [{**await bench.now(), "tally": tally, "findings": findings}] * 2


async def test_written_script_is_what_the_types_write(bench: Bench) -> None:
    item = await bench.question(await bench.section(minutes=2.5), LEADING)
    await opened(bench)
    await suppressed(bench, item, "CV101")

    for include in ("findings", "tally,findings"):
        content = (await bench.owner.get(f"/v1/scripts/{bench.script['id']}?include={include}")).content
        assert encode(msgspec.json.decode(content, type=JudgedScript)) == content


async def suppressed(bench: Bench, item: dict[str, Any], code: str) -> None:
    answer = await bench.owner.put(
        f"/v1/items/{item['id']}/suppressions/{code}", {"revision": item["revision"], "reason": "It is meant to be."}
    )
    assert answer.status_code == 200, answer.text


async def test_kind_of_section_decides(bench: Bench) -> None:
    warm_up = await bench.section(kind="warm_up")
    item = await bench.question(warm_up, CLOSED)
    assert await codes(bench) == {}

    answer = await bench.owner.patch(f"/v1/sections/{warm_up['id']}", {"kind": "core"}, warm_up["version"])

    assert answer.status_code == 200
    assert await codes(bench) == {CLOSED: ["CV301"]}
    assert [one["code"] for one in (await bench.owner.seen(f"/v1/items/{item['id']}"))["findings"]] == ["CV301"]


async def test_question_before_decides_across_sections(bench: Bench) -> None:
    first = await bench.question(await bench.section(), "What is the worst thing about the app?")
    feeling = "How do you feel about the app?"
    await bench.question(await bench.section(), feeling)
    assert await codes(bench) == {feeling: ["CV106"]}

    await bench.owner.delete(f"/v1/items/{first['id']}", 1)

    assert await codes(bench) == {}


async def test_language_of_the_script_decides_and_is_told(bench: Bench) -> None:
    await bench.question(await bench.section(), LEADING)
    assert (await read(bench))["findings"]["neutral"] is False

    await bench.owner.patch(f"/v1/scripts/{bench.script['id']}", {"language": "de"}, (await bench.now())["version"])

    told = (await read(bench))["findings"]
    assert (told["items"], told["neutral"]) == ([], True)


async def test_consent_and_the_leave_to_skip_count_from_where_they_are_said(bench: Bench) -> None:
    address, religion = "What is your email address?", "What is your religion?"
    before = await bench.section(kind="warm_up")
    for text in (address, religion):
        await bench.question(before, text)
    consent = await bench.section(kind="consent")
    said = "We keep your answers for a year. You may stop or skip anything at any time."
    await bench.question(consent, said, kind="statement")
    after = await bench.section()
    for text in (address, religion):
        await bench.question(after, text)

    script = await read(bench)

    flagged = {item["item_id"] for item in script["findings"]["items"]}
    heard = {item["id"]: section["kind"] for section in script["sections"] for item in section["items"]}
    assert [heard[item] for item in heard if item in flagged] == ["warm_up", "warm_up"]


async def test_leave_to_skip_directly_above_counts_for_that_question_alone(bench: Bench) -> None:
    section = await bench.section()
    await bench.question(section, "You can skip the next one.", kind="transition")
    await bench.question(section, "What is your religion?")
    await bench.question(section, "How old are you?")

    assert await codes(bench) == {"How old are you?": ["CV501"]}


async def test_glossary_of_the_front_matter_is_known(bench: Bench) -> None:
    made = await bench.owner.made(
        "/v1/scripts/import",
        {
            "study_id": bench.study["id"],
            "guide": "---\nglossary: [XRQ]\n---\n# Guide\n\n## Main questions\n\n"
            "1. How did you use the XRQ?\n2. What happened with the ZPK?\n",
        },
    )

    script = await bench.owner.seen(f"/v1/scripts/{made['script']['id']}?include=findings")

    second = script["sections"][-1]["items"][-1]
    assert second["text"] == "What happened with the ZPK?"
    assert [(item["item_id"], [one["code"] for one in item["findings"]]) for item in script["findings"]["items"]] == [
        (second["id"], ["CV404"])
    ]


@pytest.mark.parametrize("front_matter", ["glossary: &a [*a]", "glossary: 7", "- a", "[", "a: b: c", ""])
async def test_front_matter_without_a_glossary_knows_no_term(bench: Bench, front_matter: str) -> None:
    document = {
        "title": "Guide",
        "front_matter": front_matter,
        "sections": [{"kind": "core", "items": [{"kind": "question", "text": "How did you use the XRQ?"}]}],
    }
    made = await bench.owner.made("/v1/scripts/import", {"study_id": bench.study["id"], "document": document})

    script = await bench.owner.seen(f"/v1/scripts/{made['script']['id']}?include=findings")

    assert [one["code"] for item in script["findings"]["items"] for one in item["findings"]] == ["CV404"]


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("question", ["CV301", "CV104"]),
        ("probe", ["CV301", "CV104"]),
        ("statement", ["CV104"]),
        ("transition", ["CV104"]),
        ("task", ["CV104"]),
        ("instruction", []),
    ],
)
async def test_kind_of_item_decides_what_can_be_wrong_with_it(bench: Bench, kind: str, found: list[str]) -> None:
    text = "Do you use it? Most people find this easy."
    await bench.question(await bench.section(), text, kind=kind)

    assert sorted((await codes(bench)).get(text, [])) == sorted(found)


async def test_tags_tell_of_findings_and_their_first_part_is_the_version(bench: Bench) -> None:
    first = await bench.question(await bench.section(), "What is the worst thing about the app?")
    item = await bench.question(await bench.section(), "How do you feel about the app?")
    path, script = f"/v1/items/{item['id']}", f"/v1/scripts/{bench.script['id']}?include=findings"
    before = [(await bench.owner.get(one)).headers["etag"] for one in (path, script)]
    known = [await bench.owner.get(one, If_None_Match=tag) for one, tag in zip((path, script), before, strict=True)]

    await bench.owner.patch(f"/v1/items/{first['id']}", {"text": "What happened first?"}, 1)

    after = [await bench.owner.get(one, If_None_Match=tag) for one, tag in zip((path, script), before, strict=True)]
    assert [answer.status_code for answer in known] == [304, 304]
    assert [answer.status_code for answer in after] == [200, 200]
    tag = after[0].headers["etag"]
    assert tag.strip('"').partition("-")[0] == before[0].strip('"').partition("-")[0] == "1"
    changed = await bench.owner.api.patch(
        path, json={"minutes": 3}, headers={"Authorization": f"Bearer {bench.owner.token}", "If-Match": tag}
    )
    assert (changed.status_code, changed.json()["version"]) == (200, 2)


async def test_plain_script_and_its_tally_say_nothing_of_findings(bench: Bench) -> None:
    await bench.question(await bench.section(), LEADING)
    await read(bench)

    plain, tally = await bench.now(), await read(bench, "tally")

    assert "findings" not in plain
    assert set(tally) - set(plain) == {"tally"}


@pytest.mark.parametrize("include", ["findings,findings", "minutes", "tally,", "tally;findings"])
async def test_include_of_another_form_is_refused(bench: Bench, include: str) -> None:
    answer = await bench.owner.get(f"/v1/scripts/{bench.script['id']}?include={include}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert [fault["path"] for fault in answer.json()["errors"]] == ["query.include"]


async def test_script_that_is_too_long_to_lint_at_once_is_linted_item_by_item(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = await bench.question(await bench.section(), LEADING)
    monkeypatch.setattr(findings, "CHARACTERS", len(LEADING) - 1)

    answer = await bench.owner.get(f"/v1/scripts/{bench.script['id']}?include=findings")

    assert (answer.status_code, answer.json()["code"]) == (409, "too_long_to_lint")
    assert answer.json()["detail"] == (
        "The items of this script have 40 characters together, and 39 are linted at once. "
        "Read the findings of each item by itself."
    )
    assert len((await bench.owner.seen(f"/v1/items/{item['id']}"))["findings"]) == 1


async def test_readers_among_editors_see_findings_of_the_texts_that_they_see(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)
    texts = [LEADING, "What happened?"]

    async def edit() -> None:
        for number in range(10):
            answer = await bench.sales.patch(f"/v1/items/{item['id']}", {"text": texts[(number + 1) % 2]}, number + 1)
            assert answer.status_code == 200

    async def look() -> None:
        for _ in range(10):
            answer: httpx.Response = await bench.owner.get(f"/v1/scripts/{bench.script['id']}?include=findings")
            # Whoever edits faster than others read makes them ask again.
            assert answer.status_code in (200, 503)
            if answer.status_code == 200:
                script = answer.json()
                assert (script["sections"][0]["items"][0]["text"] == LEADING) is bool(script["findings"]["items"])

    await asyncio.gather(edit(), look(), look())


async def test_edit_between_a_script_and_its_findings_makes_the_service_look_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = await bench.question(await bench.section(), LEADING)
    read_manuscript, edits = findings.read_manuscript, iter(["What happened?"])

    async def edited_meanwhile(visit: Visit, script_id: UUID) -> findings.Manuscript:
        for text in edits:
            assert (await bench.sales.patch(f"/v1/items/{item['id']}", {"text": text}, 1)).status_code == 200
        return await read_manuscript(visit, script_id)

    monkeypatch.setattr(board, "read_manuscript", edited_meanwhile)
    script = await read(bench)

    assert script["sections"][0]["items"][0]["text"] == "What happened?"
    assert script["findings"]["items"] == []


async def test_item_that_is_edited_and_removed_meanwhile_is_read_whole_or_not_at_all(bench: Bench) -> None:
    section = await bench.section()
    await bench.owner.rush()
    for _ in range(8):
        item = await bench.question(section, LEADING)
        path = f"/v1/items/{item['id']}"

        async def vanish(path: str = path) -> None:
            await bench.sales.patch(path, {"text": "What happened?"}, 1)
            await bench.sales.delete(path, 2)

        vanishing = asyncio.ensure_future(vanish())
        seen = await asyncio.gather(*(bench.owner.get(path) for _ in range(6)))
        await vanishing

        for answer in seen:
            assert answer.status_code in (200, 404)
            if answer.status_code == 200:
                shown = answer.json()
                assert (shown["text"] == LEADING) is bool(shown["findings"]) is (shown["revision"] == 1)


async def test_suppression_that_ended_is_told_from_the_day_after(bench: Bench, clock: SetClock) -> None:
    item = await bench.question(await bench.section(), LEADING)
    today = clock.instant.date()
    await bench.owner.put(
        f"/v1/items/{item['id']}/suppressions/CV101",
        {"revision": 1, "reason": "The panel asked for it.", "until": today.isoformat()},
    )

    states = []
    for _ in range(2):
        (told,) = (await read(bench))["findings"]["items"]
        states.append([(one["code"], one["suppressed"] is not None) for one in told["findings"]])
        clock.pass_time(days=1)

    assert states == [[("CV101", True)], [("CV101", False), ("CV902", False)]]
    assert told["findings"][1] == {
        "code": "CV902",
        "name": "expired-suppression",
        "level": Level.WARNING,
        "category": None,
        "start": 0,
        "end": 0,
        "message": f"The suppression of CV101 ended on {today}. Lift it, or set another day.",
        "rule": "/v1/rules/CV902",
        "suppressed": None,
    }


async def test_script_as_a_whole_is_reviewed(bench: Bench) -> None:
    section = await bench.section(minutes=5)
    first = await bench.question(
        section, "Tell me about the last export that failed.", bench.sales, minutes=4, pinned=True
    )
    again = await bench.question(
        section, "Tell me about the last export that failed you.", bench.sales, minutes=3, pinned=True
    )

    said = (await read(bench))["findings"]["structure"]

    assert [(one["code"], one["item_id"]) for one in said] == [
        ("CV603", first["id"]),
        ("CV702", first["id"]),
        ("CV703", first["id"]),
        ("CV601", again["id"]),
        ("CV603", again["id"]),
        ("CV701", again["id"]),
        ("CV702", again["id"]),
    ]
    assert said[3] == {
        "code": "CV601",
        "name": "near-duplicate",
        "level": "info",
        "item_id": again["id"],
        "message": "This nearly repeats “Tell me about the last export that failed.” (item 1). "
        "Keep one of the two, or say what makes them differ.",
        "rule": "/v1/rules/CV601",
    }
    assert (await bench.owner.seen("/v1/rules/CV601"))["name"] == "near-duplicate"


async def test_questions_that_compete_for_the_minutes_are_not_over_them(bench: Bench) -> None:
    section = await bench.section(minutes=5)
    for text in ("What did you do when the export failed?", "Whom did you ask for help?"):
        await bench.question(section, text, minutes=4)

    assert "CV701" not in {one["code"] for one in (await read(bench))["findings"]["structure"]}
