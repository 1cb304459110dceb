"""Sessions: one interview each, scheduled, moved, cancelled."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossview.context.studies import find_study, lock_study
from crossview.deliveries.publish import publish
from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.door import same_version
from crossview.foundation.errors import Fault, InvalidInput, NotFound, Refusal, UnknownReference
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.permissions import Role
from crossview.foundation.sql import statements
from crossview.foundation.texts import Title
from crossview.sessions.schedule import Appointment, LocalTime, WallTime, Zone, agree, end_of, instant_today
from crossview.workspace.members import require_member

sql = statements(__package__, "sessions.sql")

Minutes: TypeAlias = Annotated[int, Meta(ge=5, le=1440)]
Place: TypeAlias = Annotated[str, Meta(max_length=2_000)]
ObserverCap: TypeAlias = Annotated[int, Meta(ge=0, le=50)]
# The service counts on to P99999, so the highest number that somebody picks leaves room behind it. Python's `$` also stands
# before a line break at the end, which the look-ahead rules out.
Pseudonym: TypeAlias = Annotated[str, Meta(pattern=r"^P[1-9][0-9]{0,3}$(?!\n)", max_length=5, examples=["P3"])]
VersionNumber: TypeAlias = Annotated[int, Meta(ge=1, le=2_147_483_647)]


class SessionCancelled(Refusal):
    """The session was cancelled. Schedule a new one instead."""

    status = 409
    code = "session_cancelled"


class NoFinishedVersion(Refusal):
    """The script has no finished version that still holds. Finish it first, or schedule the session without a script."""

    status = 409
    code = "no_finished_version"


class ModeratorIsInTheRoom(Refusal):
    """Whoever moderates a session is in the room and takes no observer's seat. Name somebody else, or release the seat."""

    status = 409
    code = "moderator_is_in_the_room"


class SessionState(StrEnum):
    """Whether a session is to take place."""

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


class Session(msgspec.Struct, frozen=True):
    """One interview.

    `starts_at` is the wall time in `zone`; `instant` and `ends_at` are UTC. `participant` is a pseudonym. `sequence` rises
    with every change that a calendar must show (RFC 5545, section 3.8.7.4).
    """

    id: UUID
    study_id: UUID
    script_id: UUID | None
    script_version: int | None
    title: str
    starts_at: LocalTime
    zone: str
    instant: datetime
    ends_at: datetime
    minutes: int
    place: str
    moderator_id: UUID
    participant: str
    observer_cap: int
    state: SessionState
    sequence: int
    created_by: UUID
    version: int
    created_at: datetime


class NewSession(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A session to be.

    Without `script_version` it follows the latest version of the script that was not reopened; without `participant` it gets
    the next number of the study.
    """

    title: Title
    starts_at: WallTime
    zone: Zone
    minutes: Minutes
    moderator_id: UUID
    place: Place = ""
    script_id: UUID | None = None
    script_version: VersionNumber | None = None
    participant: Pseudonym | None = None
    observer_cap: ObserverCap = 4


class SessionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes about a session; a new zone alone keeps the wall time."""

    title: Title | UnsetType = UNSET
    starts_at: WallTime | UnsetType = UNSET
    zone: Zone | UnsetType = UNSET
    minutes: Minutes | UnsetType = UNSET
    place: Place | UnsetType = UNSET
    moderator_id: UUID | UnsetType = UNSET


async def schedule_session(visit: Visit, study_id: UUID, new: NewSession) -> Session:
    """Put a session into the calendar.

    Raises `NotFound`, `UnknownReference`, `NoFinishedVersion`, and what `agree` raises.
    """
    await find_study(visit, study_id)
    agreed = agree(new.starts_at, new.zone)
    script_version = await _sealed_version(visit, study_id, new.script_id, new.script_version)
    await require_member(visit, new.moderator_id, "$.moderator_id")
    session_id: UUID = await visit.value(
        sql["create_session"],
        visit.workspace_id,
        study_id,
        new.script_id,
        script_version,
        new.title,
        agreed.wall,
        agreed.zone,
        agreed.instant,
        new.minutes,
        new.place,
        new.moderator_id,
        new.participant or await _next_participant(visit, study_id),
        new.observer_cap,
        visit.actor.member_id,
    )
    await events.append(visit, "session.scheduled", session_id, study_id=study_id, script_id=new.script_id)
    await publish(visit, "session_scheduled", object_id=session_id, subject_id=session_id, study_id=study_id, facts={})
    return await read_session(visit, session_id)


async def list_sessions(visit: Visit, study_id: UUID, cursor: str | None, limit: int) -> Page[Session]:
    """The sessions of a study that the actor may see, newest first. Raises `NotFound`."""
    before = after_cursor(cursor, UUID)
    rows = await visit.many(
        Session, sql["list_sessions"], visit.workspace_id, *_sight(visit), study_id, before, limit + 1
    )
    if not rows:
        await find_study(visit, study_id)
    shown = tuple(_under_todays_rules(row) for row in rows[:limit])
    return Page(items=shown, next_cursor=next_cursor(rows, limit, lambda row: row.id))


async def session_in_sight(visit: Visit, session_id: UUID) -> Session | None:
    """The session, or None when there is none or the actor may not see it."""
    row = await visit.one(Session, sql["find_session"], visit.workspace_id, *_sight(visit), session_id)
    return None if row is None else _under_todays_rules(row)


async def read_session(visit: Visit, session_id: UUID) -> Session:
    """One session that the actor may see. Raises `NotFound`."""
    session = await session_in_sight(visit, session_id)
    if session is None:
        raise NotFound(thing="session")
    return session


async def lock_session(visit: Visit, session_id: UUID) -> Session:
    """The same as `read_session`, with its row locked until the transaction ends. Raises `NotFound`."""
    await visit.run(sql["lock_session"], visit.workspace_id, session_id)
    return await read_session(visit, session_id)


async def move_session(visit: Visit, session_id: UUID, expected: int, change: SessionChange) -> Session:
    """Change when, where or how a session takes place; a change that changes nothing tells nobody.

    Raises `NotFound`, `StaleVersion`, `SessionCancelled`, `UnknownReference`, `ModeratorIsInTheRoom`, and what `agree` raises.
    """
    current = await lock_session(visit, session_id)
    same_version(current, expected)
    still_on(current)
    after = moved(current, change)
    if after == current:
        return current
    if after.moderator_id != current.moderator_id:
        await _may_moderate(visit, after)
    await visit.run(
        sql["move_session"],
        visit.workspace_id,
        session_id,
        after.title,
        after.starts_at,
        after.zone,
        after.instant,
        after.minutes,
        after.place,
        after.moderator_id,
    )
    await events.append(visit, "session.moved", session_id, study_id=current.study_id, script_id=current.script_id)
    await publish(
        visit,
        "session_moved",
        object_id=session_id,
        subject_id=session_id,
        study_id=current.study_id,
        facts={"previous": _when(current)},
    )
    return await _as_it_is_now(visit, session_id)


async def cancel_session(visit: Visit, session_id: UUID) -> Session:
    """Call a session off; its seats stay listed. Raises `NotFound`, `SessionCancelled`."""
    current = await lock_session(visit, session_id)
    still_on(current)
    await visit.run(sql["cancel_session"], visit.workspace_id, session_id)
    await events.append(visit, "session.cancelled", session_id, study_id=current.study_id, script_id=current.script_id)
    await publish(
        visit, "session_cancelled", object_id=session_id, subject_id=session_id, study_id=current.study_id, facts={}
    )
    return await read_session(visit, session_id)


def still_on(session: Session) -> None:
    """Raises `SessionCancelled` for a session that will not take place."""
    if session.state is SessionState.CANCELLED:
        raise SessionCancelled


def moved(current: Session, change: SessionChange) -> Session:
    """The session after a change. Raises what `agree` raises."""
    agreed = _agreed_anew(current, change.starts_at, change.zone)
    minutes = current.minutes if change.minutes is UNSET else change.minutes
    return msgspec.structs.replace(
        current,
        title=current.title if change.title is UNSET else change.title,
        starts_at=agreed.wall,
        zone=agreed.zone,
        instant=agreed.instant,
        ends_at=end_of(agreed.instant, minutes),
        minutes=minutes,
        place=current.place if change.place is UNSET else change.place,
        moderator_id=current.moderator_id if change.moderator_id is UNSET else change.moderator_id,
    )


def _agreed_anew(current: Session, starts_at: str | UnsetType, zone: str | UnsetType) -> Appointment:
    wall = current.starts_at.isoformat(timespec="minutes")
    named = wall if starts_at is UNSET else starts_at
    where = current.zone if zone is UNSET else zone
    # A wall time that comes twice was settled when it was agreed; sending it back does not ask again.
    if where == current.zone and named in (wall, f"{wall}:00"):
        return Appointment(current.starts_at, current.zone, current.instant)
    return agree(named, where)


def _under_todays_rules(row: Session) -> Session:
    instant = instant_today(Appointment(row.starts_at, row.zone, row.instant))
    return msgspec.structs.replace(row, instant=instant, ends_at=end_of(instant, row.minutes))


def _when(session: Session) -> dict[str, str | int]:
    return {"starts_at": session.instant.isoformat(), "zone": session.zone, "minutes": session.minutes}


def _sight(visit: Visit) -> tuple[bool, UUID | None, UUID | None]:
    """Whether every session is in sight; the department whose studies are; the researcher whose own sessions are."""
    researcher = visit.actor.member_id if visit.actor.role is Role.RESEARCHER else None
    return visit.everywhere, visit.actor.department_id, researcher


async def _sealed_version(visit: Visit, study_id: UUID, script_id: UUID | None, version: int | None) -> int | None:
    if script_id is None:
        if version is not None:
            fault = Fault(path="$.script_version", detail="A version needs its script: send script_id too")
            raise InvalidInput(summary=f"{fault.detail} at {fault.path}", faults=(fault,))
        return None
    # The lock keeps the script from being reopened until the session stands.
    if await visit.value(sql["hold_script"], visit.workspace_id, study_id, script_id) is None:
        raise UnknownReference(path="$.script_id", thing="script of this study")
    if version is not None:
        if not await visit.value(sql["version_exists"], visit.workspace_id, script_id, version):
            raise UnknownReference(path="$.script_version", thing="finished version")
        return version
    latest: int | None = await visit.value(sql["latest_version"], visit.workspace_id, script_id)
    if latest is None:
        raise NoFinishedVersion
    return latest


async def _next_participant(visit: Visit, study_id: UUID) -> str:
    # Two sessions that are scheduled at once would draw the same number without the lock.
    await lock_study(visit, study_id)
    number: int = await visit.value(sql["next_participant"], visit.workspace_id, study_id)
    return f"P{number}"


async def _may_moderate(visit: Visit, session: Session) -> None:
    await require_member(visit, session.moderator_id, "$.moderator_id")
    if await visit.value(sql["holds_seat"], visit.workspace_id, session.id, session.moderator_id):
        raise ModeratorIsInTheRoom


async def _as_it_is_now(visit: Visit, session_id: UUID) -> Session:
    """The session after a change by which a researcher may have handed it to somebody else."""
    row = await visit.one(Session, sql["find_session"], visit.workspace_id, True, None, None, session_id)
    assert row is not None
    return _under_todays_rules(row)
