"""Two requests at once, in an order that a test decides.

Each has a service and one connection of its own, over a wire that lets its round trips through one by one.

The first makes so many round trips as it is allowed, then the second goes as far as it can, then the first goes on to its end.
Whoever waits for a lock is left waiting, as in life.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

import asyncpg
import httpx

from crossview.foundation.clock import SystemClock
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from tests.contract.world import application
from tests.people import Person
from tests.promises.wire import Wire

Ask: TypeAlias = Callable[[Person], Awaitable[httpx.Response]]

GLANCE = 0.002
"""Seconds between two looks at who moves and who waits."""
_WAITING_FOR_A_LOCK = """
    select count(*) from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Way:
    """One of the two ways to the database."""

    client: httpx.AsyncClient
    wire: Wire


@dataclass(frozen=True)
class Interleaving:
    """What came of it: the answers of both, and the round trips that the first one made in all."""

    first: httpx.Response
    second: httpx.Response
    steps: int


class Crossing:
    """Where two requests meet."""

    def __init__(self, ways: tuple[Way, Way], onlooker: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._ways = ways
        self._onlooker = onlooker

    async def run(self, first: tuple[Person, Ask], second: tuple[Person, Ask], *, head: int) -> Interleaving:
        """Let the first make `head` round trips before the second one starts."""
        ahead, behind = self._ways
        before = ahead.wire.round_trips
        ahead.wire.hold()
        one = asyncio.ensure_future(first[1](replace(first[0], api=ahead.client)))
        for _ in range(head):
            await self._moved(one, ahead.wire)
            ahead.wire.let_one_through()
        await self._moved(one, ahead.wire)
        other = asyncio.ensure_future(second[1](replace(second[0], api=behind.client)))
        await self._done_or_waiting(other)
        ahead.wire.let_go()
        answers = await one, await other
        return Interleaving(*answers, steps=ahead.wire.round_trips - before)

    async def _moved(self, request: "asyncio.Future[httpx.Response]", wire: Wire) -> None:
        """Until it asks for its next round trip, or has its answer."""
        while not request.done() and not wire.waiting:
            await asyncio.sleep(GLANCE)

    async def _done_or_waiting(self, request: "asyncio.Future[httpx.Response]") -> None:
        while not request.done():
            if await self._onlooker.fetchval(_WAITING_FOR_A_LOCK):
                return
            await asyncio.sleep(GLANCE)


@asynccontextmanager
async def crossing(dsn: str, settings: Settings) -> AsyncIterator[Crossing]:
    """Two services on one database."""
    async with AsyncExitStack() as stack:
        ways = []
        for _ in range(2):
            wire = await stack.enter_async_context(Wire(dsn).laid())
            database = await Database.connect(wire.dsn, clock=SystemClock(), size=1)
            stack.push_async_callback(database.close)
            transport = httpx.ASGITransport(app=application(settings, database))
            client = httpx.AsyncClient(transport=transport, base_url="http://crossview.test")
            ways.append(Way(await stack.enter_async_context(client), wire))
        onlooker = await asyncpg.connect(dsn)
        stack.push_async_callback(onlooker.close)
        yield Crossing((ways[0], ways[1]), onlooker)
