"""Sessions: scheduled, listed, moved, cancelled, and seen by the departments of their study."""

import asyncio

import pytest

from crossview.foundation.db import Database
from tests.people import Person
from tests.sessions.finished import script_with_versions
from tests.sessions.study import NOBODYS, StudyOfTwo


async def test_session_is_read_as_it_was_scheduled(study: StudyOfTwo) -> None:
    session = await study.scheduled(place="Room 4", observer_cap=3)

    assert session == {
        "id": session["id"],
        "study_id": study.id,
        "script_id": None,
        "script_version": None,
        "title": "Interview",
        "starts_at": "2026-12-01T10:00:00",
        "zone": "Europe/Helsinki",
        "instant": "2026-12-01T08:00:00Z",
        "ends_at": "2026-12-01T09:00:00Z",
        "minutes": 60,
        "place": "Room 4",
        "moderator_id": study.rhea.id,
        "participant": "P1",
        "observer_cap": 3,
        "state": "scheduled",
        "sequence": 0,
        "created_by": study.owner.id,
        "version": 1,
        "created_at": session["created_at"],
    }
    assert await study.rhea.seen(f"/v1/sessions/{session['id']}") == session


async def test_participants_are_numbered_through_the_study(study: StudyOfTwo) -> None:
    sessions = [
        await study.scheduled(),
        await study.scheduled(participant="P7"),
        await study.scheduled(),
        await study.scheduled(participant="P7"),
    ]

    assert [session["participant"] for session in sessions] == ["P1", "P7", "P8", "P7"]


async def test_sessions_scheduled_at_once_get_numbers_of_their_own(study: StudyOfTwo) -> None:
    sessions = await asyncio.gather(*(study.scheduled() for _ in range(8)))

    assert sorted(session["participant"] for session in sessions) == [f"P{number}" for number in range(1, 9)]


@pytest.mark.parametrize("participant", ["Peter", "P0", "P12345", "p3", "P3 ", "P3\n"])
async def test_participant_has_a_pseudonym(study: StudyOfTwo, participant: str) -> None:
    answer = await study.refused(participant=participant)

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "$.participant")


async def test_sessions_are_listed_newest_first_in_pages(study: StudyOfTwo) -> None:
    made = [await study.scheduled(title=title) for title in ("One", "Two", "Three")]

    first = await study.rhea.seen(f"{study.sessions}?limit=2")
    second = await study.rhea.seen(f"{study.sessions}?limit=2&cursor={first['next_cursor']}")

    assert first["items"] == [made[2], made[1]]
    assert second == {"items": [made[0]], "next_cursor": None}


async def test_list_with_an_invalid_cursor_is_refused(study: StudyOfTwo) -> None:
    answer = await study.owner.get(f"{study.sessions}?cursor=nonsense")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


async def test_session_of_an_unknown_study_is_refused(study: StudyOfTwo, stranger: Person) -> None:
    foreign = await stranger.made("/v1/studies", {"title": "Foreign"})

    answers = [
        answer
        for wanted in (NOBODYS, foreign["id"])
        for answer in (
            await study.owner.post(f"/v1/studies/{wanted}/sessions", study.body()),
            await study.owner.get(f"/v1/studies/{wanted}/sessions"),
        )
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 4


async def test_session_of_another_workspace_looks_like_none(study: StudyOfTwo, stranger: Person) -> None:
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}"

    answers = [
        await stranger.get(path),
        await stranger.patch(path, {"title": "Mine"}, 1),
        await stranger.post(f"{path}/cancel"),
        await stranger.get(f"{path}/seats"),
        await stranger.post(f"{path}/seats", {"member_id": stranger.id}),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 5


async def test_moderator_must_be_a_member(study: StudyOfTwo, stranger: Person) -> None:
    answers = [await study.refused(moderator_id=nobody) for nobody in (NOBODYS, stranger.id)]

    assert [(answer.status_code, answer.json()["path"]) for answer in answers] == [(422, "$.moderator_id")] * 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("minutes", 4),
        ("minutes", 1441),
        ("observer_cap", -1),
        ("observer_cap", 51),
        ("zone", ""),
        ("script_version", 0),
    ],
)
async def test_value_out_of_bounds_is_refused(study: StudyOfTwo, field: str, value: object) -> None:
    answer = await study.refused(**{field: value})

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, f"$.{field}")


@pytest.mark.parametrize("field", ["state", "sequence", "created_by", "version", "study_id", "workspace_id", "instant"])
async def test_field_that_the_service_sets_is_refused(study: StudyOfTwo, field: str) -> None:
    answer = await study.refused(**{field: 1})

    assert answer.json()["errors"] == [{"path": "$", "detail": f"Object contains unknown field `{field}`"}]


# --- The script -------------------------------------------------------------------------------------------------------


async def test_session_follows_the_latest_version_that_holds(study: StudyOfTwo, database: Database) -> None:
    script_id = await script_with_versions(database, study.owner, study.id, versions=3, reopened=(3,))

    session = await study.scheduled(script_id=script_id)

    assert (session["script_id"], session["script_version"]) == (script_id, 2)


async def test_session_may_name_the_version(study: StudyOfTwo, database: Database) -> None:
    script_id = await script_with_versions(database, study.owner, study.id, versions=2)

    session = await study.scheduled(script_id=script_id, script_version=1)

    assert (session["script_id"], session["script_version"]) == (script_id, 1)


@pytest.mark.parametrize(("versions", "reopened"), [(0, ()), (1, (1,))])
async def test_script_without_a_version_that_holds_is_refused(
    study: StudyOfTwo, database: Database, versions: int, reopened: tuple[int, ...]
) -> None:
    script_id = await script_with_versions(database, study.owner, study.id, versions, reopened)

    answer = await study.refused(script_id=script_id)

    assert (answer.status_code, answer.json()["code"]) == (409, "no_finished_version")


async def test_unknown_version_is_refused(study: StudyOfTwo, database: Database) -> None:
    script_id = await script_with_versions(database, study.owner, study.id, versions=1)

    answer = await study.refused(script_id=script_id, script_version=2)

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_reference")
    assert answer.json()["path"] == "$.script_version"


async def test_version_without_its_script_is_refused(study: StudyOfTwo) -> None:
    answer = await study.refused(script_version=1)

    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"path": "$.script_version", "detail": "A version needs its script: send script_id too"}],
    )


async def test_script_of_another_study_is_refused(study: StudyOfTwo, stranger: Person, database: Database) -> None:
    other = await study.owner.made("/v1/studies", {"title": "Another"})
    foreign = await stranger.made("/v1/studies", {"title": "Foreign"})
    scripts = [
        await script_with_versions(database, study.owner, other["id"], versions=1),
        await script_with_versions(database, stranger, foreign["id"], versions=1),
        NOBODYS,
    ]

    answers = [await study.refused(script_id=script_id) for script_id in scripts]

    assert [(answer.status_code, answer.json()["code"], answer.json()["path"]) for answer in answers] == [
        (422, "unknown_reference", "$.script_id")
    ] * 3


# --- Moving and cancelling --------------------------------------------------------------------------------------------


async def test_session_is_moved(study: StudyOfTwo) -> None:
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}"

    answer = await study.rhea.patch(
        path,
        {
            "title": "Second interview",
            "starts_at": "2026-12-02T14:30",
            "zone": "America/New_York",
            "minutes": 45,
            "place": "Online",
            "moderator_id": study.owner.id,
        },
        1,
    )

    assert answer.json() == {
        **session,
        "title": "Second interview",
        "starts_at": "2026-12-02T14:30:00",
        "zone": "America/New_York",
        "instant": "2026-12-02T19:30:00Z",
        "ends_at": "2026-12-02T20:15:00Z",
        "minutes": 45,
        "place": "Online",
        "moderator_id": study.owner.id,
        "sequence": 1,
        "version": 2,
    }
    assert await study.owner.seen(path) == answer.json()


@pytest.mark.parametrize(
    ("change", "after"),
    [
        ({"title": "Renamed"}, {"title": "Renamed"}),
        ({"place": "Online"}, {"place": "Online"}),
        ({"minutes": 30}, {"minutes": 30, "ends_at": "2026-12-01T08:30:00Z"}),
        (
            {"starts_at": "2026-12-01T11:00"},
            {"starts_at": "2026-12-01T11:00:00", "instant": "2026-12-01T09:00:00Z", "ends_at": "2026-12-01T10:00:00Z"},
        ),
        (
            {"zone": "Europe/Paris"},
            {"zone": "Europe/Paris", "instant": "2026-12-01T09:00:00Z", "ends_at": "2026-12-01T10:00:00Z"},
        ),
    ],
)
async def test_each_change_counts_for_calendars(
    study: StudyOfTwo, change: dict[str, object], after: dict[str, object]
) -> None:
    session = await study.scheduled()

    answer = await study.owner.patch(f"/v1/sessions/{session['id']}", change, 1)

    assert answer.json() == {**session, **after, "sequence": 1, "version": 2}


async def test_change_that_changes_nothing_tells_nobody(study: StudyOfTwo) -> None:
    session = await study.scheduled()
    same = {name: session[name] for name in ("title", "starts_at", "zone", "minutes", "place", "moderator_id")}

    answer = await study.owner.patch(f"/v1/sessions/{session['id']}", same, 1)

    assert answer.json() == session


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"starts_at": "2027-03-28T03:30"}, "skipped_time"),
        ({"starts_at": "2026-10-25T03:30"}, "repeated_time"),
        ({"starts_at": "2026-12-01T10:00+07:00"}, "wrong_offset"),
        ({"starts_at": "2026-02-30T10:00"}, "invalid_input"),
        ({"zone": "Europe/Atlantis"}, "unknown_zone"),
        ({"moderator_id": NOBODYS}, "unknown_reference"),
        ({"participant": "P9"}, "invalid_input"),
    ],
)
async def test_impossible_move_changes_nothing(study: StudyOfTwo, change: dict[str, object], code: str) -> None:
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}"

    answer = await study.owner.patch(path, change, 1)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await study.owner.seen(path) == session


async def test_wall_time_that_comes_twice_in_the_new_zone_is_refused(study: StudyOfTwo) -> None:
    session = await study.scheduled(starts_at="2026-10-25T03:30", zone="Europe/Istanbul")

    answer = await study.owner.patch(f"/v1/sessions/{session['id']}", {"zone": "Europe/Helsinki"}, 1)

    assert (answer.status_code, answer.json()["code"]) == (422, "repeated_time")


async def test_move_needs_the_current_version(study: StudyOfTwo) -> None:
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}"

    blind = await study.owner.patch(path, {"minutes": 30})
    stale = await study.owner.patch(path, {"minutes": 30}, 8)

    assert (blind.status_code, blind.json()["code"]) == (428, "version_required")
    assert (stale.status_code, stale.json()["code"], stale.json()["current"]) == (412, "stale_version", session)


async def test_observer_cannot_become_the_moderator(study: StudyOfTwo) -> None:
    session = await study.scheduled()
    sam = await study.owner.colleague("Sam Sales", "member", study.departments["Sales"])
    await study.owner.made(f"/v1/sessions/{session['id']}/seats", {"member_id": sam.id})

    answer = await study.owner.patch(f"/v1/sessions/{session['id']}", {"moderator_id": sam.id}, 1)

    assert (answer.status_code, answer.json()["code"]) == (409, "moderator_is_in_the_room")


async def test_cancelled_session_stays_cancelled(study: StudyOfTwo) -> None:
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}"
    seat = await study.owner.made(f"{path}/seats", {"member_id": study.owner.id})

    answer = await study.rhea.post(f"{path}/cancel")
    refused = [
        await study.owner.post(f"{path}/cancel"),
        await study.owner.patch(path, {"title": "Once more"}, 2),
        await study.owner.post(f"{path}/seats", {"member_id": study.rhea.id}),
        await study.owner.delete(f"/v1/seats/{seat['id']}", 1),
    ]

    assert answer.status_code == 200
    assert answer.json() == {**session, "state": "cancelled", "sequence": 1, "version": 2}
    assert await study.owner.seen(path) == answer.json()
    assert [(refusal.status_code, refusal.json()["code"]) for refusal in refused] == [(409, "session_cancelled")] * 4
    assert await study.owner.seen(f"{path}/seats") == {"items": [seat], "next_cursor": None}


async def test_feed_tells_of_sessions_without_their_content(study: StudyOfTwo) -> None:
    session = await study.scheduled()
    await study.owner.patch(f"/v1/sessions/{session['id']}", {"minutes": 30}, 1)
    await study.owner.post(f"/v1/sessions/{session['id']}/cancel")

    feed = await study.owner.seen("/v1/events")

    told = [event for event in feed["items"] if event["subject_id"] == session["id"]]
    assert [(event["kind"], event["study_id"], event["facts"]) for event in told] == [
        ("session.cancelled", study.id, {}),
        ("session.moved", study.id, {}),
        ("session.scheduled", study.id, {}),
    ]


# --- Who sees a session -----------------------------------------------------------------------------------------------


async def test_lead_of_a_department_that_is_not_invited_sees_no_session(study: StudyOfTwo) -> None:
    lea = await study.owner.colleague("Lea Legal", "lead", study.departments["Legal"])
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}"

    answers = [
        await lea.get(path),
        await lea.get(study.sessions),
        await lea.post(study.sessions, study.body()),
        await lea.patch(path, {"title": "Mine"}, 1),
        await lea.post(f"{path}/cancel"),
        await lea.get(f"/v1/sessions/{NOBODYS}"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 6
    assert {**answers[0].json(), "instance": ""} == {**answers[5].json(), "instance": ""}


async def test_lead_of_an_invited_department_schedules(study: StudyOfTwo) -> None:
    sally = await study.owner.colleague("Sally Sales", "lead", study.departments["Sales"])

    session = await sally.made(study.sessions, study.body())

    assert session["created_by"] == sally.id


async def test_researcher_sees_the_sessions_that_are_the_own(study: StudyOfTwo) -> None:
    rob = await study.owner.colleague("Rob Researcher", "researcher", study.departments["Legal"])
    lea = await study.owner.colleague("Lea Legal", "lead", study.departments["Legal"])
    others = await study.scheduled()
    own = await study.scheduled(moderator_id=rob.id)
    hers = await study.scheduled(moderator_id=lea.id)

    listed = await rob.seen(study.sessions)

    assert listed == {"items": [own], "next_cursor": None}
    assert await rob.seen(f"/v1/sessions/{own['id']}") == own
    assert (await rob.get(f"/v1/sessions/{others['id']}")).status_code == 404
    assert (await lea.get(f"/v1/sessions/{hers['id']}")).status_code == 404


async def test_researcher_may_hand_a_session_over(study: StudyOfTwo) -> None:
    rob = await study.owner.colleague("Rob Researcher", "researcher", study.departments["Legal"])
    session = await study.scheduled(moderator_id=rob.id)
    path = f"/v1/sessions/{session['id']}"

    answer = await rob.patch(path, {"moderator_id": study.rhea.id}, 1)

    assert answer.json() == {**session, "moderator_id": study.rhea.id, "sequence": 1, "version": 2}
    assert (await rob.get(path)).status_code == 404


@pytest.mark.parametrize("role", ["member", "editor"])
async def test_role_that_only_watches_schedules_nothing(study: StudyOfTwo, role: str) -> None:
    sam = await study.owner.colleague("Sam Sales", role, study.departments["Sales"])
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}"

    answers = [
        await sam.post(study.sessions, study.body()),
        await sam.patch(path, {"title": "Mine"}, 1),
        await sam.post(f"{path}/cancel"),
        await sam.post(f"{path}/seats", {"member_id": sam.id}),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "not_allowed")] * 4
    assert (await sam.get(path)).status_code == {"member": 403, "editor": 200}[role]
