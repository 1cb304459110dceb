"""Deliveries as people see them: what is on its way, what arrived, and the dead letters with their reasons."""

from datetime import datetime
from uuid import UUID

import msgspec

from crossview.deliveries.deliver import State
from crossview.foundation.db import Visit
from crossview.foundation.errors import NotFound
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.sql import statements

sql = statements(__package__, "deliveries.sql")


class Letter(msgspec.Struct, frozen=True):
    """A delivery: one moment of one object for one connection.

    `attempts` counts the calls since it was written or replayed; `reason` says why the last one failed, or why none follows.
    """

    id: UUID
    connection_id: UUID
    plugin: str
    moment: str
    object_id: UUID
    state: State
    attempts: int
    reason: str | None
    created_at: datetime
    updated_at: datetime
    version: int


async def list_deliveries(visit: Visit, state: State | None, cursor: str | None, limit: int) -> Page[Letter]:
    """The deliveries, newest first, of one state where it is given."""
    before = after_cursor(cursor, UUID)
    wanted = None if state is None else state.value
    rows = await visit.many(Letter, sql["list_deliveries"], visit.workspace_id, wanted, before, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.id))


async def read_delivery(visit: Visit, delivery_id: UUID) -> Letter:
    """One delivery. Raises `NotFound`."""
    letter = await visit.one(Letter, sql["read_delivery"], visit.workspace_id, delivery_id)
    if letter is None:
        raise NotFound(thing="delivery")
    return letter
