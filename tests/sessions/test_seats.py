"""Observers' seats: never more than the cap, never twice for one member, and free again when they are released."""

import asyncio
from collections import Counter

import asyncpg
import pytest
import pytest_asyncio

from tests.people import Person
from tests.sessions.study import NOBODYS, StudyOfTwo


@pytest_asyncio.fixture
async def sam(study: StudyOfTwo) -> Person:
    """A member of Sales."""
    return await study.owner.colleague("Sam Sales", "member", study.departments["Sales"])


async def test_observer_is_listed_after_the_invitation(study: StudyOfTwo, sam: Person) -> None:
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}/seats"

    seat = await study.rhea.made(path, {"member_id": sam.id})

    assert seat == {
        "id": seat["id"],
        "session_id": session["id"],
        "member_id": sam.id,
        "state": "invited",
        "invited_by": study.rhea.id,
        "version": 1,
        "created_at": seat["created_at"],
    }
    assert await study.rhea.seen(path) == {"items": [seat], "next_cursor": None}
    assert await study.owner.seen(f"/v1/sessions/{session['id']}") == session


async def test_seats_are_listed_in_pages(study: StudyOfTwo, sam: Person) -> None:
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}/seats"
    made = [await study.owner.made(path, {"member_id": member}) for member in (sam.id, study.owner.id)]

    first = await study.owner.seen(f"{path}?limit=1")
    second = await study.owner.seen(f"{path}?limit=1&cursor={first['next_cursor']}")
    refused = await study.owner.get(f"{path}?cursor=nonsense")

    assert first["items"] == made[:1]
    assert second == {"items": made[1:], "next_cursor": None}
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_cursor")


async def test_fifty_bookings_at_once_for_three_seats_give_three(study: StudyOfTwo) -> None:
    session = await study.scheduled(observer_cap=3)
    path = f"/v1/sessions/{session['id']}/seats"
    crowd = [await study.owner.colleague(f"Observer {number}") for number in range(50)]

    answers = await asyncio.gather(*(study.owner.post(path, {"member_id": member.id}) for member in crowd))

    codes = Counter(answer.json().get("code", "") for answer in answers)
    assert Counter(answer.status_code for answer in answers) == {201: 3, 409: 47}
    assert codes == {"": 3, "session_full": 47}
    assert len((await study.owner.seen(path))["items"]) == 3


async def test_two_bookings_at_once_for_one_member_give_one_seat(study: StudyOfTwo, sam: Person) -> None:
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}/seats"

    answers = await asyncio.gather(*(study.owner.post(path, {"member_id": sam.id}) for _ in range(5)))

    assert (
        sorted((answer.status_code, answer.json().get("code")) for answer in answers if answer.is_error)
        == [(409, "seat_taken")] * 4
    )
    assert len((await study.owner.seen(path))["items"]) == 1


async def test_second_seat_of_one_member_is_refused_by_the_database_itself(
    study: StudyOfTwo, sam: Person, dsn: str
) -> None:
    session = await study.scheduled()
    await study.rhea.made(f"/v1/sessions/{session['id']}/seats", {"member_id": sam.id})
    admin = await asyncpg.connect(dsn)

    with pytest.raises(asyncpg.UniqueViolationError, match="seat_taken_already"):
        await admin.execute(
            "insert into crossview.seat (workspace_id, session_id, member_id, invited_by)"
            " select workspace_id, session_id, member_id, invited_by from crossview.seat"
        )
    await admin.close()


async def test_session_without_room_for_observers_is_full(study: StudyOfTwo, sam: Person) -> None:
    session = await study.scheduled(observer_cap=0)

    answer = await study.owner.post(f"/v1/sessions/{session['id']}/seats", {"member_id": sam.id})

    assert (answer.status_code, answer.json()["code"], answer.json()["cap"]) == (409, "session_full", 0)


async def test_moderator_takes_no_seat(study: StudyOfTwo) -> None:
    session = await study.scheduled()

    answer = await study.owner.post(f"/v1/sessions/{session['id']}/seats", {"member_id": study.rhea.id})

    assert (answer.status_code, answer.json()["code"]) == (409, "moderator_is_in_the_room")


async def test_observer_must_be_a_member(study: StudyOfTwo, stranger: Person) -> None:
    session = await study.scheduled()

    answers = [
        await study.owner.post(f"/v1/sessions/{session['id']}/seats", {"member_id": nobody})
        for nobody in (NOBODYS, stranger.id)
    ]

    assert [(answer.status_code, answer.json()["path"]) for answer in answers] == [(422, "$.member_id")] * 2


async def test_released_seat_is_free_for_somebody_else(study: StudyOfTwo, sam: Person) -> None:
    session = await study.scheduled(observer_cap=1)
    path = f"/v1/sessions/{session['id']}/seats"
    seat = await study.owner.made(path, {"member_id": sam.id})

    released = await study.rhea.delete(f"/v1/seats/{seat['id']}", 1)
    again = await study.owner.delete(f"/v1/seats/{seat['id']}", 2)
    other = await study.owner.made(path, {"member_id": study.owner.id})

    assert released.status_code == 204
    assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert await study.owner.seen(path) == {"items": [other], "next_cursor": None}


async def test_released_member_may_be_invited_again(study: StudyOfTwo, sam: Person) -> None:
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}/seats"
    first = await study.owner.made(path, {"member_id": sam.id})
    await study.owner.delete(f"/v1/seats/{first['id']}", 1)

    second = await study.owner.made(path, {"member_id": sam.id})

    assert second["id"] != first["id"]
    assert await study.owner.seen(path) == {"items": [second], "next_cursor": None}


async def test_release_needs_the_current_version(study: StudyOfTwo, sam: Person) -> None:
    session = await study.scheduled()
    seat = await study.owner.made(f"/v1/sessions/{session['id']}/seats", {"member_id": sam.id})

    blind = await study.owner.delete(f"/v1/seats/{seat['id']}")
    stale = await study.owner.delete(f"/v1/seats/{seat['id']}", 4)

    assert (blind.status_code, blind.json()["code"]) == (428, "version_required")
    assert (stale.status_code, stale.json()["code"], stale.json()["current"]) == (412, "stale_version", seat)


async def test_seat_out_of_sight_looks_like_none(study: StudyOfTwo, sam: Person, stranger: Person) -> None:
    lea = await study.owner.colleague("Lea Legal", "lead", study.departments["Legal"])
    session = await study.scheduled()
    seat = await study.owner.made(f"/v1/sessions/{session['id']}/seats", {"member_id": sam.id})

    answers = [
        await lea.delete(f"/v1/seats/{seat['id']}", 1),
        await stranger.delete(f"/v1/seats/{seat['id']}", 1),
        await lea.delete(f"/v1/seats/{NOBODYS}", 1),
    ]

    assert [{**answer.json(), "instance": ""} for answer in answers] == [{**answers[2].json(), "instance": ""}] * 3
    assert [answer.status_code for answer in answers] == [404] * 3


async def test_feed_tells_of_observers(study: StudyOfTwo, sam: Person) -> None:
    session = await study.scheduled()
    seat = await study.owner.made(f"/v1/sessions/{session['id']}/seats", {"member_id": sam.id})
    await study.owner.delete(f"/v1/seats/{seat['id']}", 1)

    feed = await study.owner.seen("/v1/events")

    told = [event for event in feed["items"] if event["subject_id"] == seat["id"]]
    assert [(event["kind"], event["study_id"], event["facts"]) for event in told] == [
        ("observer.released", study.id, {"session_id": session["id"]}),
        ("observer.invited", study.id, {"session_id": session["id"]}),
    ]
