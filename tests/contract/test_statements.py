"""Every named statement and every function of the schema, tried on a migrated database as the role that runs it."""

import re
from importlib import resources
from importlib.resources.abc import Traversable

import asyncpg
import httpx

from crossview.foundation.clock import SystemClock
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from crossview.foundation.sql import parse
from tests.contract.world import application, build_world

WORKERS = "deliveries/worker.sql"
DOCTORS = "cli/doctor/"
"""Statements of an operator's command, which reads as the owner of the tables."""
CALLED_BY_MIGRATIONS = {"raise_wall"}


def files(folder: Traversable, below: str = "") -> dict[str, str]:
    """The `.sql` files beside the code, by their path in the package."""
    found: dict[str, str] = {}
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "migrations":
            found |= files(entry, f"{below}{entry.name}/")
        elif entry.name.endswith(".sql"):
            found[below + entry.name] = entry.read_text(encoding="utf-8")
    return found


def numbered(statement: str) -> str:
    """A statement with psycopg's named parameters as one with PostgreSQL's own."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", statement)))
    for number, name in enumerate(names, start=1):
        statement = statement.replace(f"%({name})s", f"${number}")
    return statement


async def unprepared(dsn: str, file: str, statements: dict[str, str]) -> list[str]:
    """What PostgreSQL says against the statements of one file."""
    role, schema = ("crossview_worker", "queue") if file == WORKERS else ("crossview_app", "crossview")
    if file.startswith(DOCTORS):
        role = "crossview_owner"
    connection = await asyncpg.connect(dsn, server_settings={"role": role, "search_path": schema})
    complaints = []
    for name, statement in statements.items():
        try:
            await connection.prepare(numbered(statement))
        except asyncpg.PostgresError as error:
            complaints.append(f"{file} {name}: {error}")
    await connection.close()
    return complaints


async def test_every_named_statement_can_be_prepared_by_the_role_that_runs_it(dsn: str) -> None:
    by_file = {file: parse(text, file) for file, text in files(resources.files("crossview")).items()}

    complaints = [line for file, found in by_file.items() for line in await unprepared(dsn, file, found)]

    assert complaints == []
    assert WORKERS in by_file
    assert sum(map(len, by_file.values())) > 150


async def test_statement_that_names_what_is_not_there_is_found(dsn: str) -> None:
    complaints = await unprepared(dsn, "votes/votes.sql", {"count": "select count(*) from ballots", "one": "select 1"})

    assert complaints == ['votes/votes.sql count: relation "ballots" does not exist']


async def test_every_statement_is_named_in_the_code_beside_it() -> None:
    package = resources.files("crossview")
    unused = [
        f"{file}: {name}"
        for file, text in files(package).items()
        for name in parse(text, file)
        if f'["{name}"]' not in code(package / file.rsplit("/", 1)[0])
    ]

    assert unused == []


def code(folder: Traversable) -> str:
    """The Python of a folder and what is below it."""
    return "".join(
        code(entry) if entry.is_dir() else entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if (entry.is_dir() and entry.name != "__pycache__") or entry.name.endswith(".py")
    )


async def test_every_function_of_the_schema_is_called(settings: Settings, dsn: str) -> None:
    """PL/pgSQL looks at a body when it runs, not when it is made, so each has to run once.

    The namesake of uuidv7() on older servers is called by the defaults of the tables there.
    """
    admin = await asyncpg.connect(dsn)
    await admin.execute(
        f"alter database {await admin.fetchval('select current_database()')} set track_functions = 'all'"
    )
    database = await Database.connect(dsn, clock=SystemClock())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=application(settings, database)), base_url="http://crossview.test"
    ) as client:
        await build_world(database, client)
    async with database.outside() as connection:
        await connection.fetchval("select forget_kept_answers('1 day')")
    await database.close()

    made = {
        row["name"]
        for row in await admin.fetch(
            "select p.proname as name from pg_proc p where p.pronamespace = 'crossview'::regnamespace"
            " or p.oid = to_regproc('queue.enqueue')"
        )
    }
    called = {
        row["funcname"] for row in await admin.fetch("select funcname from pg_stat_user_functions where calls > 0")
    }
    await admin.close()

    assert made - called - CALLED_BY_MIGRATIONS == set()
    assert {"enter", "enter_by_invitation", "cast_ballot", "count_ballot", "enqueue"} <= called
