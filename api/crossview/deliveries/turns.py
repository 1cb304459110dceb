"""Turns: one call at a time over each connection, and never all of the worker's places for those who wait for theirs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID


class NoTurn(Exception):
    """The connection is busy and enough others wait; ask again in a moment."""


class _Line:
    """Who stands at one connection, the caller included."""

    def __init__(self) -> None:
        self.first = asyncio.Lock()
        self.length = 0


class Turns:
    """The turns of one worker. At most `waiting` wait at once, `behind_one` of them for one connection, for `patience` seconds.

    A plugin that hangs keeps its connection busy until its deadline. If everything behind it waited in the worker, the worker
    would have no place left for other connections.
    """

    def __init__(self, waiting: int, behind_one: int = 2, patience: float = 2.0) -> None:
        self._waiting = asyncio.Semaphore(waiting)
        self._behind_one = behind_one
        self._patience = patience
        self._lines: dict[UUID, _Line] = {}

    @asynccontextmanager
    async def take(self, connection_id: UUID) -> AsyncIterator[None]:
        """Hold the connection's turn. Raises `NoTurn` when it cannot be had soon."""
        line = self._lines.setdefault(connection_id, _Line())
        line.length += 1
        try:
            await self._come_first(line)
            try:
                yield
            finally:
                line.first.release()
        finally:
            line.length -= 1
            if line.length == 0:
                del self._lines[connection_id]

    async def _come_first(self, line: _Line) -> None:
        if line.length == 1:
            await line.first.acquire()
            return
        if self._waiting.locked() or line.length > self._behind_one + 1:
            raise NoTurn
        async with self._waiting:
            try:
                async with asyncio.timeout(self._patience):
                    await line.first.acquire()
            except TimeoutError:
                raise NoTurn from None
