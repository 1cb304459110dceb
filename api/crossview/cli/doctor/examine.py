"""All checks in an order that makes sense: the folder, the server, the schema, what is on its way, the content.

What one check needs and another found missing is not looked at: the sentence of the other says how to get there.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import asyncpg
import msgspec

from crossview.cli.database import addresses_of
from crossview.cli.doctor import content, deliveries, folder, schema, server
from crossview.cli.doctor.findings import Finding, State, counted, problem, warning, well
from crossview.foundation.clock import Clock
from crossview.foundation.migrations import Connection
from crossview.foundation.settings import Settings
from crossview.postgres import EmbeddedPostgresError

IN_THE_FOLDER = (folder.private_files, folder.disk_space)
AS_THE_APPLICATION = (server.version, server.durability, server.login)
AS_THE_OWNER = (
    schema.roles,
    schema.walls,
    schema.keys,
    schema.indexes,
    schema.functions,
    schema.owners,
    schema.rights,
    schema.queue_triggers,
    deliveries.waiting_jobs,
    deliveries.stalled_jobs,
    deliveries.dead_deliveries,
    deliveries.disabled_connections,
    content.time_zones,
    content.sealed_versions,
    content.tallies,
    content.rounds,
    content.items,
    content.revisions,
    content.phases,
    content.events,
)
REACH = 5.0
"""Seconds that the database has to let the doctor in."""
LONGEST = 60
"""Seconds after which a check is left off, so that it burdens nobody."""

Check = Callable[[Connection], Awaitable[Finding]]


async def examine(settings: Settings, clock: Clock) -> list[Finding]:
    """Look at everything that can be looked at. It only reads, and it does not fail: what it cannot do is a finding too."""
    findings = [_looked_into(check, settings) for check in IN_THE_FOLDER]
    try:
        addresses = addresses_of(settings)
    except EmbeddedPostgresError as error:
        return [*findings, problem("database", str(error))]
    except (OSError, msgspec.DecodeError):
        return [
            *findings,
            problem("database", "The files server.json and passwords.json cannot be read. Look at their owner."),
        ]
    async with AsyncExitStack() as open_connections:
        app = await _let_in(open_connections, addresses.app)
        if isinstance(app, str):
            return [
                *findings,
                problem("database", f"The database does not let the service in: {app}. {_advice(settings)}"),
            ]
        findings.append(well("database", "The database lets the service in."))
        findings += [await _looked_at(check, app) for check in AS_THE_APPLICATION]
        findings.append(await _looked_at(partial(server.clocks, clock=clock), app, "clocks"))
        findings.append(migrated := await _looked_at(schema.migrations, app))
        if migrated.state is not State.OK:
            return findings
        owner = await _let_in(open_connections, addresses.owner, as_owner=True)
        if isinstance(owner, str):
            unseen = (
                f"Schema and content were not looked at: {owner}. Set CROSSVIEW_MIGRATE_URL to the login that migrates."
            )
            return [*findings, problem("owner", unseen)]
        findings += [await _looked_at(check, owner) for check in AS_THE_OWNER]
        findings.append(await _looked_at(partial(content.secret_key, settings=settings), owner, "secret key"))
    return findings


def _advice(settings: Settings) -> str:
    if settings.database_url:
        return "Look whether the server runs, and at CROSSVIEW_DATABASE_URL."
    return "Start `crossview serve` on this data folder."


async def _let_in(open_connections: AsyncExitStack, dsn: str, *, as_owner: bool = False) -> "Connection | str":
    """A connection that can only read, or why there is none."""
    try:
        return await open_connections.enter_async_context(_connection(dsn, as_owner=as_owner))
    except asyncpg.PostgresError as error:
        return _one_line(error)
    except OSError as error:
        return error.strerror or "nobody answers"
    except (asyncpg.InterfaceError, ValueError):  # What it says may quote the address, and with it the password.
        return "its address cannot be read"


@asynccontextmanager
async def _connection(dsn: str, *, as_owner: bool) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(
        dsn,
        timeout=REACH,
        command_timeout=LONGEST + REACH,
        server_settings={
            "application_name": "crossview doctor",
            "search_path": "crossview",
            "timezone": "UTC",
            "jit": "off",
            "statement_timeout": f"{LONGEST}s",
            "default_transaction_read_only": "on",
        },
    )
    try:
        if as_owner:
            await connection.execute("set role crossview_owner")
        yield connection
    finally:
        await connection.close(timeout=REACH)


def _looked_into(check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return check(settings)
    except OSError as error:
        reason = f"The data folder cannot be looked into: {error.strerror}. Run this as the account that serves."
        return problem(_name(check), reason)


async def _looked_at(check: Check, connection: Connection, name: str = "") -> Finding:
    """What a check finds, or that it could not look."""
    name = name or _name(check)
    try:
        return await check(connection)
    except (asyncpg.QueryCanceledError, TimeoutError):
        return warning(
            name, f"This took longer than {counted(LONGEST, 'second')} and was left off. Look when there is less to do."
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        return problem(
            name, f"This could not be looked at: {_one_line(error)}. See to the other findings, then look again."
        )


def _name(check: Callable[..., object]) -> str:
    return getattr(check, "__name__", "").replace("_", " ")


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
