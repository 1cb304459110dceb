"""The registry of copies: what lies outside, where, and which delivery brought it there."""

from datetime import datetime
from uuid import UUID

import msgspec

from crossview.foundation.db import Visit
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.sql import statements

sql = statements(__package__, "deliveries.sql")


class Copy(msgspec.Struct, frozen=True):
    """The copy of one object at one connection, as the plugin's last receipt describes it."""

    connection_id: UUID
    object_id: UUID
    external_id: str
    address: str
    content_hash: str
    delivery_id: UUID
    pushed_at: datetime


async def list_copies(visit: Visit, object_id: UUID | None, cursor: str | None, limit: int) -> Page[Copy]:
    """The copies in the order in which they were last brought out, of one object where it is given.

    Those of deleted connections stay listed: what lies outside is still there.
    """
    after = after_cursor(cursor, UUID)
    rows = await visit.many(Copy, sql["list_copies"], visit.workspace_id, object_id, after, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.delivery_id))
