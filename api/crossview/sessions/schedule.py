"""When a session is: a wall time in an IANA zone, and the instant that follows from both.

What people agree on is the wall time; the instant is derived again whenever a session is read, so that new zone rules move the
instant and never the hour on the wall.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, TypeAlias

import msgspec
import whenever
from msgspec import Meta
from whenever import OffsetDateTime, PlainDateTime, ZonedDateTime

from crossview.foundation.errors import Fault, InvalidInput, Refusal

WallTime: TypeAlias = Annotated[
    str,
    Meta(
        max_length=25,
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:00)?([+-][0-9]{2}:[0-9]{2})?$(?!\n)",
        description="Local time such as 2026-12-01T10:00; an offset chooses between the two readings of a repeated hour.",
        examples=["2026-12-01T10:00", "2026-10-25T03:30+02:00"],
    ),
]
Zone: TypeAlias = Annotated[
    str,
    Meta(min_length=1, max_length=64, description="IANA name such as Europe/Helsinki.", examples=["Europe/Helsinki"]),
]
LocalTime: TypeAlias = Annotated[datetime, Meta(tz=False)]


class UnknownZone(Refusal):
    """`{zone}` is not a time zone of the IANA database. Take a name such as Europe/Helsinki."""

    status = 422
    code = "unknown_zone"


class SkippedTime(Refusal):
    """{wall} never comes in {zone}: the clocks jump over it. Take {before} or {after}, or another time."""

    status = 422
    code = "skipped_time"


class RepeatedTime(Refusal):
    """{wall} comes twice in {zone}, because the clocks go back. Say which one you mean: {earlier} or {later}."""

    status = 422
    code = "repeated_time"


class WrongOffset(Refusal):
    """The offset of {wall} is not the one that {zone} has then. Leave it out, or send {right}."""

    status = 422
    code = "wrong_offset"


class Appointment(msgspec.Struct, frozen=True):
    """A wall time in a zone, and the instant (UTC) that it stands for."""

    wall: datetime
    zone: str
    instant: datetime


def agree(starts_at: str, zone: str) -> Appointment:
    """Read a wall time, which may carry an offset, in a zone.

    Raises `UnknownZone`, `SkippedTime`, `RepeatedTime`, `WrongOffset`, and `InvalidInput` for a date that no calendar has.
    """
    wall, offset = _read(starts_at)
    try:
        found = _place(wall, zone, offset)
        # A session ends within a day, and that end must be a date too.
        found.to_instant().add(hours=24)
    except whenever.TimeZoneNotFoundError as error:
        raise UnknownZone(zone=zone) from error
    except ValueError as error:
        raise _no_date(starts_at) from error
    if found.tz_id not in _zones():
        raise UnknownZone(zone=zone)
    return Appointment(wall.to_stdlib(), found.tz_id, found.to_instant().to_stdlib())


def instant_today(agreed: Appointment) -> datetime:
    """The instant (UTC) of an appointment under today's zone rules.

    It is the agreed one as long as the zone still reads its wall time so. Where new rules opened a gap at that wall time the
    instant lies as long after the gap's start as the wall time does.
    """
    wall = PlainDateTime(agreed.wall)
    readings = [
        wall.assume_tz(agreed.zone, disambiguation="earlier").to_instant().to_stdlib(),
        wall.assume_tz(agreed.zone, disambiguation="later").to_instant().to_stdlib(),
    ]
    if agreed.instant in readings:
        return agreed.instant
    return wall.assume_tz(agreed.zone, disambiguation="compatible").to_instant().to_stdlib()


def end_of(instant: datetime, minutes: int) -> datetime:
    """When a session ends that starts at `instant`: elapsed time, whatever the clocks do meanwhile."""
    return instant + timedelta(minutes=minutes)


def _read(starts_at: str) -> tuple[PlainDateTime, str | None]:
    """A wall time, and the text with its offset where there is one."""
    try:
        if len(starts_at) > len("2026-12-01T10:00:00"):
            return OffsetDateTime.parse_iso(starts_at).to_plain(), starts_at
        return PlainDateTime.parse_iso(starts_at), None
    except ValueError as error:
        raise _no_date(starts_at) from error


def _place(wall: PlainDateTime, zone: str, offset: str | None) -> ZonedDateTime:
    earlier = wall.assume_tz(zone, disambiguation="earlier")
    later = wall.assume_tz(zone, disambiguation="later")
    if earlier.to_plain() != wall:
        raise SkippedTime(
            wall=_shown(wall), zone=zone, before=_shown(earlier.to_plain()), after=_shown(later.to_plain())
        )
    if offset is None and earlier.offset != later.offset:
        raise RepeatedTime(wall=_shown(wall), zone=zone, earlier=_with_offset(earlier), later=_with_offset(later))
    if offset is None:
        return earlier
    meant = OffsetDateTime.parse_iso(offset).offset
    for reading in (earlier, later):
        if reading.offset == meant:
            return reading
    raise WrongOffset(wall=offset, zone=zone, right=_with_offset(earlier))


def _shown(wall: PlainDateTime) -> str:
    return wall.format_iso(unit="minute")


def _with_offset(reading: ZonedDateTime) -> str:
    return reading.to_fixed_offset().format_iso(unit="minute")


def _no_date(starts_at: str) -> InvalidInput:
    fault = Fault(path="$.starts_at", detail=f"{starts_at} is not a date and time that we can plan for")
    return InvalidInput(summary=f"{fault.detail} at {fault.path}", faults=(fault,))


@cache
def _zones() -> frozenset[str]:
    """The names of the database; what else lies among its files (`localtime`, `posixrules`) differs between machines."""
    return frozenset(whenever.available_timezones() - {"Factory"})
