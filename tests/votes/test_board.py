"""The board: a script with its tally, written once a version and completed for each reader."""

from typing import Any

import msgspec

from crossview.foundation.door import encode
from crossview.votes.board import JudgedScript
from tests.bench import Bench
from tests.people import Person
from tests.votes.judging import cast, closed, opened

PATH = "/v1/scripts/{}?include=tally"


async def read(person: Person, bench: Bench) -> Any:
    return await person.seen(PATH.format(bench.script["id"]))


async def test_script_with_its_tally_is_the_script_and_the_tally(bench: Bench) -> None:
    section = await bench.section()
    first, second = [await bench.question(section, text) for text in ("What was your last export?", "And before?")]
    await opened(bench)
    await cast(bench.sales, first, "keep", grade=4, reason="It is what customers “call” about.")
    await cast(bench.support, first, "drop")

    for person in (bench.sales, bench.support, bench.owner):
        both = await read(person, bench)
        tally = await person.seen(f"/v1/scripts/{bench.script['id']}/tally")
        assert both == {**await bench.now(), "tally": tally}
        assert [item["item_id"] for item in tally["items"]] == [first["id"], second["id"]]


async def test_written_board_is_what_the_types_write(bench: Bench) -> None:
    section = await bench.section(minutes=2.5)
    items = [await bench.question(section, f"Question {number}?", minutes=1.25) for number in range(3)]
    closing = await opened(bench)
    for person, choice in ((bench.sales, "keep"), (bench.support, "drop")):
        await cast(person, items[0], choice)
    path = PATH.format(bench.script["id"])
    answers = [(await bench.sales.get(path)).content]
    await closed(bench, closing)
    answers.append((await bench.sales.get(path)).content)

    for content in answers:
        assert encode(msgspec.json.decode(content, type=JudgedScript)) == content


async def test_reader_sees_a_ballot_at_once(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)
    seen = []
    for choice in ("keep", "drop", "pass", "keep"):
        await cast(bench.sales, item, choice)
        seen.append((await read(bench.sales, bench))["tally"]["items"][0]["mine"]["choice"])

    assert seen == ["keep", "drop", "pass", "keep"]


async def test_reader_sees_an_edit_at_once_and_the_ballot_as_stale(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)
    await cast(bench.sales, item, "keep")
    before = await bench.sales.get(PATH.format(bench.script["id"]))

    await bench.owner.patch(f"/v1/items/{item['id']}", {"text": "What was your first export?"}, 1)

    after = await bench.sales.get(PATH.format(bench.script["id"]))
    assert before.headers["etag"] != after.headers["etag"]
    assert after.json()["sections"][0]["items"][0]["text"] == "What was your first export?"
    (judged,) = after.json()["tally"]["items"]
    assert (judged["mine"]["stale"], judged["shown"]) == (True, None)


async def test_scores_follow_the_people_and_the_names_of_departments(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    closing = await opened(bench)
    await cast(bench.sales, item, "keep")
    await cast(bench.support, item, "drop")
    band = (await read(bench.sales, bench))["tally"]["items"][0]["shown"]["band"]

    department = (await bench.owner.seen("/v1/departments"))["items"][0]
    for name in ("Paul", "Petra"):
        await bench.owner.colleague(name, "editor", department["id"])
    await closed(bench, closing)

    after = (await read(bench.sales, bench))["tally"]
    assert band != "needs_votes"
    assert after["items"][0]["shown"]["band"] == "needs_votes"
    assert sorted(after["round"]["rosters"].values()) == [1, 3]


async def test_tally_stands_when_somebody_who_judged_has_changed_departments(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    colleague = await bench.owner.colleague("Paul", "editor", bench.sales.department_id)
    closing = await opened(bench)
    for person in (bench.sales, colleague, bench.support):
        await cast(person, item, "keep")

    moved = await bench.owner.patch(f"/v1/members/{colleague.id}", {"department_id": bench.support.department_id}, 1)

    assert moved.status_code == 200, moved.text
    assert (await read(bench.sales, bench))["tally"]["items"][0]["shown"] is not None
    await closed(bench, closing)
    tally = (await read(bench.sales, bench))["tally"]
    assert tally["round"]["rosters"] == {bench.sales.department_id: 2, bench.support.department_id: 2}
    assert (await bench.owner.get(f"/v1/scripts/{bench.script['id']}/selection")).status_code == 200
