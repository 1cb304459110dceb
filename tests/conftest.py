"""The real PostgreSQL for every test that needs one: one server a test process, one database a test.

A migrated template is cloned for each test, which costs a copy of files. `CROSSVIEW_TEST_DATABASE_URL` names an outside server
(as a login that may create databases and roles) instead of the embedded one.
"""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg
import httpx
import hypothesis
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet
from litestar import Litestar

from crossview import contract
from crossview.app import create_litestar, enclose
from crossview.foundation.db import Database
from crossview.foundation.logs import configure_logs
from crossview.foundation.migrations import migrate
from crossview.foundation.settings import Settings
from crossview.plugin.manager import PluginRegistry
from crossview.plugin.secrets import SecretBox
from crossview.postgres import EmbeddedPostgres
from crossview.votes.board import Boards
from crossview.workspace.found import found_workspace
from tests.documented import Documented
from tests.people import Person, accept

TEMPLATE = f"crossview_template_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
EXAMPLE_PLUGIN = Path(__file__).parents[1] / "examples" / "wording-plugin"
MEMORY = "/dev/shm"
CARELESS = {"full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off"}
"""What makes PostgreSQL quicker where nothing has to survive a crash."""

COUNTED = {
    "generated requests": "were answered as the contract says",
    "permission pairs": "of an operation and a role were let in or refused as the table says",
}
"""What the tests count by a property of that name, and what is said of the sum."""

configure_logs("console")

hypothesis.settings.register_profile("at-hand", deadline=None)
hypothesis.settings.register_profile("unattended", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("unattended" if os.environ.get("CI") else "at-hand")


class SetClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.instant = datetime.now(UTC).replace(microsecond=0)

    def now(self) -> datetime:
        return self.instant

    def pass_time(self, **spans: float) -> None:
        """Move on by the keyword arguments of `timedelta`."""
        self.instant += timedelta(**spans)


class Server:
    """Where databases can be made: `dsn(database)` is the administrator's address of one."""

    def __init__(self, address: str) -> None:
        self._address = address

    def dsn(self, database: str) -> str:
        head, _, options = self._address.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{database}" + (f"?{options}" if options else "")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server() -> AsyncIterator[Server]:
    """A server with a migrated template database."""
    outside = os.environ.get("CROSSVIEW_TEST_DATABASE_URL")
    if outside:
        yield await _with_template(Server(outside), "postgres")
        return
    # In memory where the system has such a folder: a database is a few hundred files, and each test makes one.
    memory = MEMORY if os.access(MEMORY, os.W_OK) else None
    with TemporaryDirectory(prefix="crossview-test-", dir=memory) as folder:
        async with EmbeddedPostgres(Path(folder), fsync=False, settings=CARELESS) as embedded:
            yield await _with_template(Server(embedded.dsn("postgres")), "postgres")


async def _with_template(server: Server, maintenance: str) -> Server:
    admin = await asyncpg.connect(server.dsn(maintenance))
    await admin.execute(f"drop database if exists {TEMPLATE}")
    await admin.execute(f"create database {TEMPLATE}")
    await admin.close()
    template = await asyncpg.connect(server.dsn(TEMPLATE))
    await migrate(template)
    await template.close()
    return server


@pytest_asyncio.fixture
async def dsn(server: Server) -> AsyncIterator[str]:
    """The address of a fresh, migrated database."""
    name = f"test_{uuid4().hex}"
    admin = await asyncpg.connect(server.dsn("postgres"))
    # Copying files takes half the time of logging each page.
    await admin.execute(f"create database {name} template {TEMPLATE} strategy file_copy")
    try:
        yield server.dsn(name)
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands still."""
    return SetClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a test: its own data folder, small pool, no worker of its own."""
    return Settings(data=str(tmp_path / "data"), worker="none", pool_size=4, public_url="http://crossview.test")


@pytest_asyncio.fixture
async def database(settings: Settings, dsn: str, clock: SetClock) -> AsyncIterator[Database]:
    """The API's own connections to the test's database: as the role that owns nothing."""
    connected = await Database.connect(dsn, clock=clock, size=settings.pool_size)
    yield connected
    await connected.close()


@pytest.fixture(scope="session")
def routes() -> Litestar:
    """The application without a database: building its routes costs more than most tests."""
    box = SecretBox([Fernet.generate_key().decode()])
    boards = Boards(Settings().board_bytes)
    return create_litestar(None, lambda: None, plugins=PluginRegistry.load(None), secret_box=box, boards=boards)


@pytest.fixture(scope="session")
def documented(routes: Litestar) -> Documented:
    """The witness that every answer of the API is in the contract: a response hook for a client of a test."""
    return Documented(contract.openapi(routes))


@pytest_asyncio.fixture
async def api(
    settings: Settings, database: Database, routes: Litestar, documented: Documented
) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token, through the edge; an answer that the contract does not know fails the test."""
    routes.state.database = database
    edge = enclose(settings, routes)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=edge),
        base_url="http://crossview.test",
        event_hooks={"response": [documented]},
    ) as client:
        yield client


@pytest_asyncio.fixture
async def owner(database: Database, api: httpx.AsyncClient) -> Person:
    """The owner of a fresh workspace."""
    _, sent = await found_workspace(database, "Acme", "olga@example.com")
    return await accept(api, sent.link, "Olga Owner")


@pytest_asyncio.fixture
async def stranger(database: Database, api: httpx.AsyncClient) -> Person:
    """The owner of another workspace on the same server."""
    _, sent = await found_workspace(database, "Other Ltd", "steve@example.net")
    return await accept(api, sent.link, "Steve Stranger")


@pytest.fixture(scope="session")
def example_plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the example is installed, as anybody would install it."""
    folder = tmp_path_factory.mktemp("example")
    command = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--target"]
    subprocess.run([sys.executable, *command, str(folder), str(EXAMPLE_PLUGIN)], check=True, capture_output=True)
    return folder


@pytest.fixture
def german(example_plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of a plugin of wording is installed here."""
    monkeypatch.syspath_prepend(str(example_plugin))


@pytest.fixture
def install_wording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Install a plugin of rules of wording by its name and source."""

    def put(name: str, source: str) -> None:
        folder = tmp_path / "installed" / name
        record = folder / f"{name}-1.0.dist-info"
        record.mkdir(parents=True)
        (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (record / "entry_points.txt").write_text(f"[crossview.wording]\n{name} = {name}_plugin\n")
        (folder / f"{name}_plugin.py").write_text(source)
        monkeypatch.syspath_prepend(str(folder))

    return put


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the tests measured: each property named `figure` is a line, and what is counted is added up."""
    told = [
        property
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "teardown"
        for property in report.user_properties
    ]
    for line in sorted(str(value) for name, value in told if name == "figure"):
        terminalreporter.write_line(line)
    for counted, outcome in COUNTED.items():
        if total := sum(value for name, value in told if name == counted):
            terminalreporter.write_line(f"{total} {counted} {outcome}")
