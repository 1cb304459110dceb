"""Migrations: numbered `.sql` files, forward only, each run once, in its own transaction, under one lock.

A file that was changed after it ran is refused by its checksum. `-- include PACKAGE FILE` stands for the text of a file that
an installed package ships; the checksum covers our own text only. A file `.notx.sql` is one statement that runs outside of a
transaction, such as `create index concurrently`.

Everybody who wants a table waits behind a migration that waits for it. So it gives up soon, lets them pass, and tries again.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from typing import Any, TypeAlias

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"

SCHEMA = "crossview"
_LOCK = 4_372_031_877_125_310_001
"""Advisory lock that migrating processes take in turn; any constant that nobody else uses would do."""
_FILE = re.compile(r"^(?P<name>(?P<number>\d{4})_[a-z0-9_]+)(?P<outside>\.notx)?\.sql$")
_INDEX = re.compile(
    r"^\s*create\s+(?:unique\s+)?index\s+concurrently\s+(?:if\s+not\s+exists\s+)?(?P<name>\w+)\s+on\s",
    re.IGNORECASE | re.MULTILINE,
)
_INCLUDE = re.compile(r"^-- include (?P<package>[\w.]+) (?P<file>[\w./]+)$", re.MULTILINE)
_ROLES = "roles.sql"

LOCK_WAIT = 1.0
"""Seconds that a migration waits for a lock, and everybody else behind it: less than a request waits for a connection, so that
a pool whose connections all stand there turns nobody away."""
TRIES = 30
PAUSE = 1.0
"""Seconds that others have between two tries."""
TURN = 0.1
"""Seconds until somebody whose turn it is not asks again."""


class Migration(msgspec.Struct, frozen=True):
    """One step: `text` is the file as we wrote it, `checksum` its SHA-256, `outside` whether it needs no transaction."""

    number: int
    name: str
    text: str
    checksum: str
    outside: bool = False

    @property
    def sql(self) -> str:
        """What is run: the text with what it includes."""
        return _INCLUDE.sub(_included, self.text)


class SchemaBehind(Exception):
    """The database lacks migrations; the message says what to run."""


class EditedMigration(Exception):
    """A migration was changed after it ran here; the message names it."""


class BlockedMigration(Exception):
    """Somebody else keeps a lock that a migration needs; the message says what to do."""


def shipped(package: str = "crossview.migrations") -> list[Migration]:
    """The migrations of a package, by number.

    Raises `ValueError` when two files share a number.
    """
    found: dict[int, Migration] = {}
    for file in resources.files(package).iterdir():
        match = _FILE.match(file.name)
        if match is None:
            continue
        text = file.read_text(encoding="utf-8")
        number = int(match["number"])
        if number in found:
            raise ValueError(f"two migrations have the number {number:04}")
        found[number] = Migration(
            number=number,
            name=match["name"],
            text=text,
            checksum=hashlib.sha256(text.encode()).hexdigest(),
            outside=match["outside"] is not None,
        )
    return [found[number] for number in sorted(found)]


async def migrate(connection: Connection, package: str = "crossview.migrations") -> list[str]:
    """Bring a database up to date and return the names of what ran.

    Raises `EditedMigration` when the database ran another text under the same number, `BlockedMigration` when a table stays
    locked for all `TRIES`. Concurrent calls wait for each other.
    """
    roles = (resources.files(package) / _ROLES).read_text(encoding="utf-8")
    async with _in_turn(connection), connection.transaction():
        await connection.execute(roles)
    return [migration.name for migration in shipped(package) if await _step(connection, migration)]


async def _step(connection: Connection, migration: Migration) -> bool:
    """Run a migration unless it ran before; tells whether it ran now."""
    for _ in range(TRIES):
        try:
            async with _in_turn(connection):
                if new := await _is_new(connection, migration):
                    await (_run_outside if migration.outside else _run)(connection, migration)
                return new
        except asyncpg.LockNotAvailableError:
            await asyncio.sleep(PAUSE)
    raise BlockedMigration(
        f"{migration.name} needs a table that another transaction keeps locked. End that transaction (pg_stat_activity lists"
        " it with the oldest xact_start), then run `crossview migrate` again."
    )


@asynccontextmanager
async def _in_turn(connection: Connection) -> AsyncIterator[None]:
    """No other migrating process works meanwhile.

    Whoever waits asks again and holds no transaction open: an index that is built concurrently waits for the end of every
    transaction, and that one would be waiting for the index.
    """
    while not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):  # noqa: ASYNC110 - it is held elsewhere
        await asyncio.sleep(TURN)
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("select pg_advisory_unlock($1)", _LOCK)


async def pending(connection: Connection, package: str = "crossview.migrations") -> list[str]:
    """The names of the migrations that a database still lacks. Raises `EditedMigration` as `migrate` does."""
    if not await connection.fetchval("select to_regclass('crossview.migration') is not null"):
        return [migration.name for migration in shipped(package)]
    return [migration.name for migration in shipped(package) if await _is_new(connection, migration)]


async def _is_new(connection: Connection, migration: Migration) -> bool:
    checksum = await connection.fetchval("select checksum from crossview.migration where number = $1", migration.number)
    if checksum is not None and checksum != migration.checksum:
        raise EditedMigration(
            f"{migration.name} was changed after it ran on this database. Put the old text back and write a new migration."
        )
    return checksum is None


async def _run(connection: Connection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(
            f"set local lock_timeout = '{LOCK_WAIT}s'; set local search_path = crossview; set local role crossview_owner"
        )
        await connection.execute(migration.sql)
        await connection.execute("reset role; set local search_path = crossview")
        await _write_down(connection, migration)


async def _run_outside(connection: Connection, migration: Migration) -> None:
    """It may wait for long, since nobody waits behind it: such a statement takes no lock that a reader or writer wants."""
    await connection.execute("set search_path = crossview; set role crossview_owner")
    try:
        if index := _INDEX.search(migration.sql):
            # A run that died has left it half built, or whole and not written down.
            await connection.execute(f"drop index concurrently if exists {index['name']}")
        await connection.execute(migration.sql)
    finally:
        if not connection.is_closed():
            await connection.execute("reset role; reset search_path")
    await _write_down(connection, migration)


async def _write_down(connection: Connection, migration: Migration) -> None:
    await connection.execute(
        "insert into crossview.migration (number, name, checksum) values ($1, $2, $3)",
        migration.number,
        migration.name,
        migration.checksum,
    )


def _included(match: re.Match[str]) -> str:
    return (resources.files(match["package"]) / match["file"]).read_text(encoding="utf-8")
