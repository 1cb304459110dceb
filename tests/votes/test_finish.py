"""Rounds, the selection, finishing and reopening."""

import asyncio
from typing import Any

from tests.bench import Bench
from tests.people import Person
from tests.votes.judging import cast, closed, finish, kept, opened


async def judged(bench: Bench) -> dict[str, dict[str, Any]]:
    """Ten minutes of core; Sales has three people who want three dear questions, Support one who wants one of its own."""
    section = await bench.section(minutes=10)
    more = [await bench.owner.colleague(f"Seller {n}", "member", bench.sales.department_id) for n in (1, 2)]
    items = {
        text: await bench.question(section, text, author, minutes=minutes)
        for text, author, minutes in (
            ("What would close the deal?", bench.sales, 5),
            ("Who signs the contract?", bench.sales, 5),
            ("Which ticket came last?", bench.support, 5),
        )
    }
    await bench.question(section, "And then?", kind="probe", parent_id=items["Who signs the contract?"]["id"])
    judging = await opened(bench, person_cap=None)
    for seller in (bench.sales, *more):
        await kept(seller, items["What would close the deal?"], items["Who signs the contract?"])
        await cast(seller, items["Which ticket came last?"], "drop")
    await kept(bench.support, items["Which ticket came last?"])
    await closed(bench, judging)
    return items


async def test_each_department_gets_its_share_of_the_minutes(bench: Bench) -> None:
    await judged(bench)

    selection = await bench.support.seen(f"/v1/scripts/{bench.script['id']}/selection")

    picked = {pick["text"] for pick in selection["picks"]}
    assert len(picked) == 2
    assert "Which ticket came last?" in picked
    assert selection["won"] == {bench.sales.department_id: 5, bench.support.department_id: 5}
    assert (selection["budget"], selection["used"]) == (10, 10)


async def test_who_lost_is_told_why_in_one_sentence(bench: Bench) -> None:
    await judged(bench)

    selection = await bench.sales.seen(f"/v1/scripts/{bench.script['id']}/selection")

    [out] = selection["left_out"]
    assert out["missing"] == 5
    assert out["sentence"] == (f"“{out['text']}” was left out: its supporters had 0 of 5 minutes left, 5 are missing.")


async def test_what_if_changes_nothing_but_the_answer(bench: Bench) -> None:
    await judged(bench)
    path = f"/v1/scripts/{bench.script['id']}/selection"
    agreed = await bench.sales.seen(path)

    longer = await bench.sales.seen(f"{path}?minutes=15&split=head")
    shorter = await bench.sales.seen(f"{path}?minutes=5")

    assert (longer["budget"], longer["used"], len(longer["picks"]), longer["left_out"]) == (15, 15, 3, [])
    assert longer["settings"] == {**agreed["settings"], "split": "head"}
    assert (shorter["budget"], len(shorter["picks"])) == (5, 1)
    assert await bench.sales.seen(path) == agreed


async def test_what_if_of_minutes_that_cannot_be_spent_is_refused(bench: Bench) -> None:
    await judged(bench)
    path = f"/v1/scripts/{bench.script['id']}/selection"

    fine = await bench.sales.get(f"{path}?minutes=7.001")
    negative = await bench.sales.get(f"{path}?minutes=-1")
    huge = await bench.sales.get(f"{path}?minutes=1e999")

    assert (fine.status_code, fine.json()["code"]) == (422, "too_many_decimals")
    assert (negative.status_code, negative.json()["code"]) == (422, "budget_negative")
    assert (huge.status_code, huge.json()["code"]) == (422, "not_a_number")


async def test_splits_stand_side_by_side(bench: Bench) -> None:
    items = await judged(bench)

    compared = await bench.support.seen(f"/v1/scripts/{bench.script['id']}/comparison")

    by_head = {pick["text"] for pick in compared["head"]["picks"]}
    assert by_head == {"What would close the deal?", "Who signs the contract?"}
    assert (compared["split"], compared["uneven"]) == ("department", False)
    assert compared["department"]["nothing"] == {bench.sales.department_id: 0, bench.support.department_id: 0}
    assert compared["head"]["nothing"] == {bench.sales.department_id: 0, bench.support.department_id: 1}
    assert (compared["department"]["keeps"], compared["head"]["keeps"]) == (4, 6)
    [shared] = compared["same"]
    gained = next(text for text in by_head if items[text]["id"] != shared)
    assert compared["sentence"] == (
        "1 of 2 questions are the same under all three; by head, Support would lose “Which ticket came last?” "
        f"and Sales would gain “{gained}”."
    )


async def test_selection_before_the_close_is_refused(bench: Bench) -> None:
    await bench.question(await bench.section(), "What was your last export?")
    before = await bench.owner.get(f"/v1/scripts/{bench.script['id']}/selection")
    await opened(bench)
    during = await bench.owner.get(f"/v1/scripts/{bench.script['id']}/selection")

    assert [(answer.status_code, answer.json()["code"]) for answer in (before, during)] == [(409, "not_decided")] * 2


async def test_second_round_at_the_same_time_is_refused(bench: Bench) -> None:
    await opened(bench)

    answer = await bench.owner.post(f"/v1/scripts/{bench.script['id']}/rounds", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "round_open_already")


async def test_unknown_setting_of_a_round_is_refused_with_its_path(bench: Bench) -> None:
    answer = await bench.owner.post(f"/v1/scripts/{bench.script['id']}/rounds", {"settings": {"split": "loudest"}})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"][0]["path"] == "$.settings.split"


async def test_cap_that_is_no_share_is_refused(bench: Bench) -> None:
    answer = await bench.owner.post(f"/v1/scripts/{bench.script['id']}/rounds", {"settings": {"person_cap": "7/6"}})

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_setting")


async def test_finished_script_is_sealed_with_what_was_chosen(bench: Bench) -> None:
    items = await judged(bench)

    answer = await finish(bench)

    version = answer.json()
    assert answer.status_code == 201, answer.text
    assert (version["number"], version["reopened_at"]) == (1, None)
    asked = [item["text"] for section in version["content"]["script"]["sections"] for item in section["items"]]
    left = {out["text"] for out in version["content"]["left_out"]}
    assert len(asked) == 2
    assert set(asked) | left == set(items)
    assert (await bench.now())["phase"] == "finished"
    path = f"/v1/scripts/{bench.script['id']}/versions/1"
    assert await bench.support.seen(path) == version
    assert await bench.support.seen(f"{path}/verify") == {
        "number": 1,
        "sha256": version["sha256"],
        "recomputed": version["sha256"],
        "intact": True,
    }


async def test_probe_of_a_question_that_is_out_is_out_as_well(bench: Bench) -> None:
    await judged(bench)

    version = (await finish(bench)).json()

    text = (await bench.owner.get(f"/v1/scripts/{bench.script['id']}/versions/1/markdown")).text
    out = {item["text"] for item in version["content"]["left_out"]}
    asked = text.split("Left out, and why")[0]
    assert ("And then?" in asked) == ("Who signs the contract?" not in out)


async def test_probes_that_stand_behind_a_question_that_is_out_are_out_as_well(bench: Bench) -> None:
    section = await bench.section(minutes=5)
    kept_one = await bench.question(section, "What was your last export?", minutes=5)
    await bench.question(section, "Anything about the file?", kind="probe")
    dropped_one = await bench.question(section, "Who signs the contract?", minutes=5)
    await bench.question(section, "Probes:", kind="instruction")
    await bench.question(section, "And above them?", kind="probe")
    await bench.question(section, "Thank you so far.", kind="statement")
    judging = await opened(bench)
    for person in (bench.sales, bench.support):
        await kept(person, kept_one)
        await cast(person, dropped_one, "drop")
    await closed(bench, judging)

    version = (await finish(bench)).json()

    assert [item["text"] for item in version["content"]["script"]["sections"][0]["items"]] == [
        "What was your last export?",
        "Anything about the file?",
        "Thank you so far.",
    ]


async def test_empty_script_cannot_be_finished_and_all_gates_are_named(bench: Bench) -> None:
    answer = await finish(bench)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")
    assert [fault["path"] for fault in answer.json()["errors"]] == ["gate.empty", "gate.judged"]


async def test_script_with_an_open_round_cannot_be_finished(bench: Bench) -> None:
    await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)

    answer = await finish(bench)

    assert [fault["detail"] for fault in answer.json()["errors"]] == ["A round is still open. Close it first."]


async def test_finished_script_cannot_be_edited(bench: Bench) -> None:
    items = await judged(bench)
    await finish(bench)
    item = items["Which ticket came last?"]
    script = await bench.now()

    answers = [
        await bench.owner.patch(f"/v1/items/{item['id']}", {"text": "Late?"}, item["version"]),
        await bench.owner.delete(f"/v1/items/{item['id']}", item["version"]),
        await bench.owner.patch(f"/v1/scripts/{script['id']}", {"title": "Late"}, script["version"]),
        await bench.owner.post(f"/v1/scripts/{script['id']}/sections", {"kind": "core", "heading": "Late"}),
        await bench.owner.post(f"/v1/scripts/{script['id']}/rounds", {}),
        await finish(bench),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "script_finished")] * 6


async def test_finish_on_a_stale_version_is_refused(bench: Bench) -> None:
    await judged(bench)
    seen = (await bench.now())["version"]
    await bench.owner.patch(f"/v1/scripts/{bench.script['id']}", {"title": "Another title"}, seen)

    answer = await finish(bench, version=seen)

    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")


async def test_two_finishes_at_once_make_one_version(bench: Bench) -> None:
    await judged(bench)
    at = (await bench.now())["version"]

    answers = await asyncio.gather(finish(bench, at), finish(bench, at))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    versions = await bench.owner.seen(f"/v1/scripts/{bench.script['id']}/versions")
    assert [version["number"] for version in versions] == [1]


async def test_finish_and_edit_at_once_have_one_winner(bench: Bench) -> None:
    items = await judged(bench)
    item = items["Which ticket came last?"]
    path = f"/v1/scripts/{bench.script['id']}"
    tag = (await bench.owner.get(path)).headers["etag"]

    finished, edited = await asyncio.gather(
        bench.owner.post(f"{path}/finish", If_Match=tag),
        bench.sales.patch(f"/v1/items/{item['id']}", {"text": "Which ticket was worst?"}, item["version"]),
    )

    version = await bench.owner.get(f"{path}/versions/1")
    if finished.status_code == 201:
        assert edited.json()["code"] == "script_finished"
        assert "Which ticket was worst?" not in version.text
    else:
        assert (finished.json()["code"], edited.status_code) == ("stale_version", 200)
        assert version.status_code == 404


async def test_reopened_script_leaves_the_old_version_as_it_was(bench: Bench) -> None:
    items = await judged(bench)
    first = (await finish(bench)).json()

    reopened = await bench.owner.post(f"/v1/scripts/{bench.script['id']}/reopen", {"reason": "The pilot ran over."})

    assert (reopened.status_code, reopened.json()["reopening_reason"]) == (200, "The pilot ran over.")
    assert (await bench.now())["phase"] == "propose"
    item = items["Which ticket came last?"]
    await bench.owner.patch(f"/v1/items/{item['id']}", {"text": "Which ticket was worst?"}, item["version"])
    old = await bench.owner.seen(f"/v1/scripts/{bench.script['id']}/versions/1")
    assert old["content"] == first["content"]
    assert old["sha256"] == first["sha256"]
    unready = await finish(bench)
    assert [fault["path"] for fault in unready.json()["errors"]] == ["gate.judged"]
    await closed(bench, await opened(bench))
    assert (await finish(bench)).json()["number"] == 2


async def test_script_that_is_not_finished_cannot_be_reopened(bench: Bench) -> None:
    answer = await bench.owner.post(f"/v1/scripts/{bench.script['id']}/reopen", {"reason": "Why not."})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_finished")


async def test_versions_of_another_workspace_look_like_none(bench: Bench, stranger: Person) -> None:
    await judged(bench)
    await finish(bench)

    for path in ("", "/versions", "/versions/1", "/versions/1/markdown", "/tally", "/selection", "/rounds"):
        answer = await stranger.get(f"/v1/scripts/{bench.script['id']}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
