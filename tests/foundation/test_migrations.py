"""Migrations: run once, in order, by one process at a time, and never changed afterwards."""

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from crossview.foundation.db import POOL_WAIT
from crossview.foundation.migrations import LOCK_WAIT, BlockedMigration, EditedMigration, migrate, pending, shipped
from crossview.postgres import EmbeddedPostgres
from tests.conftest import Server

NAMES = [migration.name for migration in shipped()]


@pytest_asyncio.fixture
async def empty(server: Server) -> AsyncIterator[str]:
    """The address of a database with nothing in it."""
    name = f"empty_{uuid4().hex}"
    admin = await asyncpg.connect(server.dsn("postgres"))
    await admin.execute(f"create database {name}")
    try:
        yield server.dsn(name)
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


@pytest_asyncio.fixture
async def connection(empty: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection to the empty database."""
    opened = await asyncpg.connect(empty)
    yield opened
    await opened.close()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of migrations of its own, with the real roles."""
    folder = tmp_path / "steps"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "roles.sql").write_text((resources.files("crossview.migrations") / "roles.sql").read_text())
    (folder / "0001_boxes.sql").write_text("create table box (id integer primary key);\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "steps", raising=False)
    return folder


async def test_empty_database_gets_everything_once(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    before = await pending(connection)

    first, second = await migrate(connection), await migrate(connection)

    assert (before, first, second) == (NAMES, NAMES, [])
    assert await pending(connection) == []
    ran = await connection.fetch("select name from crossview.migration order by number")
    assert [row["name"] for row in ran] == NAMES


async def test_five_processes_at_once_run_each_migration_once(empty: str) -> None:
    connections = [await asyncpg.connect(empty) for _ in range(5)]

    ran = await asyncio.gather(*(migrate(connection) for connection in connections))

    for connection in connections:
        await connection.close()
    assert sorted(name for names in ran for name in names) == NAMES


async def test_migration_that_was_edited_after_it_ran_is_refused(
    connection: "asyncpg.Connection[asyncpg.Record]", package: Path
) -> None:
    ran = await migrate(connection, "steps")
    (package / "0001_boxes.sql").write_text("create table box (id bigint primary key);\n")
    (package / "0002_lids.sql").write_text("create table lid (id integer primary key);\n")

    with pytest.raises(EditedMigration, match=r"^0001_boxes was changed after it ran on this database\."):
        await migrate(connection, "steps")
    with pytest.raises(EditedMigration, match=r"^0001_boxes"):
        await pending(connection, "steps")

    assert ran == ["0001_boxes"]
    assert await connection.fetchval("select to_regclass('crossview.lid')") is None


async def test_later_migration_runs_on_what_is_there(
    connection: "asyncpg.Connection[asyncpg.Record]", package: Path
) -> None:
    await migrate(connection, "steps")
    await connection.execute("insert into crossview.box (id) values (7)")
    (package / "0002_lids.sql").write_text("alter table box add column lid boolean not null default true;\n")

    behind, ran = await pending(connection, "steps"), await migrate(connection, "steps")

    assert (behind, ran) == (["0002_lids"], ["0002_lids"])
    assert tuple(await connection.fetchrow("select id, lid from crossview.box") or ()) == (7, True)


async def test_migration_that_fails_half_way_leaves_nothing(
    connection: "asyncpg.Connection[asyncpg.Record]", package: Path
) -> None:
    (package / "0001_boxes.sql").write_text("create table box (id integer); select 1 / 0;\n")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(connection, "steps")

    assert await connection.fetchval("select to_regclass('crossview.box')") is None
    assert await pending(connection, "steps") == ["0001_boxes"]


def test_two_files_of_one_number_are_refused(package: Path) -> None:
    (package / "0001_lids.sql").touch()

    with pytest.raises(ValueError, match=r"^two migrations have the number 0001$"):
        shipped("steps")


def test_file_that_is_no_step_is_passed_over(package: Path) -> None:
    for name in ("notes.sql", "1_short.sql", "0002_Loud.sql", "0003_done.sql.bak"):
        (package / name).touch()

    assert [migration.name for migration in shipped("steps")] == ["0001_boxes"]


def test_include_stands_for_the_text_of_an_installed_package(package: Path) -> None:
    (package / "0002_queue.sql").write_text("-- include procrastinate sql/schema.sql\nselect 1;\n")

    boxes, queue = shipped("steps")

    schema = (resources.files("procrastinate") / "sql/schema.sql").read_text()
    assert queue.sql == f"{schema}\nselect 1;\n"
    assert boxes.sql == "create table box (id integer primary key);\n"


def test_checksum_covers_our_own_text_and_not_what_is_included(package: Path) -> None:
    (package / "0002_queue.sql").write_text("-- include procrastinate sql/schema.sql\n")
    included = shipped("steps")[1].checksum
    (package / "0002_queue.sql").write_text((resources.files("procrastinate") / "sql/schema.sql").read_text())

    assert shipped("steps")[1].checksum != included


async def test_uuid_of_older_servers_is_version_7_and_in_order(dsn: str) -> None:
    first = next(migration.sql for migration in shipped() if migration.number == 1)
    found = re.search(r"create function crossview\.uuidv7\(\).*?end \$body\$;", first, re.DOTALL)
    assert found is not None
    connection = await asyncpg.connect(dsn)
    await connection.execute(found[0].replace("crossview.uuidv7()", "pg_temp.uuidv7()"))

    rows = await connection.fetch("select pg_temp.uuidv7() as id from generate_series(1, 5000)")
    await connection.close()

    ids = [UUID(str(row["id"])) for row in rows]
    instants = [id.int >> 64 for id in ids]
    assert {(id.version, id.variant) for id in ids} == {(7, "specified in RFC 4122")}
    assert instants == sorted(instants)
    assert abs((ids[0].int >> 80) / 1000 - time.time()) < 60
    assert len(set(ids)) == 5000


async def test_login_that_may_make_roles_and_is_no_superuser_migrates(tmp_path: Path) -> None:
    async with EmbeddedPostgres(tmp_path, fsync=False) as fresh:
        admin = await asyncpg.connect(fresh.admin)
        await admin.execute("create role deployer login createrole password 'secret'")
        await admin.execute("create database app owner deployer")
        deployer = await asyncpg.connect(re.sub(r"//[^@]*@", "//deployer:secret@", fresh.dsn("postgres", "app")))

        assert await migrate(deployer) == NAMES

        await deployer.close()
        await admin.close()


@pytest_asyncio.fixture
async def boxes(
    empty: str, connection: "asyncpg.Connection[asyncpg.Record]", package: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Somebody who reads the boxes in a transaction that stays open, while a migration wants to change them."""
    await migrate(connection, "steps")
    (package / "0002_lids.sql").write_text("alter table box add column lid text;\n")
    monkeypatch.setattr("crossview.foundation.migrations.PAUSE", 0.3)
    reader = await asyncpg.connect(empty)
    await reader.execute("begin")
    await reader.fetch("select * from crossview.box")
    yield reader
    await reader.close()


async def test_migration_that_waits_lets_everybody_pass_and_tries_again(
    empty: str, connection: "asyncpg.Connection[asyncpg.Record]", boxes: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    migrating = asyncio.create_task(migrate(connection, "steps"))
    other = await asyncpg.connect(empty)
    longest = 0.0
    for _ in range(40):
        asked = time.monotonic()
        await other.fetch("select * from crossview.box")
        longest = max(longest, time.monotonic() - asked)
        await asyncio.sleep(0.1)
    assert not migrating.done()
    await boxes.execute("rollback")

    assert await migrating == ["0002_lids"]
    assert longest < 2.5
    await other.close()


@pytest.mark.usefixtures("boxes")
async def test_migration_whose_table_stays_locked_gives_up_and_says_what_to_do(
    connection: "asyncpg.Connection[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossview.foundation.migrations.TRIES", 2)

    with pytest.raises(BlockedMigration, match=r"0002_lids needs a table that another transaction keeps locked\."):
        await migrate(connection, "steps")

    assert await pending(connection, "steps") == ["0002_lids"]


def test_migration_waits_less_than_a_request_does_for_a_connection() -> None:
    assert LOCK_WAIT < POOL_WAIT


INDEX = "-- Boxes are looked up by their lid.\ncreate unique index concurrently box_lid on box (lid);\n"


@pytest_asyncio.fixture
async def indexed(
    connection: "asyncpg.Connection[asyncpg.Record]", package: Path
) -> "asyncpg.Connection[asyncpg.Record]":
    """Boxes with lids, and a migration to come that builds an index without locking them."""
    (package / "0002_lids.sql").write_text("alter table box add column lid text;\n")
    await migrate(connection, "steps")
    await connection.execute("insert into crossview.box select n, 'lid ' || n from generate_series(1, 100) n")
    (package / "0003_box_lid.notx.sql").write_text(INDEX)
    return connection


async def index_of(connection: "asyncpg.Connection[asyncpg.Record]") -> tuple[bool, str] | None:
    """Whether the index is valid, and who owns it; None when there is none."""
    row = await connection.fetchrow(
        "select i.indisvalid, pg_get_userbyid(c.relowner)::text from pg_class c join pg_index i on i.indexrelid = c.oid"
        " where c.oid = to_regclass('crossview.box_lid')"
    )
    return None if row is None else (row[0], row[1])


async def test_step_outside_of_a_transaction_builds_an_index_concurrently(
    indexed: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    ran = await migrate(indexed, "steps")

    assert ran == ["0003_box_lid"]
    assert await index_of(indexed) == (True, "crossview_owner")
    assert await indexed.fetchval("select current_user = session_user")
    assert (await migrate(indexed, "steps"), await pending(indexed, "steps")) == ([], [])


async def test_step_outside_of_a_transaction_is_one_statement(
    indexed: "asyncpg.Connection[asyncpg.Record]", package: Path
) -> None:
    (package / "0003_box_lid.notx.sql").write_text(f"select 1; {INDEX}")

    with pytest.raises(asyncpg.ActiveSQLTransactionError):
        await migrate(indexed, "steps")

    assert await index_of(indexed) is None
    assert await pending(indexed, "steps") == ["0003_box_lid"]


async def test_index_that_failed_half_way_is_built_anew(indexed: "asyncpg.Connection[asyncpg.Record]") -> None:
    await indexed.execute("update crossview.box set lid = 'the same' where id in (1, 2)")
    with pytest.raises(asyncpg.UniqueViolationError):
        await migrate(indexed, "steps")
    left = await index_of(indexed)
    await indexed.execute("update crossview.box set lid = 'another' where id = 2")

    assert left == (False, "crossview_owner")
    assert await migrate(indexed, "steps") == ["0003_box_lid"]
    assert await index_of(indexed) == (True, "crossview_owner")


async def test_index_whose_builder_was_killed_is_built_anew(
    empty: str, indexed: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    builder, elder, writer = [await asyncpg.connect(empty) for _ in range(3)]
    await elder.execute("begin isolation level repeatable read")
    await elder.fetch("select * from crossview.box")
    building = asyncio.create_task(migrate(builder, "steps"))
    while await index_of(indexed) is None:
        await asyncio.sleep(0.01)
    asked = time.monotonic()
    await writer.execute("insert into crossview.box values (101, 'lid 101')")
    waited = time.monotonic() - asked
    await indexed.execute(f"select pg_terminate_backend({builder.get_server_pid()})")
    with pytest.raises((asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError)):
        await building
    left = await index_of(indexed)
    await elder.execute("rollback")

    again = await migrate(indexed, "steps")

    for one in (builder, elder, writer):
        await one.close()
    assert waited < 1
    assert left == (False, "crossview_owner")
    assert (again, await index_of(indexed)) == (["0003_box_lid"], (True, "crossview_owner"))


async def test_index_that_was_built_and_not_written_down_is_built_anew(
    indexed: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    await indexed.execute("create index box_lid on crossview.box (id)")

    assert await migrate(indexed, "steps") == ["0003_box_lid"]
    assert (await indexed.fetchval("select pg_get_indexdef('crossview.box_lid'::regclass)")).endswith("(lid)")


@pytest.mark.usefixtures("indexed")
async def test_processes_that_wait_for_their_turn_do_not_hold_up_the_index(empty: str) -> None:
    connections = [await asyncpg.connect(empty) for _ in range(4)]
    asked = time.monotonic()

    ran = await asyncio.gather(*(migrate(connection, "steps") for connection in connections))

    for connection in connections:
        await connection.close()
    assert [name for names in ran for name in names] == ["0003_box_lid"]
    assert time.monotonic() - asked < 5
