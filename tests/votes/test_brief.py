"""The dissent brief: who stands against what was chosen, objections, and answers."""

from typing import Any

from tests.bench import Bench
from tests.people import Person
from tests.votes.judging import cast, closed, finish, kept, opened


async def split(bench: Bench, against: int = 4) -> Any:
    """One question that five sellers keep and that `against` people of Support drop, in a closed round."""
    question = await bench.question(
        await bench.section(minutes=10), "What would close the deal?", bench.sales, minutes=5
    )
    sellers = [await bench.owner.colleague(f"Seller {n}", "member", bench.sales.department_id) for n in range(4)]
    helpers = [
        await bench.owner.colleague(f"Helper {n}", "member", bench.support.department_id) for n in range(against - 1)
    ]
    judging = await opened(bench, person_cap=None)
    await cast(bench.sales, question, "keep", reason="Every deal hangs on it.")
    for seller in sellers:
        await kept(seller, question)
    await cast(bench.support, question, "drop", reason="It names a customer.")
    for helper in helpers:
        await cast(helper, question, "drop")
    await closed(bench, judging)
    return question


async def dissent(bench: Bench) -> Any:
    return await bench.sales.seen(f"/v1/scripts/{bench.script['id']}/dissent")


def answering(bench: Bench, question: dict[str, Any], department_id: str | None = None) -> str:
    department = department_id or bench.support.department_id
    return f"/v1/scripts/{bench.script['id']}/dissent/{question['id']}/{department}/answer"


ANSWER = {"text": "We ask it last.", "outcome": "kept_with_note"}


async def test_brief_names_who_is_against_with_the_best_reason_of_each_side(bench: Bench) -> None:
    question = await split(bench)

    brief = await dissent(bench)

    against = "Support is against this question (4 of 4; elsewhere 0 of 5). It stays in the script."
    assert brief["unanswered"] == [
        {"item_id": question["id"], "department_id": bench.support.department_id, "sentence": against}
    ]
    [item] = brief["items"]
    findings = sorted(item.pop("findings"), key=lambda finding: finding["position"])
    assert item == {
        "item_id": question["id"],
        "text": "What would close the deal?",
        "in_script": True,
        "objections": [],
        "too_few": [],
        "not_enough": False,
        "mostly_passes": False,
        "numbers_shown": True,
        "eta2": 1,
        "reason_for": "Every deal hangs on it.",
        "reason_against": "It names a customer.",
    }
    assert findings == [
        {
            "department_id": bench.support.department_id, "position": "drop", "level": "blocking", "strong": True,
            "sentence": against, "reason": "It names a customer.", "s": 4, "n": 4, "z_p": 2.2361, "z_r": 2.7639,
            "R": 5.8333,
        },
        {
            "department_id": bench.sales.department_id, "position": "keep", "level": "leaning", "strong": True,
            "sentence": "Sales is for this question (5 of 5; elsewhere 0 of 4). It stays in the script.",
            "reason": "Every deal hangs on it.", "s": 5, "n": 5, "z_p": 2.4495, "z_r": 2.7464, "R": 5.1429,
        },
    ]  # fmt: skip


async def test_script_with_an_unanswered_dissent_cannot_be_finished(bench: Bench) -> None:
    question = await split(bench)

    refused = await finish(bench)
    answered = await bench.owner.post(answering(bench, question), ANSWER)
    sealed = await finish(bench)

    assert (refused.status_code, refused.json()["code"]) == (409, "not_ready")
    assert refused.json()["errors"] == [
        {
            "path": "gate.dissent",
            "detail": "Support is against this question (4 of 4; elsewhere 0 of 5). It stays in the script. Answer it, or "
            f"take the question out: item {question['id']}, department {bench.support.department_id}.",
        }
    ]
    assert answered.status_code == 201, answered.text
    assert sealed.status_code == 201, sealed.text
    [item] = sealed.json()["record"]["dissent"]["items"]
    [drop] = [finding for finding in item["findings"] if finding["position"] == "drop"]
    assert drop["answer"] == answered.json()
    assert drop["sentence"] == (
        "Support is against this question (4 of 4; elsewhere 0 of 5). It stays in the script. "
        "Answer: “We ask it last.” Outcome: kept with note."
    )


async def test_answer_is_changed_only_by_who_has_seen_it(bench: Bench) -> None:
    question = await split(bench)
    first = await bench.owner.made(answering(bench, question), ANSWER)

    again = await bench.owner.post(answering(bench, question), ANSWER)
    stale = await bench.owner.put(answering(bench, question), ANSWER, If_Match='"7"')
    changed = await bench.owner.put(
        answering(bench, question), {"text": "As a probe.", "outcome": "asked_as_probe"}, If_Match='"1"'
    )

    assert (again.status_code, again.json()["code"]) == (409, "dissent_answered")
    assert (stale.status_code, stale.json()["current"]) == (412, first)
    assert (changed.json()["text"], changed.json()["outcome"], changed.json()["version"]) == (
        "As a probe.", "asked_as_probe", 2,
    )  # fmt: skip


async def test_answer_needs_a_dissent(bench: Bench) -> None:
    question = await split(bench)

    to_nobody = await bench.owner.post(answering(bench, question, bench.sales.department_id), ANSWER)

    assert (to_nobody.status_code, to_nobody.json()["code"]) == (404, "not_found")


async def test_small_department_objects_by_name_and_is_answered(bench: Bench) -> None:
    question = await split(bench, against=2)
    path = f"/v1/items/{question['id']}/objections"
    before = await dissent(bench)

    filed = await bench.support.made(path, {"reason": "We promised them silence."})
    again = await bench.support.post(path, {"reason": "Once more."})
    refused = await finish(bench)
    await bench.owner.made(answering(bench, question), ANSWER)
    sealed = await finish(bench)

    assert before["unanswered"] == []
    assert filed["department_id"] == bench.support.department_id
    assert (again.status_code, again.json()["code"]) == (409, "objection_exists")
    assert [fault["path"] for fault in refused.json()["errors"]] == ["gate.dissent"]
    assert sealed.status_code == 201, sealed.text
    [item] = sealed.json()["record"]["dissent"]["items"]
    assert [(one["reason"], one["answer"]["text"]) for one in item["objections"]] == [
        ("We promised them silence.", "We ask it last.")
    ]


async def test_numbers_are_left_out_where_they_would_show_a_persons_vote(bench: Bench) -> None:
    question = await split(bench, against=2)

    [item] = (await dissent(bench))["items"]

    assert (item["item_id"], item["numbers_shown"], item["eta2"]) == (question["id"], False, None)
    [leaning] = item["findings"]
    assert leaning.keys() == {"department_id", "position", "level", "strong", "sentence", "reason"}
    assert leaning["sentence"] == "Sales is for this question. It stays in the script."


async def test_objection_of_a_department_with_statistics_is_refused(bench: Bench) -> None:
    question = await split(bench)
    answer = await bench.support.post(f"/v1/items/{question['id']}/objections", {"reason": "Still no."})
    assert (answer.status_code, answer.json()["code"]) == (422, "objection_department_has_statistics")


async def test_objection_without_a_drop_of_ones_own_is_refused(bench: Bench) -> None:
    question = await split(bench, against=2)
    answer = await bench.sales.post(f"/v1/items/{question['id']}/objections", {"reason": "For the others."})
    assert (answer.status_code, answer.json()["code"]) == (422, "objection_without_drop")


async def test_objection_in_an_open_round_is_refused(bench: Bench) -> None:
    question = await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)
    await cast(bench.support, question, "drop")
    answer = await bench.support.post(f"/v1/items/{question['id']}/objections", {"reason": "No."})
    assert (answer.status_code, answer.json()["code"]) == (409, "objection_not_open")


async def test_brief_before_the_close_is_refused(bench: Bench, stranger: Person) -> None:
    await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)

    early = await bench.owner.get(f"/v1/scripts/{bench.script['id']}/dissent")
    elsewhere = await stranger.get(f"/v1/scripts/{bench.script['id']}/dissent")

    assert (early.status_code, early.json()["code"]) == (409, "not_decided")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "not_found")
