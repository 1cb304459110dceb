"""What plugins are told about sessions: a delivery in the change's own transaction, its content as it is when it is sent."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from crossview.app import create_app
from crossview.deliveries.deliver import DueDelivery, State
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from crossview.plugin import moments
from crossview.plugin.manager import PluginRegistry
from crossview.plugin.secrets import SecretBox
from crossview.sessions.moments import load_session_moment
from tests.people import Person
from tests.sessions.finished import script_with_versions, workspace_of
from tests.sessions.study import StudyOfTwo, open_study

BASE = "http://crossview.test"
_DUE = """
select id, connection_id, moment, object_id, subject_id, facts, occurred_at, state, attempts
  from delivery
 where workspace_id = $1
 order by id
"""


@pytest_asyncio.fixture
async def api(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API in which the diary can be connected."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    plugins = PluginRegistry.load(None, [EntryPoint(name="diary", value="diary", group="crossview")])
    database.interests = plugins.interests()
    secret_box = SecretBox([Fernet.generate_key().decode()])
    app = create_app(settings, database, lambda: None, plugins=plugins, secret_box=secret_box)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=BASE) as client:
        yield client


@pytest_asyncio.fixture
async def study(owner: Person) -> StudyOfTwo:
    """A study in a workspace with a diary."""
    await owner.made("/v1/connections", {"plugin": "diary", "name": "Diary", "settings": {}})
    return await open_study(owner)


class Desk:
    """The deliveries of the owner's workspace, oldest first, and what is loaded for one."""

    def __init__(self, database: Database, workspace_id: UUID) -> None:
        self.database = database
        self.workspace_id = workspace_id

    async def due(self) -> list[DueDelivery]:
        async with self.database.visit_as_service(self.workspace_id) as visit:
            return await visit.many(DueDelivery, _DUE, self.workspace_id)

    async def load(self, due: DueDelivery) -> moments.Event:
        async with self.database.visit_as_service(self.workspace_id) as visit:
            return await load_session_moment(visit, due, BASE)


@pytest_asyncio.fixture
async def desk(owner: Person, database: Database) -> Desk:
    """The deliveries of the owner's workspace."""
    return Desk(database, await workspace_of(owner))


async def test_each_change_of_a_session_leaves_one_delivery(study: StudyOfTwo, desk: Desk) -> None:
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}"
    seat = await study.owner.made(f"{path}/seats", {"member_id": study.owner.id})
    await study.owner.patch(path, {"zone": "Europe/Paris", "minutes": 30}, 1)
    await study.owner.delete(f"/v1/seats/{seat['id']}", 1)
    await study.owner.post(f"{path}/cancel")

    left = await desk.due()

    assert {due.object_id for due in left} == {UUID(session["id"])}
    assert [(due.moment, str(due.subject_id), due.facts) for due in left] == [
        ("session_scheduled", session["id"], {}),
        ("observer_invited", seat["id"], {}),
        (
            "session_moved",
            session["id"],
            {"previous": {"starts_at": "2026-12-01T08:00:00+00:00", "zone": "Europe/Helsinki", "minutes": 60}},
        ),
        ("observer_released", seat["id"], {}),
        ("session_cancelled", session["id"], {}),
    ]


async def test_refused_and_empty_changes_leave_no_delivery(study: StudyOfTwo, desk: Desk) -> None:
    session = await study.scheduled(observer_cap=0)
    path = f"/v1/sessions/{session['id']}"

    await study.owner.patch(path, {"title": session["title"]}, 1)
    await study.owner.patch(path, {"zone": "Europe/Atlantis"}, 1)
    await study.owner.patch(path, {"minutes": 30}, 7)
    await study.owner.post(f"{path}/seats", {"member_id": study.owner.id})
    await study.refused(zone="Europe/Atlantis")

    assert [due.moment for due in await desk.due()] == ["session_scheduled"]


async def test_scheduled_session_is_told_with_its_script_and_moderator(
    study: StudyOfTwo, desk: Desk, database: Database
) -> None:
    script_id = await script_with_versions(database, study.owner, study.id, versions=2)
    session = await study.scheduled(script_id=script_id, place="Room 4")
    [due] = await desk.due()

    told = await desk.load(due)

    assert told == moments.SessionScheduled(
        workspace=moments.Workspace(str(desk.workspace_id), "Acme"),
        occurred_at=due.occurred_at,
        study=moments.Study(study.id, "Leaving customers"),
        link=f"{BASE}/v1/sessions/{session['id']}",
        session=moments.Session(
            id=session["id"],
            title="Interview",
            starts_at=datetime(2026, 12, 1, 8, tzinfo=UTC),
            zone="Europe/Helsinki",
            minutes=60,
            place="Room 4",
            sequence=0,
            cancelled=False,
            script=moments.ScriptReference(script_id, "Why people leave", 2),
            moderator=moments.Person("Rhea Researcher", "rhea.researcher@example.com"),
            participant="P1",
            observers=(),
        ),
    )


async def test_moved_session_is_told_with_the_time_before(study: StudyOfTwo, desk: Desk) -> None:
    session = await study.scheduled()
    await study.owner.patch(f"/v1/sessions/{session['id']}", {"starts_at": "2026-12-02T10:00"}, 1)
    [_, due] = await desk.due()

    told = await desk.load(due)

    assert isinstance(told, moments.SessionMoved)
    assert told.previous == moments.When(datetime(2026, 12, 1, 8, tzinfo=UTC), "Europe/Helsinki", 60)
    assert (told.session.starts_at, told.session.sequence) == (datetime(2026, 12, 2, 8, tzinfo=UTC), 1)


async def test_late_call_tells_of_the_session_as_it_is_now(study: StudyOfTwo, desk: Desk) -> None:
    session = await study.scheduled()
    path = f"/v1/sessions/{session['id']}"
    sam = await study.owner.colleague("Sam Sales", "member", study.departments["Sales"])
    kept = await study.owner.made(f"{path}/seats", {"member_id": sam.id})
    released = await study.owner.made(f"{path}/seats", {"member_id": study.owner.id})
    await study.owner.delete(f"/v1/seats/{released['id']}", 1)
    await study.owner.post(f"{path}/cancel")

    told = [await desk.load(due) for due in await desk.due()]

    sams = moments.Observer(kept["id"], "Sam Sales", "sam.sales@example.com", "Sales")
    olgas = moments.Observer(released["id"], "Olga Owner", "olga@example.com", "")
    scheduled, first, second, third, cancelled = told
    assert isinstance(scheduled, moments.SessionScheduled)
    assert isinstance(first, moments.ObserverInvited)
    assert isinstance(second, moments.ObserverInvited)
    assert isinstance(third, moments.ObserverReleased)
    assert isinstance(cancelled, moments.SessionCancelled)
    assert (first.observer, second.observer, third.observer) == (sams, olgas, olgas)
    # Whatever the moment, the session is told once and alike: cancelled, with the one observer who is left.
    assert {event.session for event in (scheduled, first, second, third, cancelled)} == {cancelled.session}
    assert (cancelled.session.cancelled, cancelled.session.sequence) == (True, 1)
    assert cancelled.session.observers == (sams,)


async def test_moment_that_is_not_one_of_a_session_is_not_loaded(study: StudyOfTwo, desk: Desk) -> None:
    await study.scheduled()
    [due] = await desk.due()

    with pytest.raises(LookupError, match="script_finished is not a moment of a session"):
        await desk.load(msgspec.structs.replace(due, moment="script_finished", id=uuid4(), state=State.PENDING))


async def test_connection_of_another_study_hears_nothing(study: StudyOfTwo, desk: Desk) -> None:
    other = await study.owner.made("/v1/studies", {"title": "Another"})
    filtered = await study.owner.made(
        "/v1/connections", {"plugin": "diary", "name": "Other", "settings": {}, "study_id": other["id"]}
    )

    await study.scheduled()

    assert filtered["id"] not in {str(due.connection_id) for due in await desk.due()}
