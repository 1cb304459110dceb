"""What was asked in a session, and what that says about the questions of a bank."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import Literal
from uuid import UUID

import msgspec

from crossview.bank.banks import find_bank
from crossview.bank.reference import reference
from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.errors import Fault, InvalidInput, NotFound
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.sql import statements
from crossview.scripts.sections import Minutes, kept_minutes
from crossview.sessions.sessions import lock_session, read_session, still_on

sql = statements(__package__, "sessions.sql")

Outcome = Literal["asked", "skipped"]


class AskedItem(msgspec.Struct, frozen=True):
    """Whether an item was asked in a session, and how many minutes that took where somebody looked at the clock.

    `bank_ref` is the version of a question in a bank that the item was made from at that time.
    """

    session_id: UUID
    item_id: UUID
    outcome: Outcome
    minutes: Decimal | None
    bank_ref: str | None
    recorded_by: UUID
    at: datetime


class NewAskedItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of an item; `minutes` only for one that was asked."""

    outcome: Outcome
    minutes: Minutes | None = None


class Yield(msgspec.Struct, frozen=True):
    """What a question of a bank brought, in all its versions.

    `sessions` are those that say whether it was asked, `asked` those in which it was. `share` is (asked + 1) / (sessions + 2),
    so that one session more or less does not decide; `minutes` is the median of those noted, null when nobody noted any.
    """

    entry_id: str
    sessions: int
    asked: int
    share: float
    minutes: float | None


class ScriptItem(msgspec.Struct, frozen=True):
    """An item of a session's script."""

    bank_ref: str | None


class Record(msgspec.Struct, frozen=True):
    """What all sessions say about an entry; `minutes` are those of each session that noted some."""

    entry_id: str
    sessions: int
    asked: int
    minutes: list[Decimal]


async def record_asked(visit: Visit, session_id: UUID, item_id: UUID, new: NewAskedItem) -> AskedItem:
    """Write down whether an item of the session's script was asked, in place of what was written before.

    Raises `NotFound`, `SessionCancelled`, `InvalidInput`.
    """
    if new.outcome == "skipped" and new.minutes is not None:
        fault = Fault(path="$.minutes", detail="A skipped item took no minutes")
        raise InvalidInput(summary=f"{fault.detail} at {fault.path}", faults=(fault,))
    session = await lock_session(visit, session_id)
    still_on(session)
    item = await visit.one(ScriptItem, sql["find_script_item"], visit.workspace_id, session_id, item_id)
    if item is None:
        raise NotFound(thing="item of the session's script")
    named = reference(item.bank_ref or "")
    await visit.run(
        sql["record_asked"],
        visit.workspace_id,
        session_id,
        item_id,
        new.outcome,
        kept_minutes(new.minutes),
        named.namespace if named else None,
        named.entry_id if named else None,
        named.number if named else None,
        visit.actor.member_id,
        visit.now,
    )
    await events.append(
        visit,
        f"item.{new.outcome}",
        item_id,
        study_id=session.study_id,
        script_id=session.script_id,
        session_id=str(session_id),
    )
    recorded = await visit.one(AskedItem, sql["find_asked"], visit.workspace_id, session_id, item_id)
    assert recorded is not None
    return recorded


async def list_asked(visit: Visit, session_id: UUID, cursor: str | None, limit: int) -> Page[AskedItem]:
    """What is known of a session's items, in the order of their making. Raises `NotFound`, `InvalidCursor`."""
    await read_session(visit, session_id)
    after = after_cursor(cursor, UUID)
    rows = await visit.many(AskedItem, sql["list_asked"], visit.workspace_id, session_id, after, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.item_id))


async def list_yields(visit: Visit, namespace: str, cursor: str | None, limit: int) -> Page[Yield]:
    """What the questions of a bank brought that any session speaks of, by id. Raises `NotFound`, `InvalidCursor`."""
    await find_bank(visit, namespace)
    after = after_cursor(cursor, str)
    rows = await visit.many(Record, sql["list_records"], visit.workspace_id, namespace, after, limit + 1)
    shown = tuple(
        Yield(row.entry_id, row.sessions, row.asked, share(row.asked, row.sessions), middle(row.minutes))
        for row in rows[:limit]
    )
    return Page(items=shown, next_cursor=next_cursor(rows, limit, lambda row: row.entry_id))


def share(asked: int, sessions: int) -> float:
    """The share of sessions in which a question was asked, shrunk towards a half (Laplace's rule of succession)."""
    return round(float(Fraction(asked + 1, sessions + 2)), 4)


def middle(minutes: Sequence[Decimal]) -> float | None:
    """The median, None where there is nothing."""
    return round(float(median(minutes)), 2) if minutes else None
