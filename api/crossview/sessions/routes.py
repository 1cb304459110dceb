"""HTTP of sessions and observers' seats."""

from uuid import UUID

from litestar import Response, Router, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody

from crossview.bank.routes import Namespace
from crossview.foundation.door import OpenDoor
from crossview.foundation.errors import InvalidCursor, NotFound, UnknownReference
from crossview.foundation.operations import operation
from crossview.foundation.pages import Cursor, Limit, Page
from crossview.foundation.permissions import Permission
from crossview.sessions import asked, schedule, seats, sessions


@post(
    "/v1/studies/{study_id:uuid}/sessions",
    **operation(
        "schedule_session",
        Permission.SCHEDULE_SESSION,
        NotFound,
        UnknownReference,
        sessions.NoFinishedVersion,
        schedule.UnknownZone,
        schedule.SkippedTime,
        schedule.RepeatedTime,
        schedule.WrongOffset,
        example={
            "title": "Interview about exports",
            "starts_at": "2027-02-09T10:00",
            "zone": "Europe/Helsinki",
            "minutes": 60,
            "moderator_id": "0197c0de-5a1e-7000-8000-000000000008",
            "place": "Room Saimaa",
        },
    ),
)
async def schedule_session(
    door: OpenDoor, study_id: FromPath[UUID], data: JSONBody[sessions.NewSession]
) -> Response[sessions.Session]:
    """Schedule a session: a wall time in a zone, a length, and who moderates."""
    return await door.create(sessions.schedule_session, study_id, data)


@get(
    "/v1/studies/{study_id:uuid}/sessions",
    **operation("list_sessions", Permission.VIEW_SESSION, NotFound, InvalidCursor),
)
async def list_sessions(
    door: OpenDoor, study_id: FromPath[UUID], cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[sessions.Session]]:
    """List the sessions of a study, newest first."""
    return await door.read(sessions.list_sessions, study_id, cursor, limit)


@get("/v1/sessions/{session_id:uuid}", **operation("read_session", Permission.VIEW_SESSION, NotFound))
async def read_session(door: OpenDoor, session_id: FromPath[UUID]) -> Response[sessions.Session]:
    """Read one session."""
    return await door.read(sessions.read_session, session_id)


@patch(
    "/v1/sessions/{session_id:uuid}",
    **operation(
        "move_session",
        Permission.SCHEDULE_SESSION,
        NotFound,
        UnknownReference,
        sessions.SessionCancelled,
        sessions.ModeratorIsInTheRoom,
        schedule.UnknownZone,
        schedule.SkippedTime,
        schedule.RepeatedTime,
        schedule.WrongOffset,
        needs_version=True,
        example={"starts_at": "2027-02-10T14:30", "place": "Video call"},
    ),
)
async def move_session(
    door: OpenDoor, session_id: FromPath[UUID], data: JSONBody[sessions.SessionChange]
) -> Response[sessions.Session]:
    """Move a session to another time or place, or give it another title or moderator."""
    return await door.change(sessions.move_session, session_id, door.expected, data)


@post(
    "/v1/sessions/{session_id:uuid}/cancel",
    status_code=200,
    **operation("cancel_session", Permission.SCHEDULE_SESSION, NotFound, sessions.SessionCancelled),
)
async def cancel_session(door: OpenDoor, session_id: FromPath[UUID]) -> Response[sessions.Session]:
    """Cancel a session."""
    return await door.act(sessions.cancel_session, session_id)


@put(
    "/v1/sessions/{session_id:uuid}/asked/{item_id:uuid}",
    **operation(
        "record_asked",
        Permission.RECORD_SESSION,
        NotFound,
        sessions.SessionCancelled,
        example={"outcome": "asked", "minutes": 4.5},
    ),
)
async def record_asked(
    door: OpenDoor, session_id: FromPath[UUID], item_id: FromPath[UUID], data: JSONBody[asked.NewAskedItem]
) -> Response[asked.AskedItem]:
    """Write down whether an item was asked in a session, and for how many minutes."""
    return await door.change(asked.record_asked, session_id, item_id, data)


@get(
    "/v1/sessions/{session_id:uuid}/asked",
    **operation("list_asked", Permission.VIEW_SESSION, NotFound, InvalidCursor),
)
async def list_asked(
    door: OpenDoor, session_id: FromPath[UUID], cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[asked.AskedItem]]:
    """List what was asked in a session and what was skipped."""
    return await door.read(asked.list_asked, session_id, cursor, limit)


@get(
    "/v1/banks/{namespace:str}/yields",
    **operation("list_yields", Permission.READ_BANK, NotFound, InvalidCursor),
)
async def list_yields(
    door: OpenDoor, namespace: Namespace, cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[asked.Yield]]:
    """List how often the questions of a bank were asked, and for how many minutes."""
    return await door.read(asked.list_yields, namespace, cursor, limit)


@post(
    "/v1/sessions/{session_id:uuid}/seats",
    **operation(
        "invite_observer",
        Permission.INVITE_OBSERVER,
        NotFound,
        UnknownReference,
        sessions.SessionCancelled,
        sessions.ModeratorIsInTheRoom,
        seats.SeatTaken,
        seats.SessionFull,
        example={"member_id": "0197c0de-5a1e-7000-8000-000000000008"},
    ),
)
async def invite_observer(
    door: OpenDoor, session_id: FromPath[UUID], data: JSONBody[seats.NewSeat]
) -> Response[seats.Seat]:
    """Invite a member to observe a session."""
    return await door.create(seats.invite_observer, session_id, data)


@get(
    "/v1/sessions/{session_id:uuid}/seats",
    **operation("list_seats", Permission.VIEW_SESSION, NotFound, InvalidCursor),
)
async def list_seats(
    door: OpenDoor, session_id: FromPath[UUID], cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[seats.Seat]]:
    """List the seats of a session that are held."""
    return await door.read(seats.list_seats, session_id, cursor, limit)


@delete(
    "/v1/seats/{seat_id:uuid}",
    **operation("release_seat", Permission.INVITE_OBSERVER, NotFound, sessions.SessionCancelled, needs_version=True),
)
async def release_seat(door: OpenDoor, seat_id: FromPath[UUID]) -> Response[None]:
    """Release an observer's seat."""
    return await door.remove(seats.release_seat, seat_id, door.expected)


router = Router(
    path="/",
    tags=["Sessions"],
    route_handlers=[
        schedule_session,
        list_sessions,
        read_session,
        move_session,
        cancel_session,
        record_asked,
        list_asked,
        list_yields,
        invite_observer,
        list_seats,
        release_seat,
    ],
)
