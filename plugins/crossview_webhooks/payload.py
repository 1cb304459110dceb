"""What a webhook says: which moment, when, and the ids to ask the API about. Never a text, a name or an address.

`WebhookEvent` is public: the JSON Schema for receivers is generated from it.
"""

from datetime import datetime
from typing import assert_never

import msgspec

from crossview.plugin import (
    Event,
    ObserverInvited,
    ObserverReleased,
    ScriptFinished,
    ScriptReopened,
    Session,
    SessionCancelled,
    SessionMoved,
    SessionScheduled,
)


class ScriptIds(msgspec.Struct, frozen=True, kw_only=True):
    """Names one sealed version; `sha256` is the hash of its content, `link` its address in the API."""

    workspace_id: str
    study_id: str
    script_id: str
    version: int
    sha256: str
    link: str


class SessionIds(msgspec.Struct, frozen=True, kw_only=True):
    """Names one session; a higher `sequence` is a newer state of it."""

    workspace_id: str
    study_id: str
    session_id: str
    sequence: int
    link: str


class SeatIds(msgspec.Struct, frozen=True, kw_only=True):
    """Names one observer's seat in one session."""

    workspace_id: str
    study_id: str
    session_id: str
    sequence: int
    seat_id: str
    link: str


class ScriptFinishedEvent(msgspec.Struct, frozen=True, tag_field="type", tag="script.finished"):
    """A version of a script was sealed."""

    timestamp: datetime
    data: ScriptIds


class ScriptReopenedEvent(msgspec.Struct, frozen=True, tag_field="type", tag="script.reopened"):
    """The version no longer holds."""

    timestamp: datetime
    data: ScriptIds


class SessionScheduledEvent(msgspec.Struct, frozen=True, tag_field="type", tag="session.scheduled"):
    """A session was put into the calendar."""

    timestamp: datetime
    data: SessionIds


class SessionMovedEvent(msgspec.Struct, frozen=True, tag_field="type", tag="session.moved"):
    """A session has another time, length, place or script."""

    timestamp: datetime
    data: SessionIds


class SessionCancelledEvent(msgspec.Struct, frozen=True, tag_field="type", tag="session.cancelled"):
    """A session will not take place."""

    timestamp: datetime
    data: SessionIds


class ObserverInvitedEvent(msgspec.Struct, frozen=True, tag_field="type", tag="observer.invited"):
    """A member was given an observer's seat."""

    timestamp: datetime
    data: SeatIds


class ObserverReleasedEvent(msgspec.Struct, frozen=True, tag_field="type", tag="observer.released"):
    """A member no longer holds an observer's seat."""

    timestamp: datetime
    data: SeatIds


WebhookEvent = (
    ScriptFinishedEvent
    | ScriptReopenedEvent
    | SessionScheduledEvent
    | SessionMovedEvent
    | SessionCancelledEvent
    | ObserverInvitedEvent
    | ObserverReleasedEvent
)
"""Every payload; `type` tells them apart."""


Moment = (
    ScriptFinished
    | ScriptReopened
    | SessionScheduled
    | SessionMoved
    | SessionCancelled
    | ObserverInvited
    | ObserverReleased
)


def payload_of(event: Moment) -> WebhookEvent:
    """The payload of an event. `timestamp` is when it happened, not when it is sent."""
    happened = event.occurred_at
    match event:
        case ScriptFinished():
            return ScriptFinishedEvent(happened, _script(event))
        case ScriptReopened():
            return ScriptReopenedEvent(happened, _script(event))
        case SessionScheduled():
            return SessionScheduledEvent(happened, _session(event, event.session))
        case SessionMoved():
            return SessionMovedEvent(happened, _session(event, event.session))
        case SessionCancelled():
            return SessionCancelledEvent(happened, _session(event, event.session))
        case ObserverInvited():
            return ObserverInvitedEvent(happened, _seat(event))
        case ObserverReleased():
            return ObserverReleasedEvent(happened, _seat(event))
        case _:
            assert_never(event)


def body(payload: WebhookEvent) -> bytes:
    """The payload as JSON, the same bytes each time."""
    return msgspec.json.encode(payload)


def _script(event: ScriptFinished | ScriptReopened) -> ScriptIds:
    return ScriptIds(
        workspace_id=event.workspace.id,
        study_id=event.study.id,
        script_id=event.script.id,
        version=event.script.version,
        sha256=event.script.sha256,
        link=event.link,
    )


def _session(event: Event, session: Session) -> SessionIds:
    return SessionIds(
        workspace_id=event.workspace.id,
        study_id=event.study.id,
        session_id=session.id,
        sequence=session.sequence,
        link=event.link,
    )


def _seat(event: ObserverInvited | ObserverReleased) -> SeatIds:
    return SeatIds(
        workspace_id=event.workspace.id,
        study_id=event.study.id,
        session_id=event.session.id,
        sequence=event.session.sequence,
        seat_id=event.observer.seat_id,
        link=event.link,
    )
