"""Requests that are given up: the caller is gone, a lock does not come free, every connection is taken.

Whatever happens half way, a change is whole or not there, and the connection that the next request gets is as good as new.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import asyncpg
import httpx
import pytest
import pytest_asyncio

from crossview.foundation.clock import SystemClock
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from tests.bench import set_up
from tests.contract.world import application
from tests.people import Person
from tests.promises.asked import (
    CLOSE,
    FINISH,
    OPEN,
    REMOVE,
    REMOVE_SECTION,
    REOPEN,
    Asked,
    Base,
    ballot,
    decided,
    drafted,
    edit,
    finished,
    fresh_script,
    judging,
    move,
    question,
)
from tests.promises.crawl import tables
from tests.promises.soundness import unsound
from tests.promises.wire import Wire

Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Told = Callable[[str, object], None]

MANY = 30
GLANCE = 0.002
_LEFT_OPEN = """
    select count(*) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
       and (state like 'idle in transaction%' or backend_xid is not null)
"""
_SETTING = "select nullif(current_setting('cv.workspace', true), '')"

CASES: dict[str, tuple[Base, Asked]] = {
    "edit": (drafted, edit("Given up?")),
    "ballot": (judging, ballot("keep")),
    "question": (drafted, question("Given up?")),
    "question with a key": (drafted, question("Given up?", key="given-up")),
    "move": (drafted, move("item", after="last")),
    "removal": (drafted, REMOVE),
    "removal of a section": (drafted, REMOVE_SECTION),
    "opening": (drafted, OPEN),
    "close": (judging, CLOSE),
    "finish": (decided, FINISH),
    "reopening": (finished, REOPEN),
}


@dataclass(frozen=True)
class Narrow:
    """A service with a single connection, over a wire."""

    client: httpx.AsyncClient
    database: Database
    wire: Wire


@pytest_asyncio.fixture
async def narrow(dsn: str, settings: Settings) -> AsyncIterator[Narrow]:
    async with Wire(dsn).laid() as wire:
        database = await Database.connect(wire.dsn, clock=SystemClock(), size=1)
        transport = httpx.ASGITransport(app=application(settings, database))
        async with httpx.AsyncClient(transport=transport, base_url="http://crossview.test") as client:
            yield Narrow(client, database, wire)
        await database.close()


@pytest_asyncio.fixture
async def admin(dsn: str) -> AsyncIterator[Admin]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


async def counts(admin: Admin) -> dict[str, int]:
    """How many rows each table has."""
    return {table: await admin.fetchval(f"select count(*) from crossview.{table}") for table in await tables(admin)}


@pytest.mark.parametrize("case", CASES)
async def test_request_given_up_at_any_round_trip_is_whole_or_not_there(
    owner: Person, narrow: Narrow, admin: Admin, record_property: Told, case: str
) -> None:
    base, asked = CASES[case]
    bench = await set_up(owner)
    done: Counter[bool] = Counter()
    head, steps = 0, 1
    while head <= steps:
        names = await base(replace(bench, script=await fresh_script(bench)))
        person, ask = await asked.ready(bench, names)
        before = await counts(admin)
        narrow.wire.round_trips = 0
        narrow.wire.hold()
        request = asyncio.ensure_future(ask(replace(person, api=narrow.client)))
        for _ in range(head):
            await moved(request, narrow.wire)
            narrow.wire.let_one_through()
        await moved(request, narrow.wire)
        request.cancel()
        narrow.wire.let_go()
        answer = (await asyncio.gather(request, return_exceptions=True))[0]
        steps = max(steps, narrow.wire.round_trips if not isinstance(answer, BaseException) else head + 1)

        events = (await counts(admin))["event"] - before["event"]
        assert await unsound(admin) == {}, f"{case}, given up after {head} round trips"
        assert (events, await counts(admin) == before) in ((0, True), (1, False)), f"{case}, after {head} round trips"
        done[events == 1] += 1
        # Whoever comes next gets the same connection, or a new one where that was lost.
        again = await replace(bench.owner, api=narrow.client).get("/v1/me")
        assert again.status_code == 200, again.text
        async with narrow.database.outside() as connection:
            assert (connection.is_in_transaction(), await connection.fetchval(_SETTING)) == (False, None)
        assert await admin.fetchval(_LEFT_OPEN) == 0
        head += 1
    assert done[True] > 0
    # A statement that does it all may be done before the word that nobody waits for it arrives.
    assert done[False] > 0 or steps == 1
    record_property(
        "figure", f"given up: {case}: at {done.total()} moments, {done[False]} not there, {done[True]} whole"
    )


async def moved(request: "asyncio.Future[httpx.Response]", wire: Wire) -> None:
    """Until it asks for its next round trip, or has its answer."""
    while not request.done() and not wire.waiting:
        await asyncio.sleep(GLANCE)


async def test_nobody_hangs_while_a_lock_holds_every_connection(
    owner: Person, dsn: str, settings: Settings, admin: Admin, record_property: Told
) -> None:
    bench = await set_up(owner)
    item = await bench.question(await bench.section(), "What happened last week?")
    size = 4
    database = await Database.connect(dsn, clock=SystemClock(), size=size)
    took: dict[str, list[float]] = {"waited for the lock": [], "waited for a connection": [], "live": []}
    transport = httpx.ASGITransport(app=application(settings, database))
    async with httpx.AsyncClient(transport=transport, base_url="http://crossview.test") as client:
        here = replace(bench.owner, api=client)

        async def timed(what: str, path: str, text: str | None = None) -> httpx.Response:
            begun = time.monotonic()
            answer = await (here.get(path) if text is None else here.patch(path, {"text": text}, item["version"]))
            took[what].append(time.monotonic() - begun)
            return answer

        await here.rush()
        async with admin.transaction():
            await admin.execute("select 1 from crossview.script for update")
            stuck = [
                asyncio.ensure_future(timed("waited for the lock", f"/v1/items/{item['id']}", f"Edit {number}?"))
                for number in range(size)
            ]
            await asyncio.sleep(0.2)
            others = asyncio.gather(*(timed("waited for a connection", "/v1/scripts") for _ in range(MANY)))
            live = [(await timed("live", "/live")).status_code for _ in range(MANY)]
            refused = [*await others, *await asyncio.gather(*stuck)]
        after = await timed("live", f"/v1/items/{item['id']}", "And after that?")
        await database.close()

    assert live == [200] * MANY
    assert [(answer.status_code, answer.json()["code"], answer.headers["retry-after"]) for answer in refused] == [
        (503, "unavailable", "2")
    ] * (size + MANY)
    assert max(took["live"]) < 1
    assert max(took["waited for a connection"]) < 3
    assert max(took["waited for the lock"]) < 5
    assert after.status_code == 200
    slowest = ", ".join(f"{what} {max(seconds):.2f} s" for what, seconds in took.items())
    record_property("figure", f"every connection stuck: {size} + {MANY} requests answered 503; slowest: {slowest}")
