"""Calendar files of a session: one for the interview, and one of its own for the observers.

Two files, because a guest list must not show the participant to the observers or the observers to the participant.
Format: RFC 5545 (iCalendar) and RFC 5546 (scheduling).
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import icalendar

from crossview.plugin import Observer, Person, Session

# What some calendar reads as the end of a line: CR alone, VT, FF, NEL and the separators of Unicode.
_LINE_ENDS = re.compile(r"\r\n|[\r\n\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def interview(session: Session, stamp: datetime, link: str) -> bytes:
    """The event of the interview, for the moderator; the participant is in its text only, by pseudonym."""
    event = _event(session, "interview", session.title, stamp, session.cancelled)
    _describe(event, f"Interview with {session.participant}.", session, link)
    event.add("attendee", _attendee(session.moderator, role="CHAIR", answer="ACCEPTED"))
    return _file(event, session.cancelled)


def observation(session: Session, observers: Sequence[Observer], cancelled: bool, stamp: datetime, link: str) -> bytes:
    """The event of the observers. They see the participant's pseudonym and, where calendars honour it, no guest list."""
    event = _event(session, "observers", f"Observe: {session.title}", stamp, cancelled)
    _describe(event, f"You observe an interview with {session.participant}.", session, link)
    for observer in observers:
        event.add("attendee", _attendee(observer, role="NON-PARTICIPANT", answer="NEEDS-ACTION"))
    event.add("class", "PRIVATE")
    event.add("x-crossview-guest-list", "HIDDEN")
    return _file(event, cancelled)


def harmless(text: str) -> str:
    """The text with plain line ends and without control characters, so that no calendar sees a line of its own in it."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))


def _event(session: Session, part: str, title: str, stamp: datetime, cancelled: bool) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{_line(session.id)}-{part}@crossview")
    event.add("sequence", session.sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", session.starts_at.astimezone(UTC))
    event.add("dtend", session.starts_at.astimezone(UTC) + timedelta(minutes=session.minutes))
    event.add("summary", _line(title))
    event.add("location", _line(session.place))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("organizer", _address(session.moderator))
    return event


def _describe(event: icalendar.Event, opening: str, session: Session, link: str) -> None:
    lines = [opening, f"Moderator: {_line(session.moderator.name)}"]
    if session.script is not None:
        lines.append(f"Script: {_line(session.script.title)}, version {session.script.version}")
    event.add("description", harmless("\n".join([*lines, link])))


def _attendee(person: Person | Observer, role: str, answer: str) -> icalendar.vCalAddress:
    attendee = _address(person)
    attendee.params["ROLE"] = icalendar.vText(role)
    attendee.params["PARTSTAT"] = icalendar.vText(answer)
    attendee.params["RSVP"] = icalendar.vText("TRUE" if answer == "NEEDS-ACTION" else "FALSE")
    return attendee


def _address(person: Person | Observer) -> icalendar.vCalAddress:
    # An address is a URI, not a text: icalendar escapes nothing in it, so everything unusual is percent-encoded.
    address = icalendar.vCalAddress(f"mailto:{quote(person.email, safe='@+-._~!$&*=')}")
    # Parameters cannot hold a double quote.
    address.params["CN"] = icalendar.vText(_line(person.name).replace('"', "'"))
    return address


def _line(text: str) -> str:
    return " ".join(harmless(text).split())


def _file(event: icalendar.Event, cancelled: bool) -> bytes:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Crossview//Files//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "REQUEST")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
