"""Events: one for each change, in order, append-only, ids and states only."""

from typing import Any
from uuid import UUID

import pytest

from crossview.foundation import events
from crossview.foundation.auth import digest
from crossview.foundation.db import Database
from tests.people import Person


async def feed(person: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await person.seen("/v1/events"))["items"]
    return items


async def test_each_change_leaves_one_event_newest_first(owner: Person) -> None:
    made = await owner.made("/v1/departments", {"name": "Support"})
    await owner.patch(f"/v1/departments/{made['id']}", {"name": "Care"}, 1)

    changed, created, *before = await feed(owner)

    assert [event["kind"] for event in before] == ["member.joined", "invitation.sent", "workspace.founded"]
    assert created == {
        "seq": created["seq"],
        "kind": "department.created",
        "actor_id": owner.id,
        "study_id": None,
        "script_id": None,
        "subject_id": made["id"],
        "facts": {},
        "at": created["at"],
    }
    assert (changed["kind"], changed["subject_id"]) == ("department.changed", made["id"])
    assert changed["seq"] > created["seq"]


async def test_refused_change_leaves_no_event(owner: Person) -> None:
    await owner.made("/v1/departments", {"name": "Support"})
    before = await feed(owner)

    await owner.post("/v1/departments", {"name": "Support"})

    assert await feed(owner) == before


async def test_change_that_is_rolled_back_takes_its_event_along(owner: Person, database: Database) -> None:
    before = await feed(owner)

    with pytest.raises(ZeroDivisionError):
        async with database.visit(digest(owner.token)) as visit:
            await events.append(visit, "department.created", UUID(owner.id))
            raise ZeroDivisionError

    assert await feed(owner) == before


async def test_pages_of_the_feed_put_together_are_the_feed(owner: Person) -> None:
    for number in range(4):
        await owner.made("/v1/departments", {"name": f"Department {number}"})
    whole = await feed(owner)
    seen: list[dict[str, Any]] = []
    cursor = ""

    while cursor is not None:
        page = await owner.seen("/v1/events?limit=3" + (f"&cursor={cursor}" if cursor else ""))
        seen += page["items"]
        cursor = page["next_cursor"]

    assert len(whole) == 7
    assert seen == whole


async def test_feed_holds_no_name_and_no_address(owner: Person) -> None:
    await owner.made("/v1/departments", {"name": "Canary Department"})
    await owner.colleague("Canary Colleague")

    told = (await owner.get("/v1/events")).text

    assert "anary" not in told
    assert "@" not in told


async def test_feed_of_another_workspace_is_out_of_sight(owner: Person, stranger: Person) -> None:
    await stranger.made("/v1/departments", {"name": "Legal"})

    kinds = [event["kind"] for event in await feed(owner)]

    assert kinds == ["member.joined", "invitation.sent", "workspace.founded"]


async def test_what_an_operator_does_has_no_actor(owner: Person) -> None:
    founded = (await feed(owner))[-1]

    assert (founded["kind"], founded["actor_id"]) == ("workspace.founded", None)
