"""A post office: the plugin `parcels` in child processes, the real queue, and a worker that a test starts and stops."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from crossview.app import create_app
from crossview.deliveries.deliver import Courier, DueDelivery, Withheld
from crossview.deliveries.dispatch import Dispatcher
from crossview.deliveries.pace import Pace
from crossview.deliveries.publish import publish
from crossview.deliveries.turns import Turns
from crossview.deliveries.worker import Workplace, run_worker
from crossview.foundation.db import Database, Visit
from crossview.foundation.settings import Settings
from crossview.plugin import ScriptFinished, SealedScript, Study, Workspace
from crossview.plugin.manager import PluginRegistry
from crossview.plugin.runner import PluginRunner
from crossview.plugin.secrets import SecretBox
from tests.documented import Documented
from tests.people import Person

QUICK = Pace(attempts=3, base=0.02, cap=0.1, rest=0.01, longest_rest=0.05)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which `parcels` is installed, importable here and in child processes."""
    folder = tmp_path / "installed"
    record = folder / "parcels-1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: parcels\nVersion: 1.0\n")
    (record / "entry_points.txt").write_text("[crossview]\nparcels = parcels\n")
    shutil.copy(Path(__file__).parent / "parcels.py", folder)
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def plugins(installed: Path) -> PluginRegistry:
    """The plugin `parcels`, and one that cannot be loaded."""
    found = [EntryPoint(name=name, value=name, group="crossview") for name in ("parcels", "shattered")]
    return PluginRegistry.load(None, found)


@pytest.fixture
def secret_box() -> SecretBox:
    """Seals with a key of this test."""
    return SecretBox([Fernet.generate_key().decode()])


@pytest.fixture
def dispatcher(database: Database) -> Dispatcher:
    """The dispatcher that the API of this test wakes."""
    return Dispatcher(database)


@pytest_asyncio.fixture
async def api(
    settings: Settings,
    database: Database,
    plugins: PluginRegistry,
    secret_box: SecretBox,
    dispatcher: Dispatcher,
    documented: Documented,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that knows the plugins."""
    database.interests = plugins.interests()
    app = create_app(settings, database, dispatcher.wake, plugins=plugins, secret_box=secret_box)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://crossview.test",
        event_hooks={"response": [documented]},
    ) as client:
        yield client


async def load(visit: Visit, due: DueDelivery) -> ScriptFinished | Withheld:
    """Content as the facts of the delivery ask for it."""
    if due.facts.get("withheld"):
        return Withheld("a participant withdrew consent")
    if due.facts.get("unreadable"):
        raise LookupError("text that must not be shown")
    return ScriptFinished(
        workspace=Workspace(str(visit.workspace_id), "Acme"),
        occurred_at=due.occurred_at,
        study=Study("s1", "Leaving"),
        link=f"http://crossview.test/v1/scripts/{due.object_id}",
        script=SealedScript(
            id=str(due.object_id),
            title="Why people leave",
            language="en",
            version=due.facts["version"],
            sha256="ab" * 32,
            session_minutes=45,
            markdown="# Why people leave\n",
        ),
    )


class Post:
    """What tests do with deliveries: connect, publish, let a worker work, and look at what became of it."""

    def __init__(self, owner: Person, workspace_id: UUID, courier: Courier, dsn: str, folder: Path) -> None:
        self.owner = owner
        self.workspace_id = workspace_id
        self.courier = courier
        self.dsn = dsn
        self.folder = folder

    async def connect(self, name: str, behaviour: str = "delivers", **more: Any) -> "Mailbox":
        folder = self.folder / name
        folder.mkdir()
        settings = {"folder": str(folder), "behaviour": behaviour}
        made = await self.owner.made(
            "/v1/connections", {"plugin": "parcels", "name": name, "settings": settings} | more
        )
        return Mailbox(made, folder)

    async def publish(self, object_id: UUID, version: int = 1, study_id: UUID | None = None, **facts: Any) -> Visit:
        async with self.courier.database.visit_as_service(self.workspace_id) as visit:
            await self.publish_in(visit, object_id, version, study_id, **facts)
            return visit

    async def publish_in(
        self, visit: Visit, object_id: UUID, version: int = 1, study_id: UUID | None = None, **facts: Any
    ) -> None:
        told = {"version": version, **facts}
        await publish(visit, "script_finished", object_id=object_id, subject_id=uuid4(), study_id=study_id, facts=told)

    @asynccontextmanager
    async def worker(self, grace: float = 2.0) -> AsyncIterator[None]:
        task = asyncio.create_task(run_worker(self.courier, self.dsn, Workplace(poll=0.1, grace=grace)))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def letters(self) -> list[dict[str, Any]]:
        """All deliveries, oldest first."""
        items: list[dict[str, Any]] = (await self.owner.seen("/v1/deliveries?limit=200"))["items"]
        return items[::-1]

    async def states(self, connection: "Mailbox | None" = None) -> list[str]:
        """The states of all deliveries, oldest first, of one connection where it is given."""
        letters = await self.letters()
        return [letter["state"] for letter in letters if connection is None or letter["connection_id"] == connection.id]

    async def until(
        self,
        *states: str,
        connection: "Mailbox | None" = None,
        seconds: float = 15.0,
        in_any_order: bool = False,
    ) -> None:
        """Wait until the deliveries stand like this."""
        limit = time.monotonic() + seconds
        wanted = sorted(states) if in_any_order else list(states)
        while (now := await self.states(connection)) != wanted and not (in_any_order and sorted(now) == wanted):
            assert time.monotonic() < limit, f"{now} is not {list(states)}"
            await asyncio.sleep(0.05)

    async def jobs(self) -> int:
        """How many deliveries wait in the queue or are under way."""
        connection = await asyncpg.connect(self.dsn)
        try:
            counted: int = await connection.fetchval(
                "select count(*) from queue.procrastinate_jobs where task_name = 'deliver'"
            )
        finally:
            await connection.close()
        return counted


class Mailbox:
    """A connection of `parcels` and the traces in its folder."""

    def __init__(self, made: dict[str, Any], folder: Path) -> None:
        self.id: str = made["id"]
        self.path = f"/v1/connections/{made['id']}"
        self.made = made
        self.folder = folder

    def calls(self) -> list[str]:
        """The attempt number of each call, in order."""
        return [line.split()[1] for line in self._lines("calls")]

    def called(self) -> list[str]:
        """The delivery id of each call, in order."""
        return [line.split()[0] for line in self._lines("calls")]

    def versions(self, object_id: UUID) -> list[int]:
        """The versions that arrived for an object, in order."""
        return [int(line) for line in self._lines(str(object_id))]

    def touch(self, name: str) -> None:
        (self.folder / name).touch()

    def _lines(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []


@pytest_asyncio.fixture
async def post(
    owner: Person,
    database: Database,
    plugins: PluginRegistry,
    secret_box: SecretBox,
    dsn: str,
    installed: Path,
    tmp_path: Path,
) -> AsyncIterator[Post]:
    """The post office of the owner's workspace."""
    workspace_id = UUID((await owner.seen("/v1/workspace"))["id"])
    async with PluginRunner(search_path=[installed]) as runner:
        courier = Courier(
            database=database,
            plugins=plugins,
            runner=runner,
            secret_box=secret_box,
            loaders={"script_finished": load},
            environ={},
            turns=Turns(waiting=4),
            pace=QUICK,
        )
        yield Post(owner, workspace_id, courier, dsn, tmp_path)
