"""Sign-off: who is asked, what is signed, and what a deadline does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from tests.bench import Bench
from tests.people import Person
from tests.votes.judging import closed, finish, kept, opened


async def decided(bench: Bench) -> dict[str, Any]:
    """One question that both departments keep, in a closed round."""
    question: dict[str, Any] = await bench.question(await bench.section(), "What was your last export?")
    judging = await opened(bench)
    await kept(bench.sales, question)
    await kept(bench.support, question)
    await closed(bench, judging)
    return question


def path(bench: Bench, rest: str = "sign-offs") -> str:
    return f"/v1/scripts/{bench.script['id']}/{rest}"


async def asked(bench: Bench, ahead: timedelta = timedelta(days=2)) -> Any:
    deadline = datetime.now(UTC) + ahead
    answer = await bench.owner.put(path(bench, "sign-off-request"), {"deadline": deadline.isoformat()})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def signs(person: Person, bench: Bench, decision: str = "approved", note: str = "") -> Any:
    seen = await person.seen(path(bench))
    return await person.put(path(bench, "sign-off"), {"sha256": seen["sha256"], "decision": decision, "note": note})


def states(sign_offs: Any, bench: Bench) -> tuple[str, str]:
    """Of Sales and of Support."""
    found = {one["department_id"]: one["state"] for one in sign_offs["departments"]}
    return found[bench.sales.department_id], found[bench.support.department_id]


async def gate(bench: Bench) -> list[str]:
    refused = await finish(bench)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_ready"), refused.text
    assert {fault["path"] for fault in refused.json()["errors"]} == {"gate.sign_off"}
    return [fault["detail"] for fault in refused.json()["errors"]]


async def test_script_waits_for_every_department_that_was_asked(bench: Bench) -> None:
    await decided(bench)

    waiting = await asked(bench)
    both = await gate(bench)
    one = await signs(bench.sales, bench)
    other = await gate(bench)
    await signs(bench.support, bench, "approved_with_note", "Mind the tone.")
    sealed = await finish(bench)

    assert states(waiting, bench) == ("waiting", "waiting")
    assert both == [
        f"{name} has not signed off yet. Wait for it, or for the deadline." for name in ("Sales", "Support")
    ]
    assert states(one.json(), bench) == ("approved", "waiting")
    assert other == both[1:]
    assert sealed.status_code == 201, sealed.text
    record = sealed.json()["record"]["sign_offs"]
    assert record["sha256"] == sealed.json()["sha256"]
    assert states(record, bench) == ("approved", "approved_with_note")


async def test_script_is_finished_without_sign_off_where_nobody_was_asked(bench: Bench) -> None:
    await decided(bench)
    sealed = await finish(bench)
    assert sealed.status_code == 201, sealed.text
    assert sealed.json()["record"]["sign_offs"]["departments"] == []


async def test_change_after_signing_is_not_signed(bench: Bench) -> None:
    question = await decided(bench)
    await asked(bench)
    await signs(bench.sales, bench)
    read = (await bench.support.seen(path(bench)))["sha256"]

    await bench.owner.patch(f"/v1/items/{question['id']}", {"intent": "See the steps."}, 1)
    late = await bench.support.put(path(bench, "sign-off"), {"sha256": read, "decision": "approved"})
    now = await bench.owner.seen(path(bench))

    assert (late.status_code, late.json()["code"]) == (409, "signed_another_text")
    assert [(one["state"], one["outdated"]) for one in now["departments"] if one["signed_at"]] == [("waiting", True)]
    assert (await gate(bench))[0] == (
        "Sales signed a text that has changed since. Let it sign again, or wait for the deadline."
    )


async def test_objection_is_heard_and_is_no_veto(bench: Bench) -> None:
    await decided(bench)
    await asked(bench)
    await signs(bench.sales, bench)
    await signs(bench.support, bench, "objected", "It is too early.")

    refused = await gate(bench)
    to = path(bench, f"sign-offs/{bench.support.department_id}/answer")
    answered = await bench.owner.put(to, {"text": "We begin with two interviews."})
    sealed = await finish(bench)

    assert refused == ["Support objects: “It is too early.” Answer it, or change the script."]
    assert [one["answer"] for one in answered.json()["departments"] if one["state"] == "objected"] == [
        "We begin with two interviews."
    ]
    assert sealed.status_code == 201, sealed.text


async def test_department_that_lets_the_deadline_pass_has_lapsed_and_not_consented(bench: Bench, dsn: str) -> None:
    await decided(bench)
    await asked(bench)
    await signs(bench.sales, bench)

    connection = await asyncpg.connect(dsn)
    await connection.execute("update crossview.sign_off_request set deadline = now()")
    await connection.close()
    sealed = await finish(bench)

    assert sealed.status_code == 201, sealed.text
    assert states(sealed.json()["record"]["sign_offs"], bench) == ("approved", "lapsed")


async def test_deadline_behind_is_refused(bench: Bench) -> None:
    await decided(bench)
    answer = await bench.owner.put(path(bench, "sign-off-request"), {"deadline": "2020-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()["code"]) == (422, "deadline_passed")


@pytest.mark.parametrize(("decision", "code"), [("objected", "note_missing"), ("approved", "not_asked_to_sign")])
async def test_sign_off_that_says_too_little_or_comes_too_early_is_refused(
    bench: Bench, decision: str, code: str
) -> None:
    await decided(bench)
    if code == "note_missing":
        await asked(bench)
    answer = await signs(bench.sales, bench, decision, "  ")
    assert answer.json()["code"] == code


async def test_person_of_no_invited_department_does_not_sign(bench: Bench) -> None:
    await decided(bench)
    await asked(bench)
    answer = await signs(bench.owner, bench)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_on_roster")


async def test_answer_to_a_department_that_does_not_object_finds_nothing(bench: Bench) -> None:
    await decided(bench)
    await asked(bench)
    await signs(bench.sales, bench)
    answer = await bench.owner.put(path(bench, f"sign-offs/{bench.sales.department_id}/answer"), {"text": "Thanks."})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
