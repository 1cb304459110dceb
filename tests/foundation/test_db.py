"""The wall, seen from inside: what a transaction sees, and what it leaves behind on its connection."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio

from crossview.foundation import db
from crossview.foundation.auth import Actor, digest
from crossview.foundation.clock import SystemClock
from crossview.foundation.db import Database, refusing
from crossview.foundation.errors import NotFound, NotSignedIn, Unavailable
from crossview.foundation.permissions import Role
from tests.people import Person

SETTING = "select nullif(current_setting('cv.workspace', true), '')"
COUNT = "select count(*) from department"


@pytest_asyncio.fixture
async def narrow(dsn: str) -> AsyncIterator[Database]:
    """A database with a single connection, so that what one visit leaves behind the next one finds."""
    connected = await Database.connect(dsn, clock=SystemClock(), size=1)
    yield connected
    await connected.close()


async def left_behind(narrow: Database) -> tuple[bool, str | None]:
    """Whether a transaction is open on the only connection, and the workspace that it is still in."""
    async with narrow.outside() as connection:
        return connection.is_in_transaction(), await connection.fetchval(SETTING)


async def workspace_of(person: Person) -> UUID:
    return UUID((await person.seen("/v1/workspace"))["id"])


async def test_visit_knows_who_acts(owner: Person, database: Database) -> None:
    async with database.visit(digest(owner.token)) as visit:
        seen = visit.actor, await visit.value(SETTING)

    workspace_id = await workspace_of(owner)
    assert seen == (Actor(workspace_id, UUID(owner.id), None, Role.OWNER, None), str(workspace_id))


async def test_nothing_is_left_behind_whichever_way_a_visit_ends(owner: Person, narrow: Database) -> None:
    token = digest(owner.token)
    ends = []

    async with narrow.visit(token) as visit:
        await visit.value(COUNT)
    ends.append(await left_behind(narrow))

    with pytest.raises(ZeroDivisionError):
        async with narrow.visit(token) as visit:
            await visit.value(COUNT)
            raise ZeroDivisionError
    ends.append(await left_behind(narrow))

    with pytest.raises(asyncpg.DivisionByZeroError):
        async with narrow.visit(token) as visit:
            await visit.value("select 1 / 0")
    ends.append(await left_behind(narrow))

    assert ends == [(False, None)] * 3


@pytest.mark.parametrize("statement", ["select pg_sleep(30)", "between statements"])
async def test_nothing_is_left_behind_when_a_request_is_cancelled(
    owner: Person, narrow: Database, statement: str
) -> None:
    entered = asyncio.Event()

    async def stay() -> None:
        async with narrow.visit(digest(owner.token)) as visit:
            await visit.run("update workspace set name = 'Gone'")
            entered.set()
            await (asyncio.sleep(30) if statement == "between statements" else visit.run(statement))

    request = asyncio.create_task(stay())
    await entered.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request

    assert await left_behind(narrow) == (False, None)
    assert (await owner.seen("/v1/workspace"))["name"] == "Acme"


async def test_transaction_that_nobody_ended_is_rolled_back_before_the_next_request(
    owner: Person, narrow: Database
) -> None:
    async with narrow.outside() as connection:
        await connection.execute("begin")
        await connection.execute("select enter($1)", digest(owner.token))
        await connection.execute(
            "insert into department (workspace_id, name) select workspace_id, 'Half' from workspace"
        )

    assert await left_behind(narrow) == (False, None)
    async with narrow.visit(digest(owner.token)) as visit:
        assert await visit.value(COUNT) == 0


async def test_statement_that_forgets_its_workspace_sees_its_own_rows_only(
    owner: Person, stranger: Person, database: Database
) -> None:
    for name in ("Sales", "Support"):
        await owner.made("/v1/departments", {"name": name})
    await stranger.made("/v1/departments", {"name": "Legal"})

    seen = []
    for person in (owner, stranger, owner):
        async with database.visit(digest(person.token)) as visit:
            seen.append(await visit.value(COUNT))

    assert seen == [2, 1, 2]


async def test_statement_that_has_entered_no_workspace_sees_nothing(owner: Person, database: Database) -> None:
    await owner.made("/v1/departments", {"name": "Sales"})

    async with database.outside() as connection:
        tables = ("workspace", "department", "member", "api_token", "event")
        seen = {table: await connection.fetchval(f"select count(*) from {table}") for table in tables}

    assert seen == dict.fromkeys(tables, 0)


async def test_change_that_forgets_its_workspace_touches_its_own_rows_only(
    owner: Person, stranger: Person, database: Database
) -> None:
    await owner.made("/v1/departments", {"name": "Sales"})
    legal = await stranger.made("/v1/departments", {"name": "Legal"})

    async with database.visit(digest(owner.token)) as visit:
        touched = await visit.run("update department set name = 'Mine'")

    assert touched == 1
    assert await stranger.seen(f"/v1/departments/{legal['id']}") == legal


async def test_row_for_another_workspace_is_refused(owner: Person, stranger: Person, database: Database) -> None:
    foreign = await workspace_of(stranger)

    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security policy") as refused:
        async with database.visit(digest(owner.token)) as visit:
            await visit.run("insert into department (workspace_id, name) values ($1, 'Planted')", foreign)

    assert refused.value.sqlstate == "42501"


@pytest.mark.parametrize("statement", ["update event set kind = 'nothing'", "delete from event", "truncate event"])
async def test_events_can_be_neither_changed_nor_taken_away(owner: Person, database: Database, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for table event"):
        async with database.visit(digest(owner.token)) as visit:
            await visit.run(statement)


async def test_app_cannot_become_anybody_who_sees_more(owner: Person, database: Database) -> None:
    async with database.visit(digest(owner.token)) as visit:
        who = await visit.value("select current_user::text")
        hashes = await visit.value("select count(*) from api_token where workspace_id <> $1", visit.workspace_id)

    assert (who, hashes) == ("crossview_app", 0)


async def test_unknown_token_and_link_enter_nothing(narrow: Database) -> None:
    with pytest.raises(NotSignedIn):
        async with narrow.visit(digest("cv_unknown")):
            pytest.fail("an unknown token opened a workspace")
    with pytest.raises(NotSignedIn):
        async with narrow.visit_by_invitation(digest("cvi_unknown")):
            pytest.fail("an unknown link opened a workspace")

    assert await left_behind(narrow) == (False, None)


async def test_request_waits_for_a_connection_a_moment_and_is_then_told(
    owner: Person, narrow: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "POOL_WAIT", 0.05)

    async with narrow.outside():
        with pytest.raises(Unavailable):
            async with narrow.visit(digest(owner.token)):
                pytest.fail("two visits shared one connection")

    assert await left_behind(narrow) == (False, None)


async def test_busy_database_is_a_503_and_the_process_still_lives(
    owner: Person, api: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "POOL_WAIT", 0.05)

    async with database.outside(), database.outside(), database.outside(), database.outside():
        busy = await owner.get("/v1/departments")
        ready = await api.get("/ready")
        live = await api.get("/live")

    assert (busy.status_code, busy.json()["code"], busy.headers["retry-after"]) == (503, "unavailable", "2")
    assert (ready.status_code, live.json()) == (503, {"status": "alive"})
    assert (await api.get("/ready")).json() == {"status": "ready"}


async def test_connection_that_the_server_cuts_is_a_503_and_the_next_request_gets_another(
    owner: Person, narrow: Database, dsn: str
) -> None:
    admin = await asyncpg.connect(dsn)

    with pytest.raises(Unavailable):
        async with narrow.visit(digest(owner.token)) as visit:
            await admin.execute("select pg_terminate_backend($1)", await visit.value("select pg_backend_pid()"))
            await visit.value(COUNT)
    await admin.close()

    async with narrow.visit(digest(owner.token)) as visit:
        assert await visit.value(COUNT) == 0


async def test_violation_of_the_named_constraint_is_explained_and_others_are_not(
    owner: Person, database: Database
) -> None:
    await owner.made("/v1/departments", {"name": "Sales"})
    insert = "insert into department (workspace_id, name) values ($1, $2)"

    with pytest.raises(NotFound):
        async with database.visit(digest(owner.token)) as visit:
            with refusing("department_name_taken", NotFound(thing="place")):
                await visit.run(insert, visit.workspace_id, "Sales")

    with pytest.raises(asyncpg.CheckViolationError):
        async with database.visit(digest(owner.token)) as visit:
            with refusing("department_name_taken", NotFound(thing="place")):
                await visit.run(insert, visit.workspace_id, "")


class Row(msgspec.Struct, frozen=True):
    role: Role
    numbers: tuple[int, ...]
    facts: dict[str, int]
    nothing: tuple[str, ...] | None


async def test_row_becomes_a_struct_of_richer_types(owner: Person, database: Database) -> None:
    async with database.visit(digest(owner.token)) as visit:
        statement = "select 'lead' as role, array[1, 2] as numbers, $1::jsonb as facts, null::text[] as nothing"
        one = await visit.one(Row, statement, {"a": 1})
        many = await visit.many(Row, f"{statement} from generate_series(1, 2)", {"a": 1})
        none = await visit.one(Row, f"{statement} where false", {"a": 1})

    row = Row(Role.LEAD, (1, 2), {"a": 1}, None)
    assert (one, many, none) == (row, [row, row], None)


async def test_row_whose_columns_are_not_the_fields_is_an_error(owner: Person, database: Database) -> None:
    async with database.visit(digest(owner.token)) as visit:
        with pytest.raises(AssertionError, match="Row:"):
            await visit.one(Row, "select array[1] as numbers, 'lead' as role, '{}'::jsonb as facts, null as nothing")


async def test_run_counts_the_rows_that_it_touched(owner: Person, database: Database) -> None:
    async with database.visit(digest(owner.token)) as visit:
        touched = await visit.run(
            "insert into department (workspace_id, name) select $1, x::text from generate_series(1, 3) x",
            visit.workspace_id,
        )
        nothing = await visit.run("update department set name = name where id = $1", uuid4())
        no_rows = await visit.run("set local work_mem = '4MB'")

    assert (touched, nothing, no_rows) == (3, 0, 0)
