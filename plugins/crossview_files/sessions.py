"""Sessions as folders of calendar files, named by the day on which they take place."""

import hashlib
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crossview.plugin import (
    Delivery,
    GiveUp,
    Observer,
    ObserverInvited,
    ObserverReleased,
    Receipt,
    Session,
    SessionCancelled,
    SessionMoved,
    SessionScheduled,
)
from crossview_files.folder import Folder
from crossview_files.invitation import interview, observation
from crossview_files.names import mark, titled

SESSIONS = "sessions"
INTERVIEW = "interview.ics"
OBSERVERS = "observers.ics"

SessionEvent = SessionScheduled | SessionMoved | SessionCancelled | ObserverInvited | ObserverReleased


def write_session(folder: Folder, event: SessionEvent, delivery: Delivery) -> Receipt:
    """Write the state the session has now, whichever moment it was.

    Raises `GiveUp` for a time zone that this machine does not know.
    """
    session = event.session
    place = titled(session.title, session.id, before=f"{_day(session)}-")
    with folder.inside(SESSIONS) as sessions:
        sessions.bring_along(session.id, place)
        with sessions.inside(place) as files:
            contents = {INTERVIEW: interview(session, event.occurred_at, event.link)}
            if session.observers or files.read(OBSERVERS) is not None:
                contents[OBSERVERS] = _observers_file(event)
            for name, content in contents.items():
                files.write(name, content, passing=f".{mark(delivery.id)}.part")
    written = hashlib.sha256(b"".join(contents.values())).hexdigest()
    path = f"{SESSIONS}/{place}"
    return Receipt(external_id=path, address=f"{path}/{INTERVIEW}", content_hash=written)


def _observers_file(event: SessionEvent) -> bytes:
    """The observers' event; without observers it is cancelled, and names the one who was released last."""
    session = event.session
    observers: tuple[Observer, ...] = session.observers
    if not observers and isinstance(event, ObserverReleased):
        observers = (event.observer,)
    cancelled = session.cancelled or not session.observers
    return observation(session, observers, cancelled, event.occurred_at, event.link)


def _day(session: Session) -> str:
    """The day on which the session takes place where it takes place."""
    try:
        return session.starts_at.astimezone(ZoneInfo(session.zone)).date().isoformat()
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise GiveUp(f"the time zone {session.zone!r} is not known here") from error
