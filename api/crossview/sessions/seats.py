"""Seats: the places from which observers watch a session, never more than its cap."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from crossview.deliveries.publish import publish
from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, Refusal
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.sql import statements
from crossview.sessions.sessions import ModeratorIsInTheRoom, lock_session, read_session, session_in_sight, still_on
from crossview.workspace.members import require_member

sql = statements(__package__, "sessions.sql")


class SessionFull(Refusal):
    """All {cap} observers' seats of this session are taken. Release one first, or invite to another session."""

    status = 409
    code = "session_full"


class SeatTaken(Refusal):
    """This member holds a seat of the session already. Nothing is left to do."""

    status = 409
    code = "seat_taken"


class SeatState(StrEnum):
    """Where a seat is in its life."""

    INVITED = "invited"
    RELEASED = "released"


class Seat(msgspec.Struct, frozen=True):
    """One member's place as an observer of one session."""

    id: UUID
    session_id: UUID
    member_id: UUID
    state: SeatState
    invited_by: UUID
    version: int
    created_at: datetime


class NewSeat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is invited to observe."""

    member_id: UUID


async def invite_observer(visit: Visit, session_id: UUID, new: NewSeat) -> Seat:
    """Give a member a seat.

    Raises `NotFound`, `UnknownReference`, `SessionCancelled`, `ModeratorIsInTheRoom`, `SeatTaken`, `SessionFull`.
    """
    # Seats are counted under the session's lock: of many who ask at once, the first ones sit.
    session = await lock_session(visit, session_id)
    still_on(session)
    await require_member(visit, new.member_id, "$.member_id")
    if new.member_id == session.moderator_id:
        raise ModeratorIsInTheRoom
    if await visit.value(sql["holds_seat"], visit.workspace_id, session_id, new.member_id):
        raise SeatTaken
    if await visit.value(sql["count_seats"], visit.workspace_id, session_id) >= session.observer_cap:
        raise SessionFull(cap=session.observer_cap)
    seat = await visit.one(
        Seat, sql["create_seat"], visit.workspace_id, session_id, new.member_id, visit.actor.member_id
    )
    assert seat is not None
    await events.append(visit, "observer.invited", seat.id, study_id=session.study_id, session_id=str(session_id))
    await publish(
        visit, "observer_invited", object_id=session_id, subject_id=seat.id, study_id=session.study_id, facts={}
    )
    return seat


async def list_seats(visit: Visit, session_id: UUID, cursor: str | None, limit: int) -> Page[Seat]:
    """The seats that are held, in the order of their invitations. Raises `NotFound`."""
    await read_session(visit, session_id)
    after = after_cursor(cursor, UUID)
    rows = await visit.many(Seat, sql["list_seats"], visit.workspace_id, session_id, after, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.id))


async def release_seat(visit: Visit, seat_id: UUID, expected: int) -> None:
    """Take a seat back, so that somebody else can have it. Raises `NotFound`, `StaleVersion`, `SessionCancelled`."""
    session_id: UUID | None = await visit.value(sql["session_of_seat"], visit.workspace_id, seat_id)
    if session_id is None or await session_in_sight(visit, session_id) is None:
        raise NotFound(thing="seat")
    session = await lock_session(visit, session_id)
    seat = await visit.one(Seat, sql["find_seat"], visit.workspace_id, seat_id)
    if seat is None:
        raise NotFound(thing="seat")
    same_version(seat, expected)
    still_on(session)
    await visit.run(sql["release_seat"], visit.workspace_id, seat_id)
    await events.append(visit, "observer.released", seat_id, study_id=session.study_id, session_id=str(session_id))
    await publish(
        visit, "observer_released", object_id=session_id, subject_id=seat_id, study_id=session.study_id, facts={}
    )
