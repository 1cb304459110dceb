"""What every table, role and function of the schema has to be, read from the catalogue of a migrated database."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest_asyncio

UNWALLED = {"migration"}
"""What was run on this database: no workspace has a part in it."""

NOT_WORKSPACE_FIRST = {
    "api_token_hash": "a secret is looked up before its workspace is known",
    "invitation_hash": "a secret is looked up before its workspace is known",
    "event_tail": "the tail reads all workspaces in one order",
    "kept_answer_age": "old answers are forgotten in all workspaces at once",
}
"""Plain indexes that begin with another column, each with its reason."""

OPEN_TO_ALL = {"uuidv7"}
"""Functions that everybody may call."""


@pytest_asyncio.fixture
async def admin(dsn: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """The administrator's connection to a migrated database."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


async def column(admin: "asyncpg.Connection[Any]", statement: str, *values: object) -> set[str]:
    return {row[0] for row in await admin.fetch(statement, *values)}


async def walled(admin: "asyncpg.Connection[Any]") -> set[str]:
    """Every table that has to stand behind the wall."""
    statement = "select relname from pg_class where relnamespace = 'crossview'::regnamespace and relkind in ('r', 'p')"
    return await column(admin, statement) - UNWALLED


async def test_every_table_has_row_security_enabled_and_forced(admin: "asyncpg.Connection[Any]") -> None:
    forced = await column(
        admin,
        "select relname from pg_class where relnamespace = 'crossview'::regnamespace and relkind in ('r', 'p')"
        " and relrowsecurity and relforcerowsecurity",
    )

    assert forced == await walled(admin)
    assert len(forced) > 20


async def test_every_table_has_the_same_wall(admin: "asyncpg.Connection[Any]") -> None:
    rows = await admin.fetch(
        "select tablename, qual, with_check, cmd, roles::text[] as roles from pg_policies"
        " where schemaname = 'crossview' and policyname = 'wall'"
    )

    walls = {(row["qual"], row["with_check"], row["cmd"], tuple(row["roles"])) for row in rows}
    own = (
        "(workspace_id = ( SELECT (NULLIF(current_setting('cv.workspace'::text, true), ''::text))::uuid AS \"nullif\"))"
    )
    assert {row["tablename"] for row in rows} == await walled(admin)
    assert walls == {(own, own, "ALL", ("public",))}


async def test_nothing_else_opens_a_table_to_the_app(admin: "asyncpg.Connection[Any]") -> None:
    others = await column(
        admin,
        "select tablename || '.' || policyname || ' to ' || array_to_string(roles, ',') from pg_policies"
        " where schemaname = 'crossview' and policyname <> 'wall'"
        " and not (policyname = 'owner' and roles = '{crossview_owner}')",
    )

    gate = {f"{table}.gate to crossview_gate" for table in ("api_token", "member", "invitation", "kept_answer")}
    assert others == gate


async def test_every_key_and_unique_index_begins_with_the_workspace(admin: "asyncpg.Connection[Any]") -> None:
    others = await column(
        admin,
        "select i.indexrelid::regclass::text from pg_index i join pg_class t on t.oid = i.indrelid"
        " join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]"
        " where t.relnamespace = 'crossview'::regnamespace and t.relname <> 'migration' and i.indisunique"
        " and a.attname <> 'workspace_id'",
    )

    assert others == set()


async def test_every_other_index_begins_with_the_workspace_or_has_a_reason(admin: "asyncpg.Connection[Any]") -> None:
    others = await column(
        admin,
        "select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid"
        " join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]"
        " where t.relnamespace = 'crossview'::regnamespace and not i.indisunique and a.attname <> 'workspace_id'",
    )

    assert others == set(NOT_WORKSPACE_FIRST)


async def test_every_table_has_a_primary_key(admin: "asyncpg.Connection[Any]") -> None:
    keyed = await column(admin, "select conrelid::regclass::text from pg_constraint where contype = 'p'")

    assert {f"crossview.{table}" for table in await walled(admin)} - keyed == set()


async def test_every_foreign_key_begins_with_the_workspace_on_both_sides(admin: "asyncpg.Connection[Any]") -> None:
    others = await column(
        admin,
        "select c.conrelid::regclass || '.' || c.conname from pg_constraint c"
        " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]"
        " join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1]"
        " where c.contype = 'f' and c.connamespace = 'crossview'::regnamespace"
        " and (a.attname, b.attname) <> ('workspace_id', 'workspace_id')",
    )

    assert others == set()


async def test_every_table_belongs_to_the_role_that_nobody_signs_in_as(admin: "asyncpg.Connection[Any]") -> None:
    owners = await column(
        admin,
        "select distinct pg_get_userbyid(relowner)::text from pg_class"
        " where relnamespace = 'crossview'::regnamespace and relkind in ('r', 'p', 'S') and relname <> 'migration'",
    )

    assert owners == {"crossview_owner"}


async def test_our_roles_have_no_power_and_no_login(admin: "asyncpg.Connection[Any]") -> None:
    rows = await admin.fetch(
        "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication from pg_roles"
        " where rolname like 'crossview\\_%'"
    )

    roles = {row["rolname"]: tuple(row.values())[1:] for row in rows}
    names = [f"crossview_{name}" for name in ("app", "gate", "owner", "queue", "worker")]
    assert roles == {name: (False,) * 6 for name in names}


async def test_app_owns_nothing_and_is_a_member_of_nothing(admin: "asyncpg.Connection[Any]") -> None:
    owned = await admin.fetchval(
        "select count(*) from pg_shdepend where refobjid = 'crossview_app'::regrole and deptype = 'o'"
    )
    memberships = await admin.fetchval("select count(*) from pg_auth_members where member = 'crossview_app'::regrole")

    assert (owned, memberships) == (0, 0)


async def test_app_may_empty_no_table_and_change_no_event(admin: "asyncpg.Connection[Any]") -> None:
    may = await column(
        admin,
        "select table_name || ' ' || lower(privilege_type) from information_schema.role_table_grants"
        " where grantee = 'crossview_app' and table_schema = 'crossview'"
        " and (privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER') or table_name in ('event', 'migration', 'revision'))",
    )

    assert may == {
        "event select",
        "event insert",
        "migration select",
        "revision select",
        "revision insert",
    }


async def test_app_may_not_read_the_queue(admin: "asyncpg.Connection[Any]") -> None:
    may = await column(
        admin,
        "select table_name from information_schema.role_table_grants"
        " where grantee in ('crossview_app', 'PUBLIC') and table_schema = 'queue'",
    )

    assert may == set()


async def test_no_function_of_ours_may_be_called_by_everybody(admin: "asyncpg.Connection[Any]") -> None:
    public = await column(
        admin,
        "select p.proname from pg_proc p where p.prokind = 'f'"
        " and (p.pronamespace = 'crossview'::regnamespace or p.oid = to_regproc('queue.enqueue'))"
        " and (p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0))",
    )

    assert public - OPEN_TO_ALL == set()


async def test_next_function_of_ours_will_not_be_open_to_everybody_either(admin: "asyncpg.Connection[Any]") -> None:
    await admin.execute(
        "set role crossview_owner; create function crossview.later() returns int language sql as 'select 1'"
    )

    assert not await admin.fetchval("select has_function_privilege('crossview_app', 'crossview.later()', 'execute')")


async def test_function_with_its_owners_rights_fixes_its_search_path(admin: "asyncpg.Connection[Any]") -> None:
    loose = await column(
        admin,
        "select p.proname from pg_proc p where p.pronamespace in ('crossview'::regnamespace, 'queue'::regnamespace)"
        " and p.prosecdef and not coalesce(array_to_string(p.proconfig, ' '), '') like '%search_path=%, pg_temp%'",
    )

    assert loose == set()
