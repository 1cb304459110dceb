"""A PostgreSQL of its own with a company in it, at the scale asked for."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import msgspec

from crossview.foundation.migrations import migrate
from crossview.foundation.sql import parse
from crossview.postgres import EmbeddedPostgres

SETTINGS = {"shared_buffers": "1GB", "max_connections": "100", "jit": "off", "max_wal_size": "4GB"}


class Company(msgspec.Struct, frozen=True):
    """A seeded database: `scripts` in all, each tenth with `votes` ballots on each of its 50 questions."""

    dsn: str
    scripts: int
    votes: int


class Cluster:
    """The running server; `pid` is its postmaster."""

    def __init__(self, dsn: str, folder: Path) -> None:
        self._dsn = dsn
        self.folder = folder
        self.pid = int(next(folder.rglob("postmaster.pid")).read_text().split("\n")[0])

    def dsn(self, database: str) -> str:
        """The address of a database."""
        return re.sub(r"/\w+\?", f"/{database}?", self._dsn)

    async def company(self, scale: int, votes: int, told: Callable[[str], None]) -> Company:
        """A database of that size, made unless it is there."""
        name, scripts = f"company_{scale}_{votes}", 2000 * scale
        admin = await asyncpg.connect(self._dsn)
        if not await admin.fetchval("select exists (select from pg_database where datname = $1)", name):
            told(f"seeding {scripts} scripts, {votes} votes a question")
            await admin.execute(f"create database {name}_half")
            await _seed(self.dsn(f"{name}_half"), {"scripts": scripts, "votes": votes})
            await admin.execute(f"alter database {name}_half rename to {name}")
        await admin.close()
        kept = await asyncpg.connect(self.dsn(name))
        await migrate(kept)
        await kept.close()
        return Company(self.dsn(name), scripts, votes)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Cluster]:
    """A cluster in that folder, with real fsync, kept for the next run."""
    async with EmbeddedPostgres(folder, settings=SETTINGS) as embedded:
        yield Cluster(embedded.dsn("postgres"), folder)


async def _seed(dsn: str, sizes: dict[str, int]) -> None:
    connection = await asyncpg.connect(dsn)
    await migrate(connection)
    # Triggers and references are left out: what is written is right by the way it is made.
    await connection.execute("set search_path = crossview; set session_replication_role = replica")
    text = (Path(__file__).parent / "company.sql").read_text(encoding="utf-8")
    for name, statement in parse(text, "company.sql").items():
        size = sizes["votes"] if name == "ballots" else sizes["scripts"]
        await connection.execute(statement, *([size] if "$1" in statement else []), timeout=3600)
    await connection.execute("vacuum analyze", timeout=3600)
    await connection.close()
