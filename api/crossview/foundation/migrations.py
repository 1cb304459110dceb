"""Migrations: numbered `.sql` files, forward only, each run once, in its own transaction, under one lock.

A file that was changed after it ran is refused by its checksum. `-- include PACKAGE FILE` stands for the text of a file that
an installed package ships; the checksum covers our own text only.
"""

import hashlib
import re
from importlib import resources
from typing import Any, TypeAlias

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "asyncpg.Connection[Any] | PoolConnectionProxy[Any]"

SCHEMA = "crossview"
_LOCK = 4_372_031_877_125_310_001
"""Advisory lock that migrating processes take in turn; any constant that nobody else uses would do."""
_FILE = re.compile(r"^(?P<number>\d{4})_(?P<what>[a-z0-9_]+)\.sql$")
_INCLUDE = re.compile(r"^-- include (?P<package>[\w.]+) (?P<file>[\w./]+)$", re.MULTILINE)
_ROLES = "roles.sql"


class Migration(msgspec.Struct, frozen=True):
    """One step: `sql` is the text to run, `checksum` the SHA-256 of the file as we wrote it."""

    number: int
    name: str
    sql: str
    checksum: str


class SchemaBehind(Exception):
    """The database lacks migrations; the message says what to run."""


class EditedMigration(Exception):
    """A migration was changed after it ran here; the message names it."""


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
            name=file.name.removesuffix(".sql"),
            sql=_INCLUDE.sub(_included, text),
            checksum=hashlib.sha256(text.encode()).hexdigest(),
        )
    return [found[number] for number in sorted(found)]


async def migrate(connection: Connection, package: str = "crossview.migrations") -> list[str]:
    """Bring a database up to date and return the names of what ran.

    Raises `EditedMigration` when the database ran another text under the same number. Concurrent calls wait for each other.
    """
    ran: list[str] = []
    roles = (resources.files(package) / _ROLES).read_text(encoding="utf-8")
    for migration in [None, *shipped(package)]:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
            if migration is None:
                await connection.execute(roles)
            elif await _is_new(connection, migration):
                await _run(connection, migration)
                ran.append(migration.name)
    return ran


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
    await connection.execute(
        "set local lock_timeout = '2s'; set local search_path = crossview; set local role crossview_owner"
    )
    await connection.execute(migration.sql)
    await connection.execute("reset role; set local search_path = crossview")
    await connection.execute(
        "insert into crossview.migration (number, name, checksum) values ($1, $2, $3)",
        migration.number,
        migration.name,
        migration.checksum,
    )


def _included(match: re.Match[str]) -> str:
    return (resources.files(match["package"]) / match["file"]).read_text(encoding="utf-8")
