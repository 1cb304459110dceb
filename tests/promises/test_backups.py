"""A backup that is taken while people write is a state between two commits, and what is restored from it is the whole service.

The commands are those of docs/operations.md, read from the page.
"""

import asyncio
import os
import random
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from crossview.postgres import EmbeddedPostgres, find_pg_bin
from tests.cli.command import crossview
from tests.conftest import MEMORY
from tests.promises.service import Service
from tests.promises.soundness import unsound
from tests.promises.writers import Writers, finish_a_script

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
SEED = int(os.environ.get("CROSSVIEW_TEST_SEED", "20261127"))
WRITERS = 4
DURABLE = {"fsync": "on", "full_page_writes": "on"}

Told = Callable[[str, object], None]

EVENTS_AND_CHANGES = """
    select what, told, done from (values
      ('items added', (select count(*) from event where kind = 'item.added'), (select count(*) from item)),
      ('items changed', (select count(*) from event where kind = 'item.changed'),
        (select count(*) from revision where number > 1)),
      ('comments', (select count(*) from event where kind = 'comment.added'), (select count(*) from comment)),
      ('rounds', (select count(*) from event where kind = 'round.opened'), (select count(*) from round)),
      ('versions', (select count(*) from event where kind = 'script.finished'), (select count(*) from sealed_version)),
      ('deliveries', (select count(*) from delivery), (select count(*) from queue.procrastinate_jobs)),
      ('positions', (select max(seq) from event), (select least(last_value, (select max(seq) from event)) from event_seq))
    ) pairs (what, told, done)
     where told is distinct from done
"""
"""What is told and what was done, in pairs that have to agree in any state between two commits."""


def commands(word: str) -> str:
    """The fenced block of the page that has a word in it."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (block,) = [block for block in blocks if word in block]
    return str(block)


@pytest.fixture(scope="module")
def tools() -> Path:
    """The folder of pg_dump and pg_restore: beside the embedded server, or on the path."""
    beside = find_pg_bin(os.environ)
    if (beside / "pg_dump").exists() and (beside / "pg_restore").exists():
        return beside
    on_path = shutil.which("pg_dump")
    if on_path is None:
        pytest.skip("no pg_dump beside the PostgreSQL binaries and none on the path: NO BACKUP IS TRIED HERE")
    return Path(on_path).parent


@dataclass(frozen=True)
class Site:
    """A server that an operator made ready: a login that migrates, one that serves, and whoever rules the server."""

    server: EmbeddedPostgres
    folder: Path
    key: str

    def dsn(self, login: str, database: str) -> str:
        """The address of a database for one of the logins."""
        whole = self.server.dsn("postgres", database)
        return whole if login == "postgres" else re.sub(r"//[^@]*@", f"//{login}:{login}-word@", whole)

    def variables(self, database: str) -> dict[str, str]:
        """The settings of a service on that database."""
        return {
            "CROSSVIEW_DATABASE_URL": self.dsn("service", database),
            "CROSSVIEW_MIGRATE_URL": self.dsn("deployer", database),
            "CROSSVIEW_SECRET_KEYS": self.key,
        }

    async def as_superuser(self, *statements: str, database: str = "postgres") -> None:
        async with connected(self.dsn("postgres", database)) as admin:
            for statement in statements:
                await admin.execute(statement)

    async def as_deployer(self, *statements: str, database: str) -> None:
        async with connected(self.dsn("deployer", database)) as deployer:
            for statement in statements:
                await deployer.execute(statement)

    async def make_ready(self, database: str) -> None:
        """What the page has the operator do on a new server; the database gets the schema, and the server the roles."""
        await self.as_superuser(
            "create role deployer login createrole password 'deployer-word'",
            "create role service login password 'service-word'",
            f"create database {database} owner deployer",
        )
        ran = await asyncio.to_thread(crossview, self.folder, "migrate", **self.variables(database))
        assert ran.returncode == 0, ran.stderr
        await self.as_deployer("grant crossview_app, crossview_worker to service", database=database)

    def shell(self, tools: Path, line: str, login: str, database: str) -> subprocess.CompletedProcess[str]:
        """A command of the page, as it is typed there, in the folder of the backups."""
        path = f"{tools}:{os.environ['PATH']}"
        address = self.dsn(login, database)
        return subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env={"PATH": path, "CROSSVIEW_MIGRATE_URL": address},
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def serving(self, folder: Path, database: str) -> Iterator[Service]:
        """A service on one of the databases."""
        folder.mkdir(exist_ok=True)
        service = Service(folder, **self.variables(database))
        service.start()
        try:
            yield service
        finally:
            service.stop()


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection that sees our schema."""
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "crossview"})
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """A folder in memory where the system has such: what is tried here is not the disk."""
    with TemporaryDirectory(prefix="crossview-backups-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as name:
        yield Path(name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(memory: Path) -> AsyncIterator[Site]:
    """The server of the service."""
    async with EmbeddedPostgres(memory / "here", fsync=False, settings=DURABLE) as server:
        made = Site(server, memory, Fernet.generate_key().decode())
        await made.make_ready("own")
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def elsewhere(site: Site) -> AsyncIterator[Site]:
    """Another server, on which the roles were made with a database that was dropped afterwards."""
    async with EmbeddedPostgres(site.folder / "there", fsync=False, settings=DURABLE) as server:
        made = Site(server, site.folder, site.key)
        await made.make_ready("scratch")
        await made.as_superuser("drop database scratch")
        yield made


async def connect_and_finish(client: httpx.AsyncClient) -> None:
    """Beside the script that everybody writes: one that is finished, and on its way over two connections."""
    signing = "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="
    hook = {"plugin": "webhooks", "name": "Hook", "settings": {"url": "https://example.com/hook"}}
    for connection in (
        hook | {"secrets": {"signing_secrets": [signing]}},
        {"plugin": "files", "name": "Guides"},
    ):
        (await client.post("/v1/connections", json=connection)).raise_for_status()
    await finish_a_script(client)


@dataclass
class Busy:
    """A service on the site, and the people who write there."""

    service: Service
    writers: Writers

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Everybody writes while the block runs."""
        ended = asyncio.Event()
        self.tasks = [asyncio.create_task(self.writers.write(ended)) for _ in range(WRITERS)]
        try:
            yield
        finally:
            ended.set()

    async def rest(self) -> None:
        await asyncio.gather(*self.tasks)


@pytest.fixture(scope="module")
def service(site: Site) -> Iterator[Service]:
    """The service on the site."""
    with site.serving(site.folder / "service", "own") as service:
        yield service


@pytest_asyncio.fixture
async def busy(service: Service, tmp_path: Path) -> Busy:
    """The service at work, for a workspace of the test's own."""
    writers = Writers(service.url, await asyncio.to_thread(service.token, tmp_path.name), random.Random(SEED))
    await writers.prepare()
    async with writers.client() as client:
        await connect_and_finish(client)
    return Busy(service, writers)


async def schema_of(site: Site, tools: Path, database: str) -> list[str]:
    """Tables, keys, walls, functions, triggers, owners and rights, as pg_dump writes them out."""
    ran = await asyncio.to_thread(
        site.shell, tools, 'pg_dump --schema-only --enable-row-security "$CROSSVIEW_MIGRATE_URL"', "postgres", database
    )
    assert ran.returncode == 0, ran.stderr
    # Each dump has a random word of its own against what a name may smuggle in.
    return [line for line in ran.stdout.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


async def wrong_with(site: Site, database: str) -> dict[str, Any]:
    """What contradicts itself in a database, and what the doctor says against it."""
    async with connected(site.dsn("postgres", database)) as admin:
        wrong: dict[str, Any] = await unsound(admin)
        wrong |= {row["what"]: (row["told"], row["done"]) for row in await admin.fetch(EVENTS_AND_CHANGES)}
    asked = await asyncio.to_thread(crossview, site.folder, "doctor", **site.variables(database))
    unwell = [line for line in asked.stdout.splitlines() if line.startswith(("problem", "warning"))]
    return wrong | ({"doctor": unwell} if unwell or asked.returncode else {})


async def texts_in(site: Site, database: str, workspace: str) -> set[str]:
    """Everything that people of a workspace wrote into a database."""
    wrote = (
        "select text from workspace join (select workspace_id, text from revision union all select workspace_id, text"
        " from comment) written using (workspace_id) where name = $1"
    )
    async with connected(site.dsn("postgres", database)) as admin:
        return {row["text"] for row in await admin.fetch(wrote, workspace)}


async def keys_in(site: Site, database: str, workspace: str) -> set[str]:
    """The keys of one workspace whose answers a database has kept."""
    async with connected(site.dsn("postgres", database)) as admin:
        rows = await admin.fetch(
            "select key from kept_answer join workspace using (workspace_id) where name = $1", workspace
        )
    return {row["key"] for row in rows}


async def restored(site: Site, tools: Path, login: str, database: str) -> None:
    """Restore the dump that lies in the folder, as one of the logins."""
    await site.as_superuser(f"create database {database} owner deployer")
    ran = await asyncio.to_thread(site.shell, tools, commands("pg_restore --dbname"), login, database)
    if login == "postgres":
        assert (ran.returncode, ran.stderr) == (0, "")
    else:
        assert "pg_restore: warning: errors ignored on restore: 3" in ran.stderr
        await site.as_deployer(commands("owner to crossview_gate"), database=database)


async def exports(url: str, token: str) -> dict[str, bytes]:
    """Every script as its canonical document, and what each sealed version says of its seal."""
    found: dict[str, bytes] = {}
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        for script in (await client.get("/v1/scripts")).raise_for_status().json()["items"]:
            path = f"/v1/scripts/{script['id']}"
            found[f"{path}/document"] = (await client.get(f"{path}/document")).raise_for_status().content
            for version in (await client.get(f"{path}/versions")).json():
                verified = await client.get(f"{path}/versions/{version['number']}/verify")
                assert verified.json()["intact"] is True
                found[f"{path}/versions/{version['number']}"] = verified.content
    assert len(found) > 2
    return found


@pytest.mark.parametrize("login", ["postgres", "deployer"])
async def test_dump_under_load_is_a_state_between_two_commits(
    site: Site,
    elsewhere: Site,
    tools: Path,
    busy: Busy,
    tmp_path: Path,
    login: str,
    record_property: Told,
) -> None:
    place = site if login == "postgres" else elsewhere
    with busy.writing():
        await asyncio.sleep(0.5)
        before = {write.text for write in busy.writers.asked if write.method != "PUT" and write.status in (200, 201)}
        begun = monotonic()
        dumped = await asyncio.to_thread(site.shell, tools, commands("pg_dump --enable"), "deployer", "own")
        took = monotonic() - begun
        known = {write.text for write in busy.writers.asked}
        await asyncio.sleep(0.5)
    await busy.rest()
    database = f"back_{login}"

    assert (dumped.returncode, dumped.stderr) == (0, "")
    await restored(place, tools, login, database)

    assert await wrong_with(place, database) == {}
    assert await schema_of(place, tools, database) == await schema_of(site, tools, "own")
    kept = await texts_in(place, database, tmp_path.name)
    later = {write.text for write in busy.writers.asked} - known
    assert before <= kept
    assert later
    assert kept & later == set()
    keyed = {write.headers["Idempotency-Key"] for write in busy.writers.asked if write.is_keyed and write.text in kept}
    assert await keys_in(place, database, tmp_path.name) == keyed
    record_property(
        "figure",
        f"backup under load, restored as {login}: dumped in {took:.1f} s beside {len(busy.writers.asked)} writes;"
        f" {len(before)} acknowledged before are in it, {len(later)} asked after are not, all laws hold",
    )


async def test_restored_database_is_served_with_the_same_documents_and_seals(
    site: Site, tools: Path, busy: Busy, tmp_path: Path
) -> None:
    with busy.writing():
        await asyncio.sleep(0.3)
    await busy.rest()
    token = busy.writers.token
    before = await exports(busy.service.url, token)
    dumped = await asyncio.to_thread(site.shell, tools, commands("pg_dump --enable"), "deployer", "own")
    assert (dumped.returncode, dumped.stderr) == (0, "")
    await restored(site, tools, "deployer", "served")

    with site.serving(tmp_path / "restored", "served") as second:
        assert await exports(second.url, token) == before
        again = Busy(second, copy(busy.writers))
        again.writers.url, again.writers.asked = second.url, []
        with again.writing():
            await asyncio.sleep(0.3)
        await again.rest()
    assert {write.status for write in again.writers.asked} & {200, 201}
    assert await wrong_with(site, "served") == {}


@pytest.mark.parametrize(
    ("login", "line", "complaint"),
    [
        ("deployer", "pg_dump", "query would be affected by row-level security policy"),
        ("service", "pg_dump", "user may lack SELECT privilege on the sequence"),
        ("service", "pg_dump --enable-row-security", "user may lack SELECT privilege on the sequence"),
    ],
    ids=["owner-without-the-option", "service", "service-with-the-option"],
)
async def test_dump_that_the_walls_would_filter_fails(
    site: Site, tools: Path, login: str, line: str, complaint: str
) -> None:
    ran = await asyncio.to_thread(site.shell, tools, f'{line} "$CROSSVIEW_MIGRATE_URL"', login, "own")

    assert ran.returncode == 1
    assert complaint in ran.stderr


async def test_row_security_off_refuses_instead_of_filtering(site: Site) -> None:
    async with connected(site.dsn("service", "own")) as connection:
        await connection.execute("set row_security = off")

        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="would be affected by row-level security policy"):
            await connection.fetch("select * from script")


async def test_copy_of_the_data_folder_is_the_whole_installation(memory: Path, record_property: Told) -> None:
    first, second = (Service(memory / name) for name in ("first", "second"))
    first.folder.mkdir()
    second.folder.mkdir()
    await asyncio.to_thread(first.start)
    try:
        writers = Writers(first.url, await asyncio.to_thread(first.token), random.Random(SEED))
        await writers.prepare()
        async with writers.client() as client:
            await connect_and_finish(client)
        before = await exports(first.url, writers.token)
        code, _ = await asyncio.to_thread(first.terminate)
        subprocess.run(["cp", "-a", ".crossview", str(second.folder)], cwd=first.folder, check=True)
        ready = await asyncio.to_thread(second.start)
        after = await exports(second.url, writers.token)
        asked = await asyncio.to_thread(crossview, second.folder, "doctor")
    finally:
        await asyncio.to_thread(first.stop)
        await asyncio.to_thread(second.stop)

    assert code == 0
    assert after == before
    assert (asked.returncode, asked.stdout.splitlines()[-1]) == (0, "All is well: 29 checks.")
    record_property(
        "figure", f"copy of the data folder: ready after {ready:.1f} s, {len(after)} documents and seals equal"
    )
