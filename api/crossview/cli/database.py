"""The database of a command: the embedded PostgreSQL, or the server that CROSSVIEW_DATABASE_URL names."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import msgspec

from crossview.cli.failures import CommandFailed
from crossview.foundation.migrations import migrate, pending
from crossview.foundation.settings import Settings
from crossview.postgres import EmbeddedPostgres, PostgresNotRunning, running_dsn

# The embedded login gets what docs/operations.md has the operator of another server grant.
_LET_LOGIN_IN = "grant crossview_app, crossview_worker to crossview"


class Addresses(msgspec.Struct, frozen=True):
    """`app` is what the service connects to, `owner` the login that owns the schema. They hold passwords: never log them."""

    app: str
    owner: str


@asynccontextmanager
async def ready_database(settings: Settings) -> AsyncIterator[Addresses]:
    """The database of `serve`, up to date for as long as the context lasts.

    The embedded one is started and migrated; when it dies, the body is cancelled and `PostgresDied` comes out. A server that
    the settings name is never migrated: it raises `CommandFailed` when migrations are pending.
    """
    if settings.database_url:
        addresses = _named(settings)
        await refuse_pending(addresses.app)
        yield addresses
        return
    async with EmbeddedPostgres(settings.data_folder) as embedded:
        addresses = Addresses(app=embedded.dsn(), owner=embedded.admin)
        await bring_up_to_date(settings, addresses)
        async with asyncio.TaskGroup() as watch:
            watching = watch.create_task(embedded.wait_failed())
            try:
                yield addresses
            finally:
                watching.cancel()


@asynccontextmanager
async def existing_database(settings: Settings) -> AsyncIterator[Addresses]:
    """The database for a command that may run beside `serve`: the running one, or else the embedded one for the moment."""
    if not settings.database_url and (running := await _running(settings)):
        yield running
        return
    async with ready_database(settings) as addresses:
        yield addresses


@asynccontextmanager
async def database_to_migrate(settings: Settings) -> AsyncIterator[Addresses]:
    """The database as it is, whatever migrations it lacks."""
    if settings.database_url:
        yield _named(settings)
    elif running := await _running(settings):
        yield running
    else:
        async with EmbeddedPostgres(settings.data_folder) as embedded:
            yield Addresses(app=embedded.dsn(), owner=embedded.admin)


async def bring_up_to_date(settings: Settings, addresses: Addresses) -> list[str]:
    """Run the migrations that the database lacks, as the owner of the schema; returns their names."""
    connection = await asyncpg.connect(addresses.owner)
    try:
        ran = await migrate(connection)
        if not settings.database_url:
            await connection.execute(_LET_LOGIN_IN)
    finally:
        await connection.close()
    return ran


async def refuse_pending(dsn: str) -> None:
    """Raises `CommandFailed` when the database lacks migrations."""
    connection = await asyncpg.connect(dsn)
    try:
        missing = await pending(connection)
    finally:
        await connection.close()
    if missing:
        count = "1 migration" if len(missing) == 1 else f"{len(missing)} migrations"
        raise CommandFailed(f"The database lacks {count}. Run `crossview migrate`, then start again.")


def addresses_of(settings: Settings) -> Addresses:
    """Where the database answers when it runs: the server that the settings name, or the embedded one that a process leads.

    Raises `PostgresNotRunning` when none leads one.
    """
    if settings.database_url:
        return _named(settings)
    return Addresses(app=running_dsn(settings.data_folder), owner=running_dsn(settings.data_folder, "postgres"))


def _named(settings: Settings) -> Addresses:
    return Addresses(app=settings.database_url, owner=settings.migrate_url or settings.database_url)


async def _running(settings: Settings) -> Addresses | None:
    """The addresses of the embedded server that another process leads; None when nobody answers there."""
    try:
        addresses = addresses_of(settings)
        connection = await asyncpg.connect(addresses.owner, timeout=5)
    except (PostgresNotRunning, OSError):  # The address of a process that was killed may be left.
        return None
    await connection.close()
    return addresses
