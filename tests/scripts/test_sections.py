"""Sections: added, moved, changed, removed, and what is refused."""

import pytest

from tests.bench import Bench
from tests.people import Person


async def headings(bench: Bench) -> list[str]:
    return [section["heading"] for section in (await bench.now())["sections"]]


async def test_sections_stand_where_they_were_put(bench: Bench) -> None:
    first = await bench.section(heading="First")
    await bench.section(heading="Last")
    await bench.section(heading="Second", after=first["id"])
    await bench.section(heading="Front", after=None)

    assert await headings(bench) == ["Front", "First", "Second", "Last"]


async def test_section_moves_by_naming_its_new_neighbour(bench: Bench) -> None:
    first = await bench.section(heading="First")
    last = await bench.section(heading="Last")

    moved = await bench.owner.patch(f"/v1/sections/{first['id']}", {"after": last["id"]}, first["version"])

    assert moved.status_code == 200
    assert await headings(bench) == ["Last", "First"]


async def test_section_without_minutes_can_be_given_some_and_lose_them(bench: Bench) -> None:
    section = await bench.section()
    path = f"/v1/sections/{section['id']}"

    given = (await bench.owner.patch(path, {"minutes": 12.5}, 1)).json()
    lost = (await bench.owner.patch(path, {"minutes": None}, 2)).json()

    assert (given["minutes"], lost["minutes"], lost["heading"]) == (12.5, None, "Questions")


async def test_removed_section_takes_its_items_along(bench: Bench) -> None:
    section = await bench.section()
    item = await bench.question(section, "What happened?")

    assert (await bench.owner.delete(f"/v1/sections/{section['id']}", section["version"])).status_code == 204

    assert await headings(bench) == []
    assert (await bench.owner.get(f"/v1/items/{item['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"kind": "chorus"}, "invalid_input", "$.kind"),
        ({"minutes": 0}, "invalid_input", "$.minutes"),
        ({"minutes": 2000}, "invalid_input", "$.minutes"),
        ({"minutes": 1.234}, "invalid_input", "$.minutes"),
        ({"heading": "two\nlines"}, "invalid_input", "$.heading"),
        ({"level": 7}, "invalid_input", "$.level"),
        ({"rank": 1}, "invalid_input", "$"),
    ],
)
async def test_unfit_section_is_refused_with_the_path(
    bench: Bench, fields: dict[str, object], code: str, path: str
) -> None:
    body = {"kind": "core", "heading": "Questions", **fields}

    answer = await bench.owner.post(f"/v1/scripts/{bench.script['id']}/sections", body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert [fault["path"] for fault in answer.json()["errors"]] == [path]


async def test_alternative_of_a_section_elsewhere_is_refused(bench: Bench, stranger: Person) -> None:
    await bench.section()
    nobodys = "0190c0de-0000-7000-8000-000000000000"

    answer = await bench.owner.post(
        f"/v1/scripts/{bench.script['id']}/sections", {"kind": "core", "heading": "Other", "alternative_of": nobodys}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_reference")


async def test_stale_change_of_a_section_answers_with_its_state(bench: Bench) -> None:
    section = await bench.section()
    path = f"/v1/sections/{section['id']}"
    theirs = (await bench.sales.patch(path, {"heading": "Theirs"}, 1)).json()

    answer = await bench.support.patch(path, {"heading": "Mine"}, 1)

    assert (answer.status_code, answer.json()["current"]) == (412, theirs)
