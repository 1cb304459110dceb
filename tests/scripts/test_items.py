"""Items: proposed, changed, moved, removed, and what is refused."""

import asyncio
import random

from tests.bench import Bench
from tests.people import Person

NOBODYS = "0190c0de-0000-7000-8000-000000000000"


def texts(script: dict) -> list[str]:  # type: ignore[type-arg]
    return [item["text"] for section in script["sections"] for item in section["items"]]


async def test_item_is_proposed_by_its_authors_department(bench: Bench) -> None:
    section = await bench.section()

    item = await bench.question(
        section, "What do you do with an export?", bench.sales, minutes=4, intent="The job behind it"
    )

    assert (item["department_id"], item["author_id"]) == (bench.sales.department_id, bench.sales.id)
    assert (item["kind"], item["text"], item["minutes"], item["intent"]) == (
        "question",
        "What do you do with an export?",
        4,
        "The job behind it",
    )
    assert (item["revision"], item["version"], item["pinned"], item["priority"]) == (1, 1, False, "should")


async def test_probes_stand_below_their_question_in_reading_order(bench: Bench) -> None:
    section = await bench.section()
    first = await bench.question(section, "First?")
    await bench.question(section, "Second?")
    await bench.question(section, "Why was that?", kind="probe", parent_id=first["id"])

    items = (await bench.now())["sections"][0]["items"]

    assert [(item["text"], item["depth"], item["position"]) for item in items] == [
        ("First?", 0, 1),
        ("Why was that?", 1, 1),
        ("Second?", 0, 2),
    ]


async def test_new_text_makes_a_revision_and_keeps_the_old_one(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "Do you like exports?")
    path = f"/v1/items/{item['id']}"

    changed = (await bench.sales.patch(path, {"text": "What was your last export?"}, item["version"])).json()

    assert (changed["text"], changed["revision"], changed["version"]) == ("What was your last export?", 2, 2)
    revisions = (await bench.owner.seen(f"{path}/revisions"))["items"]
    assert [(row["number"], row["text"], row["author_id"]) for row in revisions] == [
        (2, "What was your last export?", bench.sales.id),
        (1, "Do you like exports?", bench.owner.id),
    ]


async def test_change_of_minutes_alone_makes_no_revision(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")

    changed = (await bench.owner.patch(f"/v1/items/{item['id']}", {"minutes": 2.5}, item["version"])).json()

    assert (changed["minutes"], changed["revision"], changed["version"]) == (2.5, 1, 2)


async def test_stale_edit_answers_with_the_item_as_it_is(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "Do you like exports?")
    path = f"/v1/items/{item['id']}"
    theirs = (await bench.sales.patch(path, {"text": "What was your last export?"}, item["version"])).json()

    answer = await bench.support.patch(path, {"text": "Which exports fail?"}, item["version"])

    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert answer.json()["current"] == theirs
    assert await bench.owner.seen(path) == {**theirs, "findings": [], "suppressions": []}


async def test_edit_without_if_match_is_refused(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "Do you like exports?")

    answer = await bench.owner.patch(f"/v1/items/{item['id']}", {"text": "Other?"})

    assert (answer.status_code, answer.json()["code"]) == (428, "version_required")


async def test_minutes_with_three_decimals_are_refused_with_their_path(bench: Bench) -> None:
    section = await bench.section()

    answer = await bench.owner.post(
        f"/v1/sections/{section['id']}/items", {"kind": "question", "text": "Why?", "minutes": 1.125}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"] == [{"path": "$.minutes", "detail": "Minutes have at most two decimal places"}]


async def test_moved_item_takes_what_is_below_it_along(bench: Bench) -> None:
    here, there = await bench.section(), await bench.section(heading="More questions")
    item = await bench.question(here, "What happened?")
    await bench.question(here, "And then?", kind="probe", parent_id=item["id"])
    await bench.question(there, "Already here?")

    answer = await bench.owner.post(
        f"/v1/items/{item['id']}/move", {"section_id": there["id"]}, If_Match=f'"{item["version"]}"'
    )

    assert answer.status_code == 200, answer.text
    sections = (await bench.now())["sections"]
    assert [[found["text"] for found in section["items"]] for section in sections] == [
        [],
        ["What happened?", "And then?", "Already here?"],
    ]


async def test_item_cannot_move_below_itself(bench: Bench) -> None:
    section = await bench.section()
    item = await bench.question(section, "What happened?")
    probe = await bench.question(section, "And then?", kind="probe", parent_id=item["id"])

    answer = await bench.owner.post(
        f"/v1/items/{item['id']}/move",
        {"section_id": section["id"], "parent_id": probe["id"]},
        If_Match=f'"{item["version"]}"',
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "too_deep")


async def test_place_behind_an_item_of_another_section_is_refused(bench: Bench) -> None:
    here, there = await bench.section(), await bench.section(heading="Elsewhere")
    other = await bench.question(there, "Elsewhere?")

    answer = await bench.owner.post(
        f"/v1/sections/{here['id']}/items", {"kind": "question", "text": "Why?", "after": other["id"]}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_place")


async def test_parent_of_another_script_is_refused(bench: Bench) -> None:
    section = await bench.section()
    other = await bench.owner.made(f"/v1/studies/{bench.study['id']}/scripts", {"title": "Another"})
    foreign_section = await bench.owner.made(
        f"/v1/scripts/{other['id']}/sections", {"kind": "core", "heading": "There"}
    )
    foreign = await bench.question(foreign_section, "There?")

    answer = await bench.owner.post(
        f"/v1/sections/{section['id']}/items", {"kind": "probe", "text": "Why?", "parent_id": foreign["id"]}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_reference")


async def test_removed_item_is_gone_and_its_revisions_with_it(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What happened?")

    assert (await bench.owner.delete(f"/v1/items/{item['id']}", item["version"])).status_code == 204

    assert texts(await bench.now()) == []
    assert (await bench.owner.get(f"/v1/items/{item['id']}")).status_code == 404


async def test_item_of_another_workspace_looks_like_none(bench: Bench, stranger: Person) -> None:
    item = await bench.question(await bench.section(), "What happened?")

    answers = [await stranger.get(f"/v1/items/{wanted}") for wanted in (item["id"], NOBODYS)]

    bodies = [{**answer.json(), "instance": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert bodies[0] == bodies[1]


async def test_member_may_propose_but_not_edit(bench: Bench) -> None:
    section = await bench.section()
    member = await bench.owner.colleague("Mia Member", "member", bench.sales.department_id)

    item = await bench.question(section, "What happened?", member)
    answer = await member.patch(f"/v1/items/{item['id']}", {"text": "Other?"}, item["version"])

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def test_department_that_is_not_invited_does_not_see_the_script(bench: Bench) -> None:
    legal_id = (await bench.owner.made("/v1/departments", {"name": "Legal"}))["id"]
    outsider = await bench.owner.colleague("Lea Legal", "editor", legal_id)
    item = await bench.question(await bench.section(), "What happened?")

    assert (await outsider.get(f"/v1/scripts/{bench.script['id']}")).status_code == 404
    assert (await outsider.patch(f"/v1/items/{item['id']}", {"text": "Mine!"}, 1)).status_code == 404
    assert (await outsider.seen("/v1/scripts"))["items"] == []


async def test_items_from_many_hands_at_once_are_all_there_in_one_order(bench: Bench) -> None:
    section = await bench.section()
    anchor = await bench.question(section, "Anchor?")
    wanted = [f"Question {number}?" for number in range(24)]
    places: list[dict[str, str | None]] = [{}, {"after": None}, {"after": anchor["id"]}]

    await asyncio.gather(
        *(
            bench.question(
                section, text, random.choice([bench.owner, bench.sales, bench.support]), **places[number % 3]
            )
            for number, text in enumerate(wanted)
        )
    )

    items = (await bench.now())["sections"][0]["items"]
    assert sorted(item["text"] for item in items) == sorted([*wanted, "Anchor?"])
    assert [item["position"] for item in items] == list(range(1, 26))


async def test_moves_and_removals_at_once_lose_and_double_nothing(bench: Bench) -> None:
    section = await bench.section()
    items = [await bench.question(section, f"Question {number}?") for number in range(8)]

    async def move(item: dict[str, str], after: dict[str, str]) -> None:
        await bench.sales.post(
            f"/v1/items/{item['id']}/move",
            {"section_id": section["id"], "after": after["id"]},
            If_Match=f'"{item["version"]}"',
        )

    await asyncio.gather(
        *(move(items[number], items[-1 - number]) for number in range(4)),
        bench.support.delete(f"/v1/items/{items[5]['id']}", 1),
    )

    found = (await bench.now())["sections"][0]["items"]
    assert sorted(item["text"] for item in found) == sorted(f"Question {number}?" for number in range(8) if number != 5)
    assert [item["position"] for item in found] == list(range(1, 8))


async def test_text_that_grows_beyond_its_length_when_it_is_composed_is_refused(bench: Bench) -> None:
    section = await bench.section()
    item = await bench.question(section, "Why?")
    grows = "\u0958" * 10_001

    added = await bench.owner.post(f"/v1/sections/{section['id']}/items", {"kind": "question", "text": grows})
    changed = await bench.owner.patch(f"/v1/items/{item['id']}", {"text": grows}, 1)

    for answer in (added, changed):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
        assert answer.json()["errors"] == [{"path": "$.text", "detail": "Expected `str` of length <= 20000"}]
