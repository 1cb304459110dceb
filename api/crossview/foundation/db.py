"""The pool, and the only ways into a workspace: every statement runs in a transaction that has entered one.

Entering sets `cv.workspace` for that transaction alone; row-level security then hides every other workspace, whatever a
statement forgets (docs/decisions/0005-second-wall.md). A `Visit` is a transaction of several statements; a `Call` is one
statement that does it all, for the few operations that everybody waits for (docs/decisions/0011-calls.md).
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, TypeVar, get_args, get_origin
from uuid import UUID

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from crossview.foundation.auth import Actor
from crossview.foundation.clock import Clock
from crossview.foundation.errors import NotAllowed, NotSignedIn, Refusal, Unavailable
from crossview.foundation.migrations import pending
from crossview.foundation.permissions import Permission, Reach, Role, roles_by_reach

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Row = TypeVar("Row", bound=msgspec.Struct)

POOL_WAIT = 2.0
"""Seconds a request waits for a free connection before it is told that the database is busy."""
ANSWER_WAIT = 4.5
"""Seconds that PostgreSQL has for an answer. It stops its own work a little earlier, and only a dead line takes so long."""
_ENTER = "select workspace_id, member_id, department_id, role, scopes from enter($1)"
_ENTER_BY_INVITATION = "select workspace_id, invitation_id from enter_by_invitation($1)"
_NOT_ALLOWED = "CV403"
"""The SQLSTATE that `admit` raises, with the role as its message."""
_SERVER_SETTINGS = {
    "role": "crossview_app",
    "search_path": "crossview",
    "jit": "off",
    "timezone": "UTC",
    "statement_timeout": "4s",
    "idle_in_transaction_session_timeout": "5s",
}


class Visit:
    """One use case's stay in a workspace: a transaction, who acts, how far their rights reach, and what time it is.

    `interests` maps the name of each plugin to the moments it takes; `woken` is set when jobs were enqueued, so that the
    queue hears of them after the commit.
    """

    __slots__ = ("actor", "connection", "interests", "now", "reach", "woken")

    def __init__(
        self,
        connection: Connection,
        actor: Actor,
        reach: Reach,
        now: datetime,
        interests: Mapping[str, frozenset[str]],
    ) -> None:
        self.connection = connection
        self.actor = actor
        self.reach = reach
        self.now = now
        self.interests = interests
        self.woken = False

    @property
    def workspace_id(self) -> UUID:
        """The workspace that the transaction has entered, the first argument of every statement."""
        return self.actor.workspace_id

    @property
    def everywhere(self) -> bool:
        """Whether the actor's rights reach the whole workspace, not only what the own department is invited to."""
        return self.reach is Reach.ALL

    async def one(self, kind: type[Row], statement: str, *args: object) -> Row | None:
        """The first row as a struct, columns in the order of its fields, or None."""
        row = await self.connection.fetchrow(statement, *args)
        return None if row is None else _struct(kind, row)

    async def many(self, kind: type[Row], statement: str, *args: object) -> list[Row]:
        """All rows as structs, columns in the order of the fields."""
        return [_struct(kind, row) for row in await self.connection.fetch(statement, *args)]

    async def value(self, statement: str, *args: object) -> Any:
        """The first column of the first row, or None."""
        return await self.connection.fetchval(statement, *args)

    async def run(self, statement: str, *args: object) -> int:
        """Run a statement and return how many rows it touched."""
        status = await self.connection.execute(statement, *args)
        return int(status.rsplit(" ", 1)[-1]) if status[-1:].isdigit() else 0


class Call:
    """One use case that is a single statement: it enters, decides, writes and answers in one round trip.

    The statement is a function of the schema whose first five arguments a call fills in: the hash of the token, the permission
    and the roles that have it. `admit` looks at them before anything else happens.
    """

    __slots__ = ("_admission", "_database", "_permission", "_token_hash")

    def __init__(self, database: "Database", token_hash: bytes, permission: Permission) -> None:
        self._database = database
        self._token_hash = token_hash
        self._permission = permission
        self._admission = (token_hash, *_admission(permission))

    @property
    def now(self) -> datetime:
        """What time it is, in UTC."""
        return self._database.now

    async def one(self, kind: type[Row], statement: str, *args: object) -> Row:
        """The only row as a struct, columns in the order of its fields.

        Raises `NotSignedIn`, `NotAllowed`, `Unavailable`.
        """
        (row,) = await self.many(kind, statement, *args)
        return row

    async def many(self, kind: type[Row], statement: str, *args: object) -> list[Row]:
        """All rows as structs, columns in the order of the fields. Raises as `one` does."""
        async with self._database.outside() as connection:
            try:
                rows = await connection.fetch(statement, *self._admission, *args)
            except asyncpg.InvalidAuthorizationSpecificationError as error:
                raise NotSignedIn from error
            except asyncpg.PostgresError as error:
                if error.sqlstate != _NOT_ALLOWED:
                    raise
                raise NotAllowed(role=str(error), permission=self._permission) from error
        return [_struct(kind, row) for row in rows]

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[Visit]:
        """A longer stay of the same caller, for what a call found missing."""
        async with self._database.visit(self._token_hash) as visit:
            visit.reach = visit.actor.reach(self._permission)
            yield visit


@cache
def _admission(permission: Permission) -> tuple[str, list[str], list[str], list[str]]:
    roles = roles_by_reach(permission)
    return permission.value, roles[Reach.ALL], roles[Reach.OWN], roles[Reach.SCOPED]


@contextmanager
def refusing(constraint: str, refusal: Refusal) -> Iterator[None]:
    """Explain the violation of one constraint by name; the database guards the rule, the refusal says it in words."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        if error.constraint_name != constraint:
            raise
        raise refusal from error


class Database:
    """The API's connections to PostgreSQL, as the role that owns nothing and bypasses nothing."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", clock: Clock) -> None:
        self._pool = pool
        self._clock = clock
        self.interests: Mapping[str, frozenset[str]] = {}

    @classmethod
    async def connect(cls, dsn: str, *, clock: Clock, size: int = 8) -> "Database":
        """Open a pool of `size` connections. Raises `OSError` or `asyncpg.PostgresError` when the server is not there."""
        pool = await asyncpg.create_pool(
            dsn,
            min_size=1,
            max_size=size,
            reset=_reset,
            init=_speak_json,
            server_settings=_SERVER_SETTINGS,
            command_timeout=ANSWER_WAIT,
            # An idle connection is kept: to watch each for idleness would set a timer with every request.
            max_inactive_connection_lifetime=0,
        )
        return cls(pool, clock)

    @property
    def now(self) -> datetime:
        """What time it is, in UTC."""
        return self._clock.now()

    async def close(self) -> None:
        """Give the connections back, within a few seconds even when one is stuck."""
        try:
            await asyncio.wait_for(self._pool.close(), timeout=5)
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def visit(self, token_hash: bytes) -> AsyncIterator[Visit]:
        """A transaction in the workspace of a token; commits when the block ends, rolls back when it raises.

        Raises `NotSignedIn` for an unknown, revoked or expired token, `Unavailable` when the database is away or busy.
        """
        async with self._transaction() as connection:
            try:
                row = await connection.fetchrow(_ENTER, token_hash)
            except asyncpg.InvalidAuthorizationSpecificationError as error:
                raise NotSignedIn from error
            assert row is not None
            workspace_id, member_id, department_id, role, scopes = row
            actor = Actor(workspace_id, member_id, department_id, Role(role), None if scopes is None else tuple(scopes))
            yield self._visit(connection, actor, Reach.NEVER)

    @asynccontextmanager
    async def visit_by_invitation(self, link_hash: bytes) -> AsyncIterator[tuple[Visit, UUID]]:
        """A transaction in the workspace of an invitation link, with the id of the invitation.

        Raises `NotSignedIn` for a link that was used, revoked, has expired or never was.
        """
        async with self._transaction() as connection:
            try:
                row = await connection.fetchrow(_ENTER_BY_INVITATION, link_hash)
            except asyncpg.InvalidAuthorizationSpecificationError as error:
                raise NotSignedIn from error
            assert row is not None
            workspace_id, invitation_id = row
            yield self._visit(connection, _system(workspace_id), Reach.NEVER), invitation_id

    @asynccontextmanager
    async def visit_as_service(self, workspace_id: UUID) -> AsyncIterator[Visit]:
        """A transaction in a known workspace without a member, for the worker and the operator's command line only."""
        async with self._transaction() as connection:
            await connection.execute("select set_config('cv.workspace', $1, true)", str(workspace_id))
            yield self._visit(connection, _system(workspace_id), Reach.ALL)

    @asynccontextmanager
    async def outside(self) -> AsyncIterator[Connection]:
        """A connection that has entered no workspace: it sees none of their rows. For calls, readiness and the queue.

        Raises `Unavailable` when there is none within `POOL_WAIT`, or when it is lost while it is used.
        """
        pool = self._pool
        # A timeout costs a tenth of a quick request, and with all connections open and one free there is nothing to wait for.
        at_hand = pool.get_size() == pool.get_max_size() and pool.get_idle_size() > 0
        try:
            connection = await pool.acquire(timeout=None if at_hand else POOL_WAIT)
        except _AWAY as error:
            raise Unavailable from error
        calm = False
        try:
            yield connection
            calm = True
        except _SILENT as error:
            connection.terminate()
            raise Unavailable from error
        except _LOST as error:
            raise Unavailable from error
        finally:
            # Only a block that failed or was given up may leave something to wait for.
            await pool.release(connection, timeout=None if calm else POOL_WAIT)

    async def is_current(self) -> bool:
        """Whether the database answers and has all migrations. Raises `Unavailable` when it does not answer."""
        async with self.outside() as connection:
            return not await pending(connection)

    def _visit(self, connection: Connection, actor: Actor, reach: Reach) -> Visit:
        return Visit(connection, actor, reach, self._clock.now(), self.interests)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with self.outside() as connection, connection.transaction():
            try:
                yield connection
            except _SILENT:
                # A rollback would wait for the same answer.
                connection.terminate()
                raise


# The server does not answer, or the driver has lost its place in the conversation.
_SILENT = (TimeoutError, asyncpg.InternalClientError)
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.QueryCanceledError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.DiskFullError,
    asyncpg.TooManyConnectionsError,
    ConnectionError,
)
_AWAY = (*_LOST, *_SILENT, OSError)


def _system(workspace_id: UUID) -> Actor:
    return Actor(workspace_id, UUID(int=0), None, Role.SERVICE, None)


def _struct(kind: type[Row], row: asyncpg.Record) -> Row:
    assert tuple(row.keys()) == kind.__struct_fields__, f"{kind.__name__}: {tuple(row.keys())}"
    values = list(row)
    for position, richer in _richer_fields(kind):
        if values[position] is not None:
            values[position] = msgspec.convert(values[position], richer)
    return kind(*values)


@cache
def _richer_fields(kind: type[msgspec.Struct]) -> tuple[tuple[int, Any], ...]:
    """The fields that hold an enumeration, a struct or a tuple where PostgreSQL knows text, JSON or an array."""
    return tuple(
        (position, field.type)
        for position, field in enumerate(msgspec.structs.fields(kind))
        if any(_is_richer(part) for part in (field.type, *get_args(field.type)))
    )


def _is_richer(kind: Any) -> bool:
    plain = get_origin(kind) or kind
    return isinstance(plain, type) and issubclass(plain, Enum | msgspec.Struct | tuple)


async def _reset(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Leave the connection as it is: asyncpg has ended an open transaction by now, and a local setting dies with it.

    asyncpg's own reset would cost one more round trip on every release.
    """


async def _speak_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name, encoder=_encode_json, decoder=msgspec.json.decode, schema="pg_catalog", format="text"
        )


def _encode_json(value: object) -> str:
    return msgspec.json.encode(value).decode()
