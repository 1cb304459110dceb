"""Dispatching: workers hear of new jobs right after the commit that left them, at the cost of one notification for many.

A notification inside the transaction would take a lock of the whole server at commit. One that gets lost costs only the wait
until the worker looks by itself.
"""

import asyncio
import contextlib
from typing import Final

import structlog

from crossview.deliveries.publish import QUEUE
from crossview.foundation.db import Database
from crossview.foundation.errors import Unavailable
from crossview.foundation.sql import statements

sql = statements(__package__, "deliveries.sql")
log = structlog.get_logger("crossview.deliveries")

TOGETHER: Final = 0.02
"""Seconds within which several commits share one notification."""


class Dispatcher:
    """One for each process that publishes: `wake` is called after a commit, `run` tells the workers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Say that jobs were committed; returns at once."""
        self._woken.set()

    async def run(self) -> None:
        """Notify until cancelled. A database that is away is no error here: the workers look by themselves."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            with contextlib.suppress(Unavailable):
                async with self._database.outside() as connection:
                    await connection.execute(sql["notify"], QUEUE)
            await asyncio.sleep(TOGETHER)
