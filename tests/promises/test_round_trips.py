"""What everybody waits for costs one round trip to the database, with the wall standing."""

from collections.abc import AsyncIterator, Awaitable

import httpx
import pytest_asyncio

from crossview.foundation.clock import SystemClock
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from tests.contract.world import World, application, build_world
from tests.promises.wire import Wire


@pytest_asyncio.fixture
async def wire(dsn: str) -> AsyncIterator[Wire]:
    async with Wire(dsn).laid() as laid:
        yield laid


@pytest_asyncio.fixture
async def world(wire: Wire, settings: Settings) -> AsyncIterator[World]:
    """A world whose service has a single connection, over the wire."""
    database = await Database.connect(wire.dsn, clock=SystemClock(), size=1)
    transport = httpx.ASGITransport(app=application(settings, database))
    async with httpx.AsyncClient(transport=transport, base_url="http://crossview.test") as client:
        yield await build_world(database, client)
    await database.close()


async def cost(wire: Wire, asked: Awaitable[httpx.Response]) -> int:
    before = wire.round_trips
    answer = await asked
    assert answer.is_success, answer.text
    return wire.round_trips - before


async def test_what_everybody_waits_for_costs_one_round_trip(wire: Wire, world: World) -> None:
    owner, item = world.owner, f"/v1/items/{world.ids['item_id']}"
    script = f"/v1/scripts/{world.ids['script_id']}"
    version = (await owner.seen(item))["version"]

    async def each(choice: str, minutes: int) -> dict[str, int]:
        return {
            "script": await cost(wire, owner.get(script)),
            "script with its tally": await cost(wire, owner.get(f"{script}?include=tally")),
            "script with its findings": await cost(wire, owner.get(f"{script}?include=tally,findings")),
            "list of scripts": await cost(wire, owner.get("/v1/scripts")),
            "ballot": await cost(wire, owner.put(f"{item}/ballot", {"revision": 1, "choice": choice})),
            "edit": await cost(wire, owner.patch(item, {"minutes": minutes}, version + minutes - 1)),
        }

    # The first time each statement is prepared, and the script is written out.
    await each("drop", 1)
    await owner.get(script)
    await owner.get(f"{script}?include=tally")
    await owner.get(f"{script}?include=tally,findings")

    assert await each("keep", 2) == {
        "script": 1,
        "script with its tally": 1,
        "script with its findings": 1,
        "list of scripts": 1,
        "ballot": 1,
        "edit": 1,
    }


async def test_wire_counts_every_statement_of_a_visit(wire: Wire, world: World) -> None:
    await world.owner.get("/v1/studies")

    # begin, enter, the list, commit
    assert await cost(wire, world.owner.get("/v1/studies")) == 4
