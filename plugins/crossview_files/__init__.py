"""Writes finished scripts as Markdown and sessions as calendar files into a folder.

`scripts/<title>-<id>/v2.md` is a version, `latest.md` beside it the newest one; `sessions/<date>-<title>-<id>/` holds
`interview.ics` and, apart from it, `observers.ics`. The operator names the root in CROSSVIEW_FILES_ROOT.
"""

import os
from pathlib import Path

import msgspec

from crossview.plugin import (
    Delivery,
    ObserverInvited,
    ObserverReleased,
    PluginCard,
    Receipt,
    RetryLater,
    ScriptFinished,
    ScriptReopened,
    SessionCancelled,
    SessionMoved,
    SessionScheduled,
    hookimpl,
)
from crossview_files.folder import Folder
from crossview_files.names import is_plain
from crossview_files.scripts import write_finished, write_reopened
from crossview_files.sessions import write_session

ROOT_VARIABLE = "CROSSVIEW_FILES_ROOT"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`folder` is one plain name below the operator's root; empty means the root itself."""

    folder: str = ""

    def __post_init__(self) -> None:
        if self.folder and not is_plain(self.folder):
            raise ValueError("folder must be one plain name: letters, digits, spaces, dots, - and _, at most 100 bytes")


@hookimpl
def crossview_plugin() -> PluginCard:
    return PluginCard(title="Folder of files", settings=Settings)


@hookimpl
def crossview_script_finished(event: ScriptFinished, settings: Settings, delivery: Delivery) -> Receipt:
    with _opened(settings) as folder:
        return write_finished(folder, event, delivery)


@hookimpl
def crossview_script_reopened(event: ScriptReopened, settings: Settings, delivery: Delivery) -> Receipt:
    with _opened(settings) as folder:
        return write_reopened(folder, event, delivery)


@hookimpl
def crossview_session_scheduled(event: SessionScheduled, settings: Settings, delivery: Delivery) -> Receipt:
    with _opened(settings) as folder:
        return write_session(folder, event, delivery)


@hookimpl
def crossview_session_moved(event: SessionMoved, settings: Settings, delivery: Delivery) -> Receipt:
    with _opened(settings) as folder:
        return write_session(folder, event, delivery)


@hookimpl
def crossview_session_cancelled(event: SessionCancelled, settings: Settings, delivery: Delivery) -> Receipt:
    with _opened(settings) as folder:
        return write_session(folder, event, delivery)


@hookimpl
def crossview_observer_invited(event: ObserverInvited, settings: Settings, delivery: Delivery) -> Receipt:
    with _opened(settings) as folder:
        return write_session(folder, event, delivery)


@hookimpl
def crossview_observer_released(event: ObserverReleased, settings: Settings, delivery: Delivery) -> Receipt:
    with _opened(settings) as folder:
        return write_session(folder, event, delivery)


def _opened(settings: Settings) -> Folder:
    root = os.environ.get(ROOT_VARIABLE, "")
    if not Path(root).is_absolute():
        raise RetryLater(None, f"the operator has to set {ROOT_VARIABLE} to an absolute path")
    try:
        folder = Folder.at(Path(root))
    except OSError as error:
        raise RetryLater(None, f"the folder named by {ROOT_VARIABLE} cannot be opened: {error.strerror}") from error
    if not settings.folder:
        return folder
    with folder:
        return folder.inside(settings.folder)
