"""The plugin author's page: every hook of Crossview, in the order of an interview's life.

A plugin is a module with functions of these names, marked with `hookimpl` and named by an entry point of the group
"crossview". It implements `crossview_plugin` and the moments it cares for, may be a coroutine function, and may leave
out arguments that it does not need. Each call is made alone, in a process that belongs to one connection.

A plugin that brings rules of wording is named by the group "crossview.wording" and implements the last two hooks instead.
"""

# A hook specification is a signature and a docstring; it has no body.
# mypy: disable-error-code="empty-body"

from collections.abc import Awaitable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import msgspec
import pluggy

from crossview.plugin.delivery import Delivery, Receipt
from crossview.plugin.moments import (
    ObserverInvited,
    ObserverReleased,
    ScriptFinished,
    ScriptReopened,
    SessionCancelled,
    SessionMoved,
    SessionScheduled,
)
from crossview.plugin.wording import Question, WordingFault, WordingRule

PROJECT: Final = "crossview"
"""The group of entry points that names plugins which bring things to other tools."""
WORDING: Final = "crossview.wording"
"""The group that names plugins which bring rules of wording."""

hookspec: Final = pluggy.HookspecMarker(PROJECT)
hookimpl: Final = pluggy.HookimplMarker(PROJECT)


class NoSecrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For a plugin that needs no secret."""


class PluginCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a plugin says about itself.

    `settings` and `secrets` are the structs that a connection is read into; declare them with
    `forbid_unknown_fields=True`. `deadline` is in seconds, for one call. `schemas` are the types that others may read
    from this plugin, by the name under which their JSON Schema is published.
    """

    title: str
    settings: type[msgspec.Struct]
    secrets: type[msgspec.Struct] = NoSecrets
    deadline: float = 30.0
    schemas: Mapping[str, Any] = MappingProxyType({})


@hookspec(firstresult=True)
def crossview_plugin() -> PluginCard:
    """Say what the plugin is called, how it is configured and how long it may take. Every plugin implements this.

    Fires: when plugins are loaded, in the service and in each process that calls the plugin.
    Does not fire: for a plugin that is installed but not enabled.
    Receives: nothing; the answer must not depend on the machine or the time.
    On error: the plugin is left out and named as broken; every other plugin is loaded.
    """


@hookspec(firstresult=True)
def crossview_script_finished(
    event: ScriptFinished, settings: Any, secrets: Any, delivery: Delivery
) -> Receipt | Awaitable[Receipt]:
    """Bring a finished script to where people read it.

    Fires: after a version of a script is sealed, once for each connection of its workspace.
    Does not fire: for a script that is saved, judged or commented on; nor when finishing was refused.
    Receives: the sealed version as Markdown and as a tree; settings and secrets of the connection; the delivery.
    On error: RetryLater is tried again, GiveUp is not; anything else is tried again with growing pauses.
    """


@hookspec(firstresult=True)
def crossview_script_reopened(
    event: ScriptReopened, settings: Any, secrets: Any, delivery: Delivery
) -> Receipt | Awaitable[Receipt]:
    """Mark the copy of a version that no longer holds, so that nobody interviews with it.

    Fires: after a finished script is opened again.
    Does not fire: when the next version is finished; that is `crossview_script_finished` with a higher version.
    Receives: the version that was reopened and the reason people gave; settings, secrets and the delivery.
    On error: as for `crossview_script_finished`; calls for one script keep their order.
    """


@hookspec(firstresult=True)
def crossview_session_scheduled(
    event: SessionScheduled, settings: Any, secrets: Any, delivery: Delivery
) -> Receipt | Awaitable[Receipt]:
    """Put a session into a calendar.

    Fires: after a session is given its first time.
    Does not fire: for a change of time, place or script; that is `crossview_session_moved`.
    Receives: the session with its moderator, the participant's pseudonym and all observers; the delivery.
    On error: RetryLater is tried again, GiveUp is not; anything else is tried again with growing pauses.
    """


@hookspec(firstresult=True)
def crossview_session_moved(
    event: SessionMoved, settings: Any, secrets: Any, delivery: Delivery
) -> Receipt | Awaitable[Receipt]:
    """Carry a change of time, length, place or script to the calendar.

    Fires: after such a change of a scheduled session.
    Does not fire: when only the observers change.
    Receives: the session as it is now and when it would have been; settings, secrets and the delivery.
    On error: as for `crossview_session_scheduled`; calls for one session keep their order.
    """


@hookspec(firstresult=True)
def crossview_session_cancelled(
    event: SessionCancelled, settings: Any, secrets: Any, delivery: Delivery
) -> Receipt | Awaitable[Receipt]:
    """Take a session out of the calendar, for the moderator and for the observers.

    Fires: after a session is cancelled.
    Does not fire: for each observer of the cancelled session; the one call is for all of them.
    Receives: the session with `cancelled` true and the observers who held a seat; settings, secrets and the delivery.
    On error: as for `crossview_session_scheduled`; a copy that is already gone is a success, not an error.
    """


@hookspec(firstresult=True)
def crossview_observer_invited(
    event: ObserverInvited, settings: Any, secrets: Any, delivery: Delivery
) -> Receipt | Awaitable[Receipt]:
    """Invite an observer, in an event that is never the participant's own.

    Fires: after a seat of a scheduled session is given to a member.
    Does not fire: for people who wait for a seat.
    Receives: the observer, and the session with the whole list of observers as it is now; the delivery.
    On error: RetryLater is tried again, GiveUp is not; anything else is tried again with growing pauses.
    """


@hookspec(firstresult=True)
def crossview_observer_released(
    event: ObserverReleased, settings: Any, secrets: Any, delivery: Delivery
) -> Receipt | Awaitable[Receipt]:
    """Take back an observer's invitation. No reason is given, since it may be the participant's.

    Fires: after a seat is given back or taken away.
    Does not fire: when the whole session is cancelled.
    Receives: the observer who left, and the session with the observers who stay; settings, secrets and the delivery.
    On error: as for `crossview_observer_invited`; an invitation that is already gone is a success.
    """


@hookspec(firstresult=True)
def crossview_wording_rules() -> Sequence[WordingRule]:
    """Name the rules of wording that the plugin brings. A plugin of the group "crossview.wording" implements this.

    Fires: when the process starts that lints with the plugin, before the first question.
    Does not fire: for a plugin of the group "crossview", whose module would be loaded for nothing each time a bank is checked.
    Receives: nothing; the answer must not depend on the machine or the time.
    On error: the plugin's rules are left out, and a finding CV904 names the plugin; all other rules run.
    """


@hookspec(firstresult=True)
def crossview_wording_faults(question: Question) -> Iterable[WordingFault]:
    """Find what is wrong with the wording of one question. It is a plain function, and looks at nothing but the question.

    Fires: for each question that `crossview validate` or the API lints, in a language that one of the plugin's rules reads.
    Does not fire: for a question in the same surroundings that is remembered.
    Receives: the question with its surroundings; the same question must always have the same faults.
    On error: the question is read without the plugin, and a finding CV904 names the plugin; one that hangs is killed and rests.
    """
