"""Wall times in three zones, at the hours that the clocks skip and repeat, and what new zone rules move."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
import whenever

from tests.sessions.study import StudyOfTwo


@pytest.mark.parametrize(
    ("starts_at", "zone", "instant"),
    [
        ("2026-12-01T10:00", "Europe/Helsinki", "2026-12-01T08:00:00Z"),
        ("2026-07-01T10:00", "Europe/Helsinki", "2026-07-01T07:00:00Z"),
        ("2026-12-01T10:00", "America/New_York", "2026-12-01T15:00:00Z"),
        ("2026-07-01T10:00", "America/New_York", "2026-07-01T14:00:00Z"),
        ("2026-12-01T10:00", "Australia/Lord_Howe", "2026-11-30T23:00:00Z"),
        ("2026-07-01T10:00", "Australia/Lord_Howe", "2026-06-30T23:30:00Z"),
        ("2026-12-01T10:00", "UTC", "2026-12-01T10:00:00Z"),
        # The last minute before a gap, and the first after it.
        ("2026-03-29T02:59", "Europe/Helsinki", "2026-03-29T00:59:00Z"),
        ("2026-03-29T04:00", "Europe/Helsinki", "2026-03-29T01:00:00Z"),
        # Both readings of an hour that comes twice; on Lord Howe it is half an hour.
        ("2026-10-25T03:30+03:00", "Europe/Helsinki", "2026-10-25T00:30:00Z"),
        ("2026-10-25T03:30+02:00", "Europe/Helsinki", "2026-10-25T01:30:00Z"),
        ("2026-11-01T01:30-04:00", "America/New_York", "2026-11-01T05:30:00Z"),
        ("2026-11-01T01:30-05:00", "America/New_York", "2026-11-01T06:30:00Z"),
        ("2026-04-05T01:45+11:00", "Australia/Lord_Howe", "2026-04-04T14:45:00Z"),
        ("2026-04-05T01:45+10:30", "Australia/Lord_Howe", "2026-04-04T15:15:00Z"),
        # An offset that says nothing new does no harm.
        ("2026-12-01T10:00:00+02:00", "Europe/Helsinki", "2026-12-01T08:00:00Z"),
    ],
)
async def test_wall_time_names_an_instant(study: StudyOfTwo, starts_at: str, zone: str, instant: str) -> None:
    session = await study.scheduled(starts_at=starts_at, zone=zone)

    assert (session["starts_at"], session["zone"], session["instant"]) == (f"{starts_at[:16]}:00", zone, instant)
    assert await study.owner.seen(f"/v1/sessions/{session['id']}") == session


@pytest.mark.parametrize(
    ("starts_at", "zone", "before", "after"),
    [
        ("2026-03-29T03:30", "Europe/Helsinki", "2026-03-29T02:30", "2026-03-29T04:30"),
        ("2026-03-29T03:30+02:00", "Europe/Helsinki", "2026-03-29T02:30", "2026-03-29T04:30"),
        ("2026-03-08T02:30", "America/New_York", "2026-03-08T01:30", "2026-03-08T03:30"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "2026-10-04T01:45", "2026-10-04T02:45"),
    ],
)
async def test_time_that_the_clocks_skip_is_refused(
    study: StudyOfTwo, starts_at: str, zone: str, before: str, after: str
) -> None:
    answer = await study.refused(starts_at=starts_at, zone=zone)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "skipped_time")
    assert (problem["before"], problem["after"]) == (before, after)
    assert problem["detail"] == (
        f"{starts_at[:16]} never comes in {zone}: the clocks jump over it. Take {before} or {after}, or another time."
    )


@pytest.mark.parametrize(
    ("starts_at", "zone", "earlier", "later"),
    [
        ("2026-10-25T03:30", "Europe/Helsinki", "2026-10-25T03:30+03:00", "2026-10-25T03:30+02:00"),
        ("2026-11-01T01:30", "America/New_York", "2026-11-01T01:30-04:00", "2026-11-01T01:30-05:00"),
        ("2026-04-05T01:45", "Australia/Lord_Howe", "2026-04-05T01:45+11:00", "2026-04-05T01:45+10:30"),
    ],
)
async def test_time_that_comes_twice_is_refused_with_both_readings(
    study: StudyOfTwo, starts_at: str, zone: str, earlier: str, later: str
) -> None:
    answer = await study.refused(starts_at=starts_at, zone=zone)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "repeated_time")
    assert (problem["earlier"], problem["later"]) == (earlier, later)
    assert [(await study.scheduled(starts_at=named, zone=zone))["starts_at"] for named in (earlier, later)] == [
        f"{starts_at}:00",
        f"{starts_at}:00",
    ]


async def test_offset_that_the_zone_does_not_have_is_refused(study: StudyOfTwo) -> None:
    answer = await study.refused(starts_at="2026-12-01T10:00+03:00")

    assert (answer.status_code, answer.json()["code"]) == (422, "wrong_offset")
    assert answer.json()["right"] == "2026-12-01T10:00+02:00"


@pytest.mark.parametrize(
    "zone", ["Europe/Atlantis", "Mars", "../../etc/passwd", "/etc/localtime", "localtime", "Factory", "+02:00"]
)
async def test_unknown_zone_is_refused(study: StudyOfTwo, zone: str) -> None:
    answer = await study.refused(zone=zone)

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_zone")


async def test_zone_is_kept_in_its_own_spelling(study: StudyOfTwo) -> None:
    session = await study.scheduled(zone="europe/helsinki")

    assert session["zone"] == "Europe/Helsinki"


@pytest.mark.parametrize(
    "starts_at",
    [
        "2026-02-30T10:00",
        "2026-12-01T24:30",
        "9999-12-31T23:00",
        "0001-01-01T00:00",
        "2026-12-01T10:00+99:00",
        "2026-12-01T10:00\n",
    ],
)
async def test_time_that_no_calendar_has_is_refused(study: StudyOfTwo, starts_at: str) -> None:
    answer = await study.refused(starts_at=starts_at)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert [fault["path"] for fault in answer.json()["errors"]] == ["$.starts_at"]


@pytest.mark.parametrize(
    "starts_at", ["tomorrow", "2026-12-01", "2026-12-01 10:00", "2026-12-01T10:00Z", "2026-12-01T10:00:30"]
)
async def test_time_in_another_form_is_refused(study: StudyOfTwo, starts_at: str) -> None:
    answer = await study.refused(starts_at=starts_at)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert [fault["path"] for fault in answer.json()["errors"]] == ["$.starts_at"]


async def test_session_across_the_end_of_summer_time_lasts_its_minutes(study: StudyOfTwo) -> None:
    session = await study.scheduled(starts_at="2026-10-25T02:30", minutes=120)

    assert (session["instant"], session["ends_at"]) == ("2026-10-24T23:30:00Z", "2026-10-25T01:30:00Z")


async def test_repeated_time_is_settled_once(study: StudyOfTwo) -> None:
    session = await study.scheduled(starts_at="2026-10-25T03:30+02:00")

    answer = await study.owner.patch(
        f"/v1/sessions/{session['id']}",
        {"title": "Renamed", "starts_at": session["starts_at"], "zone": session["zone"]},
        1,
    )

    assert answer.json() == {**session, "title": "Renamed", "sequence": 1, "version": 2}


@pytest.fixture
def helsinki_without_summer(tmp_path: Path) -> Iterator[Path]:
    """A folder with the one zone that a new release of the database gave other rules; the rules are back after the test."""
    folder = tmp_path / "zoneinfo"
    (folder / "Europe").mkdir(parents=True)
    (folder / "Europe" / "Helsinki").write_bytes(_fixed_zone(hours=2))
    before = whenever.get_tzpath()
    yield folder
    whenever.reset_tzpath(before)
    whenever.clear_tzcache()


async def test_new_zone_rules_move_the_instant_and_not_the_hour(
    study: StudyOfTwo, helsinki_without_summer: Path
) -> None:
    summer = await study.scheduled(starts_at="2027-07-01T10:00")
    winter = await study.scheduled(starts_at="2027-12-01T10:00")

    whenever.reset_tzpath([helsinki_without_summer])
    whenever.clear_tzcache()
    listed = await study.owner.seen(study.sessions)

    assert summer["instant"] == "2027-07-01T07:00:00Z"
    assert listed["items"] == [
        winter,
        {**summer, "instant": "2027-07-01T08:00:00Z", "ends_at": "2027-07-01T09:00:00Z"},
    ]
    assert await study.owner.seen(f"/v1/sessions/{summer['id']}") == listed["items"][1]


async def test_reading_that_new_zone_rules_no_longer_repeat_falls_together(
    study: StudyOfTwo, helsinki_without_summer: Path
) -> None:
    session = await study.scheduled(starts_at="2026-10-25T03:30+03:00")

    whenever.reset_tzpath([helsinki_without_summer])
    whenever.clear_tzcache()
    seen = await study.owner.seen(f"/v1/sessions/{session['id']}")

    assert (session["instant"], seen["instant"]) == ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")
    assert seen["starts_at"] == session["starts_at"]


def _fixed_zone(hours: int) -> bytes:
    """A TZif file, version 1, of a zone that never changes its clocks (RFC 8536, section 3)."""
    name = b"XXX\0"
    header = struct.pack(">4sc15x6l", b"TZif", b"\0", 0, 0, 0, 0, 1, len(name))
    return header + struct.pack(">lbb", hours * 3600, 0, 0) + name
