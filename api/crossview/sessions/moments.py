"""What a plugin is told about a session: read when it is sent, so that a late call tells of the session as it is now."""

from datetime import datetime
from typing import TypedDict
from uuid import UUID

import msgspec

from crossview.deliveries.deliver import DueDelivery
from crossview.foundation.db import Visit
from crossview.foundation.sql import statements
from crossview.plugin import moments
from crossview.sessions.schedule import Appointment, instant_today

sql = statements(__package__, "sessions.sql")


class _Told(msgspec.Struct, frozen=True):
    workspace_name: str
    study_id: UUID
    study_title: str
    title: str
    starts_at: datetime
    zone: str
    instant: datetime
    minutes: int
    place: str
    sequence: int
    cancelled: bool
    script_id: UUID | None
    script_title: str | None
    script_version: int | None
    moderator_name: str
    moderator_email: str
    participant: str


class _Frame(TypedDict):
    """What every moment of a session carries."""

    workspace: moments.Workspace
    occurred_at: datetime
    study: moments.Study
    link: str
    session: moments.Session


async def load_session_moment(visit: Visit, due: DueDelivery, link_base: str) -> moments.Event:
    """The struct of a moment of the session `due.object_id`; `due.subject_id` is the seat where the moment has an observer.

    `link_base` is the public address of the service without a slash at its end. Raises `LookupError` for a moment that is not
    one of a session.
    """
    told = await visit.one(_Told, sql["tell_session"], visit.workspace_id, due.object_id)
    assert told is not None, "sessions are never deleted"
    frame = _Frame(
        workspace=moments.Workspace(str(visit.workspace_id), told.workspace_name),
        occurred_at=due.occurred_at,
        study=moments.Study(str(told.study_id), told.study_title),
        link=f"{link_base}/v1/sessions/{due.object_id}",
        session=_session(due.object_id, told, await _observers(visit, due.object_id)),
    )
    match due.moment:
        case "session_scheduled":
            return moments.SessionScheduled(**frame)
        case "session_moved":
            return moments.SessionMoved(**frame, previous=msgspec.convert(due.facts["previous"], moments.When))
        case "session_cancelled":
            return moments.SessionCancelled(**frame)
        case "observer_invited":
            return moments.ObserverInvited(**frame, observer=await _observer(visit, due.subject_id))
        case "observer_released":
            return moments.ObserverReleased(**frame, observer=await _observer(visit, due.subject_id))
        case _:
            raise LookupError(f"{due.moment} is not a moment of a session")


def _session(session_id: UUID, told: _Told, observers: tuple[moments.Observer, ...]) -> moments.Session:
    return moments.Session(
        id=str(session_id),
        title=told.title,
        starts_at=instant_today(Appointment(told.starts_at, told.zone, told.instant)),
        zone=told.zone,
        minutes=told.minutes,
        place=told.place,
        sequence=told.sequence,
        cancelled=told.cancelled,
        script=_script(told),
        moderator=moments.Person(told.moderator_name, told.moderator_email),
        participant=told.participant,
        observers=observers,
    )


def _script(told: _Told) -> moments.ScriptReference | None:
    if told.script_id is None or told.script_title is None or told.script_version is None:
        return None
    return moments.ScriptReference(str(told.script_id), told.script_title, told.script_version)


async def _observers(visit: Visit, session_id: UUID) -> tuple[moments.Observer, ...]:
    return tuple(await visit.many(moments.Observer, sql["tell_observers"], visit.workspace_id, session_id))


async def _observer(visit: Visit, seat_id: UUID) -> moments.Observer:
    observer = await visit.one(moments.Observer, sql["tell_observer"], visit.workspace_id, seat_id)
    assert observer is not None, "seats are never deleted"
    return observer
