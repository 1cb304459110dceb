"""The moments at which a plugin is called, each as the frozen struct the plugin receives.

A struct is a whole value: a plugin never has to ask back, and never gets the application, a database or a secret of
somebody else. Times are aware and in UTC; a wall time is had from an instant and its IANA zone.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import msgspec


class Workspace(msgspec.Struct, frozen=True):
    """The tenant whose event this is."""

    id: str
    name: str


class Study(msgspec.Struct, frozen=True):
    """The study to which the script or session belongs."""

    id: str
    title: str


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a sealed script, with the items that ride along under it (the probes of a question).

    `kind` is question, probe, statement, instruction, transition or task. `department` is the name of the department
    that proposed the item, when one did.
    """

    kind: str
    text: str
    minutes: Decimal | None = None
    department: str | None = None
    items: tuple["Item", ...] = ()


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One section of a sealed script.

    `kind` is introduction, consent, warm_up, core, task, wrap_up, debrief or logistics; the last two are for the team.
    """

    kind: str
    heading: str
    minutes: Decimal | None = None
    items: tuple[Item, ...] = ()


class SealedScript(msgspec.Struct, frozen=True, kw_only=True):
    """A finished version of a script. `sha256` is the hexadecimal hash of its content, `language` a BCP 47 tag.

    `markdown` is the whole script as the service renders it; `sections` is the same content as a tree, for tools that
    have blocks of their own.
    """

    id: str
    title: str
    language: str
    version: int
    sha256: str
    session_minutes: int
    markdown: str
    sections: tuple[Section, ...] = ()


class ScriptReference(msgspec.Struct, frozen=True):
    """Names the version of a script that a session uses, without its content."""

    id: str
    title: str
    version: int


class Person(msgspec.Struct, frozen=True):
    """A member with the address at which a calendar may invite them."""

    name: str
    email: str


class Observer(msgspec.Struct, frozen=True):
    """A member who holds an observer's seat; `seat_id` stays the same for as long as they hold it."""

    seat_id: str
    name: str
    email: str
    department: str


class When(msgspec.Struct, frozen=True):
    """A time in a calendar: an aware instant in UTC, the IANA zone people spoke of, and a length in minutes."""

    starts_at: datetime
    zone: str
    minutes: int


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One interview as it stands now.

    `participant` is a pseudonym such as "P3", never a name. `sequence` is iCalendar's SEQUENCE: it grows with every
    change that a calendar must show. `observers` is the whole list at the time of the call, not a difference, so that
    a plugin can write the state it should converge to and a repeated or late call does no harm.
    """

    id: str
    title: str
    starts_at: datetime
    zone: str
    minutes: int
    place: str
    sequence: int
    cancelled: bool
    script: ScriptReference | None
    moderator: Person
    participant: str
    observers: tuple[Observer, ...] = ()


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What every moment carries. `link` is the address of the script or session in the API."""

    workspace: Workspace
    occurred_at: datetime
    study: Study
    link: str


class ScriptFinished(Event, frozen=True, kw_only=True):
    """A version of a script was sealed."""

    script: SealedScript


class ScriptReopened(Event, frozen=True, kw_only=True):
    """A finished script was opened again; `script` is the version that no longer holds."""

    script: SealedScript
    reason: str


class SessionScheduled(Event, frozen=True, kw_only=True):
    """A session was put into the calendar."""

    session: Session


class SessionMoved(Event, frozen=True, kw_only=True):
    """A session has another time, length, place or script; `previous` is when it would have been."""

    session: Session
    previous: When


class SessionCancelled(Event, frozen=True, kw_only=True):
    """A session will not take place; `session.cancelled` is true."""

    session: Session


class ObserverInvited(Event, frozen=True, kw_only=True):
    """A member was given an observer's seat; `session.observers` already holds them."""

    session: Session
    observer: Observer


class ObserverReleased(Event, frozen=True, kw_only=True):
    """A member no longer holds an observer's seat; `session.observers` no longer holds them."""

    session: Session
    observer: Observer


MOMENTS: Final[Mapping[str, type[Event]]] = MappingProxyType(
    {
        "script_finished": ScriptFinished,
        "script_reopened": ScriptReopened,
        "session_scheduled": SessionScheduled,
        "session_moved": SessionMoved,
        "session_cancelled": SessionCancelled,
        "observer_invited": ObserverInvited,
        "observer_released": ObserverReleased,
    }
)
"""Every moment by its name. The hook of a moment is called `crossview_<name>`."""
