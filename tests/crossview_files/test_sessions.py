"""Calendar files, read back by a calendar library: the right people, the right state, and nothing left behind."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from crossview.plugin import (
    Event,
    GiveUp,
    Observer,
    ObserverInvited,
    ObserverReleased,
    Person,
    SessionCancelled,
    SessionMoved,
    SessionScheduled,
)
from crossview.plugin.testing import EXAMPLES, OBSERVER, SESSION, deliver
from crossview_files.invitation import harmless, interview, observation

PLACE = "sessions/2026-12-01-leaving-third-interview-09a2b62bd7"
UNSAFE = "a\rATTENDEE:mailto:x@y\r\nSUMMARY:z\x0b\x0c\x85\u2028\u2029;,\\\x00\x1b\" 'é' 😀"
OTHER = Observer("seat-2", "Olga", "olga@example.org", "Marketing")

SessionEvent = SessionScheduled | SessionMoved | SessionCancelled | ObserverInvited | ObserverReleased


def example(moment: str, **changes: Any) -> SessionEvent:
    event: Event = EXAMPLES[moment]
    assert isinstance(event, SessionEvent)
    return replace(event, session=replace(event.session, **changes))


def read(path: Path) -> tuple[str, icalendar.Event]:
    """The METHOD and the one event of a calendar file."""
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    (event,) = calendar.walk("VEVENT")
    assert isinstance(event, icalendar.Event)
    return str(calendar["METHOD"]), event


def people(event: icalendar.Event) -> list[tuple[str, str]]:
    attendees = event.get("ATTENDEE", [])
    listed = attendees if isinstance(attendees, list) else [attendees]
    return [(str(attendee), str(attendee.params["ROLE"])) for attendee in listed]


async def test_scheduled_session_is_two_events_with_two_guest_lists(root: Path) -> None:
    receipt = await deliver("crossview_files", "session_scheduled")
    assert (receipt.external_id, receipt.address) == (PLACE, f"{PLACE}/interview.ics")
    assert sorted(path.name for path in (root / PLACE).iterdir()) == ["interview.ics", "observers.ics"]
    for name, title, guests in (
        ("interview.ics", "Leaving, third interview", [("mailto:mia@example.org", "CHAIR")]),
        ("observers.ics", "Observe: Leaving, third interview", [("mailto:sam@example.org", "NON-PARTICIPANT")]),
    ):
        method, event = read(root / PLACE / name)
        assert (method, str(event["STATUS"]), event["SEQUENCE"]) == ("REQUEST", "CONFIRMED", 0)
        assert str(event["UID"]) == f"{SESSION.id}-{name.removesuffix('.ics')}@crossview"
        assert event.decoded("DTSTART") == datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
        assert event.decoded("DTEND") == datetime(2026, 12, 1, 9, 45, tzinfo=UTC)
        assert event.decoded("DTSTAMP") == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
        assert (str(event["SUMMARY"]), str(event["LOCATION"])) == (title, "Room 4")
        assert str(event["ORGANIZER"]) == "mailto:mia@example.org"
        assert people(event) == guests


async def test_interview_holds_no_observer_and_observers_see_the_pseudonym_only(root: Path) -> None:
    await deliver("crossview_files", "session_scheduled")
    first = (root / PLACE / "interview.ics").read_text()
    second = (root / PLACE / "observers.ics").read_text()
    assert "sam@" not in first
    assert "Sam" not in first
    assert "DTSTART:20261201T090000Z" in first
    assert "Interview with P3." in first
    assert "You observe an interview with P3." in second
    assert ("CLASS:PRIVATE" in second, "X-CROSSVIEW-GUEST-LIST:HIDDEN" in second) == (True, True)


async def test_session_without_observers_has_no_observers_file(root: Path) -> None:
    await deliver("crossview_files", "session_scheduled", example("session_scheduled", observers=()))
    assert [path.name for path in (root / PLACE).iterdir()] == ["interview.ics"]


async def test_moved_session_leaves_no_stale_folder_and_keeps_its_uid(root: Path) -> None:
    await deliver("crossview_files", "session_scheduled")
    uid = read(root / PLACE / "interview.ics")[1]["UID"]
    moved = example("session_moved", starts_at=datetime(2026, 12, 2, 23, 30, tzinfo=UTC), title="Leaving IV")
    receipt = await deliver("crossview_files", "session_moved", moved)
    # It is already the third of December in Berlin.
    assert receipt.external_id == "sessions/2026-12-03-leaving-iv-09a2b62bd7"
    assert [path.name for path in (root / "sessions").iterdir()] == ["2026-12-03-leaving-iv-09a2b62bd7"]
    _, event = read(root / receipt.address)
    assert (event["UID"], event["SEQUENCE"]) == (uid, 1)
    assert event.decoded("DTSTART") == datetime(2026, 12, 2, 23, 30, tzinfo=UTC)


async def test_cancelled_session_is_cancelled_for_everybody(root: Path) -> None:
    await deliver("crossview_files", "session_scheduled")
    await deliver("crossview_files", "session_cancelled")
    states = [read(root / PLACE / name) for name in ("interview.ics", "observers.ics")]
    assert [(method, str(event["STATUS"]), event["SEQUENCE"]) for method, event in states] == [
        ("CANCEL", "CANCELLED", 1),
        ("CANCEL", "CANCELLED", 1),
    ]
    assert people(states[1][1]) == [("mailto:sam@example.org", "NON-PARTICIPANT")]


async def test_invited_observer_joins_the_list(root: Path) -> None:
    await deliver("crossview_files", "session_scheduled")
    await deliver("crossview_files", "observer_invited", example("observer_invited", observers=(OBSERVER, OTHER)))
    assert people(read(root / PLACE / "observers.ics")[1]) == [
        ("mailto:sam@example.org", "NON-PARTICIPANT"),
        ("mailto:olga@example.org", "NON-PARTICIPANT"),
    ]


async def test_released_observer_leaves_the_list(root: Path) -> None:
    await deliver("crossview_files", "observer_invited", example("observer_invited", observers=(OBSERVER, OTHER)))
    await deliver("crossview_files", "observer_released", example("observer_released", observers=(OTHER,)))
    method, event = read(root / PLACE / "observers.ics")
    assert (method, people(event)) == ("REQUEST", [("mailto:olga@example.org", "NON-PARTICIPANT")])


async def test_release_of_the_last_observer_cancels_their_event_alone(root: Path) -> None:
    await deliver("crossview_files", "observer_invited")
    await deliver("crossview_files", "observer_released")
    method, event = read(root / PLACE / "observers.ics")
    assert (method, str(event["STATUS"])) == ("CANCEL", "CANCELLED")
    assert people(event) == [("mailto:sam@example.org", "NON-PARTICIPANT")]
    assert read(root / PLACE / "interview.ics")[0] == "REQUEST"


async def test_second_delivery_writes_the_same_bytes(root: Path) -> None:
    first = await deliver("crossview_files", "observer_invited")
    before = {path: path.read_bytes() for path in root.rglob("*.ics")}
    assert await deliver("crossview_files", "observer_invited") == first
    assert {path: path.read_bytes() for path in root.rglob("*.ics")} == before


async def test_unknown_zone_is_given_up(root: Path) -> None:
    with pytest.raises(GiveUp, match="'Mars/Phobos' is not known"):
        await deliver("crossview_files", "session_scheduled", example("session_scheduled", zone="Mars/Phobos"))


@given(text=st.text(max_size=200) | st.just(UNSAFE))
def test_no_text_makes_a_line_of_its_own(text: str) -> None:
    person = Person(text, f"{text}@example.org")
    session = replace(
        SESSION, title=text, place=text, participant=text, moderator=person, observers=(replace(OTHER, name=text),)
    )
    stamp = datetime(2026, 11, 22, tzinfo=UTC)
    plain = interview(SESSION, stamp, "")
    for content in (interview(session, stamp, text), observation(session, session.observers, False, stamp, text)):
        assert all(len(line) <= 75 for line in content.split(b"\r\n"))
        unfolded = content.replace(b"\r\n ", b"")
        assert not set(unfolded.replace(b"\r\n", b"")) & set(range(32))
        names = [line.partition(b":")[0].partition(b";")[0] for line in unfolded.split(b"\r\n")]
        assert {name.upper() for name in names} <= {
            *(line.partition(b":")[0].partition(b";")[0] for line in plain.replace(b"\r\n ", b"").split(b"\r\n")),
            b"CLASS",
            b"X-CROSSVIEW-GUEST-LIST",
        }
        (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
        assert str(event["LOCATION"]) == " ".join(harmless(text).split())


def test_unsafe_text_is_read_back_without_its_line_ends() -> None:
    session = replace(SESSION, title=UNSAFE, moderator=Person(UNSAFE, "a\r\nb@example.org"))
    (event,) = icalendar.Calendar.from_ical(interview(session, datetime(2026, 11, 22, tzinfo=UTC), "")).walk("VEVENT")
    assert str(event["SUMMARY"]) == "a ATTENDEE:mailto:x@y SUMMARY:z ;,\\\" 'é' 😀"
    assert str(event["ORGANIZER"]) == "mailto:a%0D%0Ab@example.org"
    assert str(event["ORGANIZER"].params["CN"]) == "a ATTENDEE:mailto:x@y SUMMARY:z ;,\\' 'é' 😀"
