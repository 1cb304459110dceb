"""The event table: one row for each change, written as the last statement of the change's own transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from crossview.foundation.db import Visit
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.sql import statements

sql = statements(__package__, "events.sql")


class Event(msgspec.Struct, frozen=True):
    """What happened, by ids: `kind` in the past tense ("script.finished"), who did it, and to what.

    `facts` holds numbers and states, never content, never an address.
    """

    seq: int
    kind: str
    actor_id: UUID | None
    study_id: UUID | None
    script_id: UUID | None
    subject_id: UUID
    facts: dict[str, Any]
    at: datetime


async def append(
    visit: Visit,
    kind: str,
    subject_id: UUID,
    *,
    study_id: UUID | None = None,
    script_id: UUID | None = None,
    **facts: Any,
) -> int:
    """Write down what the transaction did and return the event's position."""
    actor_id = visit.actor.member_id if visit.actor.member_id.int else None
    seq: int = await visit.value(
        sql["append"], visit.workspace_id, kind, actor_id, study_id, script_id, subject_id, facts
    )
    return seq


async def list_events(visit: Visit, cursor: str | None, limit: int) -> Page[Event]:
    """The workspace's events, newest first."""
    before = after_cursor(cursor, int)
    rows = await visit.many(Event, sql["list"], visit.workspace_id, before, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda event: event.seq))
