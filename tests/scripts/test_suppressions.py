"""Suppressions: who says that a finding is meant to be, why, for which words and until when; and what is refused."""

import asyncio
from typing import Any

from tests.bench import Bench
from tests.people import Person

LEADING = "Don't you agree that the export is slow?"
REASON = "The panel wants the words of the old survey."


async def suppress(person: Person, item: dict[str, Any], code: str = "CV101", **fields: Any) -> Any:
    body = {"revision": item["revision"], "reason": REASON, **fields}
    return await person.put(f"/v1/items/{item['id']}/suppressions/{code}", body)


async def found(bench: Bench, item: dict[str, Any]) -> list[tuple[str, str | None]]:
    """The codes of the findings of an item, each with the reason why it is meant to be."""
    shown = await bench.owner.seen(f"/v1/items/{item['id']}")
    return [(one["code"], one["suppressed"] and one["suppressed"]["reason"]) for one in shown["findings"]]


async def test_suppressed_finding_stays_visible_with_who_why_and_until_when(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)

    answer = await suppress(bench.sales, item, "cv101", until="2099-01-31")

    suppression = answer.json()
    assert answer.status_code == 200
    assert {**suppression, "at": ""} == {
        "code": "CV101",
        "reason": REASON,
        "until": "2099-01-31",
        "revision": 1,
        "member_id": bench.sales.id,
        "at": "",
    }
    shown = await bench.owner.seen(f"/v1/items/{item['id']}")
    assert [one["suppressed"] for one in shown["findings"]] == [suppression]
    assert shown["suppressions"] == [suppression]


async def test_one_finding_is_suppressed_and_the_others_are_not(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "Don't you always use it?")

    await suppress(bench.owner, item, "CV401")

    assert dict(await found(bench, item)) == {"CV101": None, "CV401": REASON}


async def test_second_suppression_takes_the_place_of_the_first(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)
    await suppress(bench.sales, item, until="2099-01-31")

    second = (await suppress(bench.support, item, reason="Read aloud it sounds better.")).json()

    shown = await bench.owner.seen(f"/v1/items/{item['id']}")
    assert (second["until"], second["member_id"]) == (None, bench.support.id)
    assert shown["suppressions"] == [second]


async def test_edit_of_a_comma_keeps_a_suppression_and_an_edit_of_words_ends_it(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)
    path = f"/v1/items/{item['id']}"
    await suppress(bench.owner, item)
    texts = (LEADING.upper(), "Don't you agree that it is slow?", "What happened?", LEADING)

    seen = []
    for version, text in enumerate(texts, start=1):
        await bench.owner.patch(path, {"text": text}, version)
        seen.append(await found(bench, item))

    assert seen == [
        [("CV101", REASON)],
        [("CV101", None), ("CV901", None)],
        [("CV901", None)],
        [("CV101", REASON)],
    ]


async def test_suppression_of_words_that_have_changed_says_what_to_do(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)
    await suppress(bench.owner, item)
    await bench.owner.patch(f"/v1/items/{item['id']}", {"text": "What happened?"}, 1)

    (finding,) = (await bench.owner.seen(f"/v1/items/{item['id']}"))["findings"]

    assert finding["message"] == (
        "CV101 was suppressed in revision 1, and the words have changed since. Lift the suppression, or give it again."
    )


async def test_suppression_that_suppresses_nothing_is_a_finding(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What happened?")

    await suppress(bench.owner, item)

    (finding,) = (await bench.owner.seen(f"/v1/items/{item['id']}"))["findings"]
    assert (finding["code"], finding["category"], finding["message"]) == (
        "CV901",
        None,
        "CV101 is suppressed and finds nothing here. Lift the suppression.",
    )


async def test_suppression_of_a_rule_that_does_not_run_on_the_language_is_no_finding(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)
    await suppress(bench.owner, item)

    await bench.owner.patch(f"/v1/scripts/{bench.script['id']}", {"language": "de"}, (await bench.now())["version"])

    assert await found(bench, item) == []


async def test_lifted_suppression_is_gone_and_the_finding_is_back(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)
    await suppress(bench.owner, item)
    path = f"/v1/items/{item['id']}/suppressions/cv101"

    lifted, again = await bench.sales.delete(path), await bench.sales.delete(path)

    assert lifted.status_code == 204
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert await found(bench, item) == [("CV101", None)]


async def test_code_of_no_rule_is_refused_with_where_to_look(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)

    for code in ("CV999", "CV901", "leading-question"):
        answer = await suppress(bench.owner, item, code)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_rule")
        assert answer.json()["detail"] == (
            f"There is no rule of wording `{code.upper()}`. `GET /v1/rules` lists them with their codes."
        )


async def test_suppression_for_an_older_revision_is_refused(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)
    await bench.sales.patch(f"/v1/items/{item['id']}", {"text": "Surely it is slow?"}, 1)

    answer = await suppress(bench.owner, item)

    assert (answer.status_code, answer.json()["code"]) == (409, "stale_suppression")
    assert answer.json()["detail"] == (
        "The item is at revision 2; your suppression is for revision 1. Read it again, with its findings."
    )


async def test_reason_of_blanks_is_refused_with_its_path(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)

    answer = await suppress(bench.owner, item, reason=" \n")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert [fault["path"] for fault in answer.json()["errors"]] == ["$.reason"]


async def test_member_who_may_not_edit_may_not_suppress(bench: Bench) -> None:
    member = await bench.owner.colleague("Mia Member", "member", bench.sales.department_id)
    item = await bench.question(await bench.section(), LEADING)

    answers = [await suppress(member, item), await member.delete(f"/v1/items/{item['id']}/suppressions/CV101")]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "not_allowed")] * 2


async def test_item_of_a_script_without_the_own_department_is_not_there(bench: Bench) -> None:
    legal = (await bench.owner.made("/v1/departments", {"name": "Legal"}))["id"]
    outsider = await bench.owner.colleague("Lea Legal", "editor", legal)
    item = await bench.question(await bench.section(), LEADING)
    await suppress(bench.owner, item)

    answers = [await suppress(outsider, item), await outsider.delete(f"/v1/items/{item['id']}/suppressions/CV101")]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 2
    assert await found(bench, item) == [("CV101", REASON)]


async def test_suppressing_counts_as_an_edit_of_the_script_and_not_of_the_item(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)
    before = (await bench.now())["version"]

    await suppress(bench.owner, item)
    await bench.owner.delete(f"/v1/items/{item['id']}/suppressions/CV101")

    assert (await bench.now())["version"] == before + 2
    assert (await bench.owner.seen(f"/v1/items/{item['id']}"))["version"] == item["version"]


async def test_history_says_which_finding_was_suppressed_and_not_why(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)
    await suppress(bench.sales, item)
    await bench.sales.delete(f"/v1/items/{item['id']}/suppressions/CV101")

    lifted, suppressed = (await bench.owner.seen("/v1/events?limit=2"))["items"]

    assert [(one["kind"], one["actor_id"], one["subject_id"], one["facts"]) for one in (suppressed, lifted)] == [
        ("finding.suppressed", bench.sales.id, item["id"], {"code": "CV101"}),
        ("suppression.lifted", bench.sales.id, item["id"], {"code": "CV101"}),
    ]


async def test_suppressions_leave_with_the_script_and_come_back_with_it(bench: Bench) -> None:
    section = await bench.section()
    item = await bench.question(section, LEADING)
    probe = await bench.question(section, "And surely it was slow?", kind="probe", parent_id=item["id"])
    await suppress(bench.sales, item, until="2099-01-31")
    await suppress(bench.sales, probe)

    document = await bench.owner.seen(f"/v1/scripts/{bench.script['id']}/document")
    made = await bench.owner.made("/v1/scripts/import", {"study_id": bench.study["id"], "document": document})

    (written,) = document["sections"][0]["items"]
    assert written["suppressions"] == [{"code": "CV101", "reason": REASON, "until": "2099-01-31"}]
    assert written["items"][0]["suppressions"] == [{"code": "CV101", "reason": REASON}]
    copy = await bench.owner.seen(f"/v1/scripts/{made['script']['id']}?include=findings")
    assert [
        [(one["code"], one["reason"], one["until"], one["member_id"]) for one in told["suppressions"]]
        for told in copy["findings"]["items"]
    ] == [[("CV101", REASON, "2099-01-31", bench.owner.id)], [("CV101", REASON, None, bench.owner.id)]]
    assert [[one["suppressed"] is not None for one in told["findings"]] for told in copy["findings"]["items"]] == [
        [True],
        [True],
    ]
    assert await bench.owner.seen(f"/v1/scripts/{made['script']['id']}/document") == document


async def test_document_that_suppresses_one_finding_twice_is_refused_with_the_path(bench: Bench) -> None:
    twice = [{"code": "CV101", "reason": "One."}, {"code": "CV101", "reason": "Two."}]
    document = {
        "title": "Guide",
        "sections": [{"kind": "core", "items": [{"kind": "question", "text": LEADING, "suppressions": twice}]}],
    }

    answer = await bench.owner.post("/v1/scripts/import", {"study_id": bench.study["id"], "document": document})

    assert (answer.status_code, answer.json()["code"]) == (422, "unfit_document")
    assert answer.json()["errors"] == [
        {"path": "$.sections[0].items[0].suppressions[1].code", "detail": "CV101 is suppressed once already."}
    ]


async def test_removed_item_takes_its_suppressions_along(bench: Bench) -> None:
    item = await bench.question(await bench.section(), LEADING)
    await suppress(bench.owner, item)

    assert (await bench.owner.delete(f"/v1/items/{item['id']}", item["version"])).status_code == 204

    script = await bench.owner.seen(f"/v1/scripts/{bench.script['id']}?include=findings")
    assert script["findings"]["items"] == []


async def test_suppression_and_edit_at_once_never_suppress_words_that_nobody_read(bench: Bench) -> None:
    section = await bench.section()
    for number in range(6):
        item = await bench.question(section, f"Don't you agree with number {number}?")
        edited, suppressed = await asyncio.gather(
            bench.sales.patch(f"/v1/items/{item['id']}", {"text": f"Don't you like number {number}?"}, 1),
            suppress(bench.support, item),
        )

        assert edited.status_code == 200
        told = dict(await found(bench, item))
        assert told["CV101"] is None
        assert (suppressed.status_code, "CV901" in told) in ((200, True), (409, False))
