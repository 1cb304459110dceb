"""Two workspaces in one database: nobody of the one sees, touches or learns of anything in the other.

Two walls stand between them: each statement asks for its workspace, and row-level security asks for it again. Each has to hold
without the other, and the crawl has to see it when neither is there.
"""

import re
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

from crossview.app import enclose
from crossview.foundation.clock import SystemClock
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from tests.conftest import Server
from tests.contract.world import World, application, build_world
from tests.promises.crawl import Admin, Crawler, tables

Told = Callable[[str, object], None]

CALLS = ("cast_ballot", "change_item", "list_scripts", "look_at_script", "count_ballot")
"""The functions that reach for rows themselves; they run with the caller's rights, behind the wall."""
_PREDICATE = re.compile(r"(?:\w+\.)?workspace_id = (\$\d+)(?!:)")
_FUNCTION_PREDICATE = re.compile(r"\b\w+\.workspace_id = (?:\w+\.workspace_id|ballot_workspace)(?=\s+and)")


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[Admin]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@asynccontextmanager
async def copy_of(server: Server, dsn: str) -> AsyncIterator[str]:
    """The address of a copy of a database to which nobody is connected."""
    name, copy = urlsplit(dsn).path.removeprefix("/"), f"copy_{uuid4().hex}"
    async with connected(server.dsn("postgres")) as maintenance:
        await maintenance.execute(f"create database {copy} template {name} strategy file_copy")
        try:
            yield server.dsn(copy)
        finally:
            await maintenance.execute(f"drop database {copy} with (force)")


@pytest_asyncio.fixture
async def api(settings: Settings, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=application(settings, database))
    async with httpx.AsyncClient(transport=transport, base_url="http://crossview.test") as client:
        yield client


@pytest_asyncio.fixture
async def admin(dsn: str) -> AsyncIterator[Admin]:
    async with connected(dsn) as connection:
        yield connection


@pytest_asyncio.fixture
async def worlds(database: Database, api: httpx.AsyncClient) -> tuple[World, World]:
    """Ours and theirs."""
    return await build_world(database, api), await build_world(database, api)


@pytest.fixture
def crawler(worlds: tuple[World, World], routes: Litestar) -> Crawler:
    return Crawler(routes, *worlds)


def named_statements() -> dict[tuple[str, str], dict[str, str]]:
    """Every named statement in every module that runs it, in the dictionary from which it is taken."""
    return {
        (module, name): vars(loaded)["sql"]
        for module, loaded in list(sys.modules.items())
        if module.startswith("crossview.") and isinstance(vars(loaded).get("sql"), dict)
        for name in vars(loaded)["sql"]
    }


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> int:
    """Every statement forgets to ask for its workspace; returns how many do."""
    forgetful = set()
    for (_, name), held in named_statements().items():
        without = _PREDICATE.sub(r"\1::uuid is not null", held[name])
        if without != held[name]:
            monkeypatch.setitem(held, name, without)
            forgetful.add(without)
    return len(forgetful)


async def forget_in_functions(admin: Admin) -> dict[str, int]:
    """The functions forget it too; how many places each had."""
    places: dict[str, int] = {}
    for row in await admin.fetch(
        "select proname, pg_get_functiondef(oid) as body from pg_proc"
        " where pronamespace = 'crossview'::regnamespace and proname = any($1::text[])", list(CALLS),
    ):  # fmt: skip
        without, count = _FUNCTION_PREDICATE.subn("true", row["body"])
        await admin.execute(without)
        places[row["proname"]] = places.get(row["proname"], 0) + count
    return places


async def lift_the_wall(admin: Admin) -> None:
    for table in await tables(admin):
        await admin.execute(f"alter policy wall on crossview.{table} using (true) with check (true)")


async def test_nothing_of_another_workspace_is_seen_or_touched(
    crawler: Crawler, admin: Admin, record_property: Told
) -> None:
    found = await crawler.crawl(admin)

    assert found.leaks == []
    assert {place.where for _, place in found.places} == {"path", "query", "body"}
    assert len(found.places) > 80
    record_property(
        "figure",
        f"isolation crawl: {found.tries} tries at {len(found.places)} places and {found.calls} calls, rows seen 0",
    )


async def test_wall_holds_when_every_statement_forgets_its_workspace(
    forgetful: int,
    crawler: Crawler,
    admin: Admin,
    record_property: Told,
) -> None:
    in_functions = await forget_in_functions(admin)
    found = await crawler.crawl(admin)

    assert found.leaks == []
    assert forgetful > 100
    assert {name for name, places in in_functions.items() if places} == set(CALLS)
    record_property(
        "figure",
        f"wall alone: {forgetful} statements and {sum(in_functions.values())} places in {len(in_functions)} functions"
        f" without their workspace, {found.tries} tries and {found.calls} calls, rows seen 0",
    )


class Consulted(dict[str, str]):
    """Named statements that tell which of them is taken."""

    def __init__(self, statements: dict[str, str], taken: Callable[[str], None]) -> None:
        super().__init__(statements)
        self._taken = taken

    def __getitem__(self, name: str) -> str:
        self._taken(name)
        return super().__getitem__(name)


async def takers(crawler: Crawler, admin: Admin) -> dict[tuple[str, str], frozenset[str]]:
    """By statement: the operations that take it, as a crawl sees them."""
    at_work = ""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)

    def beginning(operation: str) -> None:
        nonlocal at_work
        at_work = operation

    with pytest.MonkeyPatch.context() as consulted:
        for module in {module for module, _ in named_statements()}:

            def taken(name: str, module: str = module) -> None:
                found[module, name].add(at_work)

            consulted.setattr(sys.modules[module], "sql", Consulted(vars(sys.modules[module])["sql"], taken))
        await crawler.crawl(admin, beginning=beginning)
    return {statement: frozenset(operations) for statement, operations in found.items()}


@pytest.mark.parametrize("wall", ["standing", "lifted"])
async def test_each_statement_in_turn_forgets_its_workspace(
    server: Server, dsn: str, database: Database, settings: Settings, routes: Litestar, wall: str, record_property: Told
) -> None:
    """Each by itself, in a copy of the two workspaces.

    With the wall lifted, a crawl sees those that nothing else stands before: most are reached only behind another statement
    that asks for the workspace.
    """
    transport = httpx.ASGITransport(app=enclose(settings, routes))
    routes.state.database = database
    database.interests = routes.state.plugins.interests()
    async with httpx.AsyncClient(transport=transport, base_url="http://crossview.test") as client:
        crawler = Crawler(routes, await build_world(database, client), await build_world(database, client))
        await database.close()
        if wall == "lifted":
            async with connected(dsn) as admin:
                await lift_the_wall(admin)

        @asynccontextmanager
        async def copied() -> AsyncIterator[Admin]:
            async with copy_of(server, dsn) as copy, connected(copy) as admin:
                routes.state.database = await Database.connect(copy, clock=SystemClock(), size=2)
                yield admin
                await routes.state.database.close()

        async with copied() as admin:
            taken_by = await takers(crawler, admin)
        leaks: dict[str, list[str]] = {}
        tries = calls = forgetful = 0
        for (module, name), statements in named_statements().items():
            without = _PREDICATE.sub(r"\1::uuid is not null", statements[name])
            if without == statements[name] or (module, name) not in taken_by:
                continue
            async with copied() as admin:
                with pytest.MonkeyPatch.context() as forgetting:
                    forgetting.setitem(vars(sys.modules[module])["sql"], name, without)
                    found = await crawler.crawl(admin, only=taken_by[module, name])
            forgetful, tries, calls = forgetful + 1, tries + found.tries, calls + found.calls
            if found.leaks:
                leaks[f"{module} {name}"] = found.leaks

    assert forgetful > 80
    assert leaks == {} if wall == "standing" else len(leaks) > 20
    record_property(
        "figure",
        f"in turn, wall {wall}: {forgetful} statements without their workspace, {tries} tries and {calls} calls,"
        f" {len(leaks)} seen",
    )


async def test_statements_ask_for_their_workspace_without_the_wall(
    crawler: Crawler, admin: Admin, record_property: Told
) -> None:
    await lift_the_wall(admin)
    found = await crawler.crawl(admin)

    assert found.leaks == []
    record_property(
        "figure", f"statements alone, wall lifted: {found.tries} tries and {found.calls} calls, rows seen 0"
    )


async def test_crawl_sees_what_no_wall_hides(
    forgetful: int, crawler: Crawler, admin: Admin, record_property: Told
) -> None:
    await forget_in_functions(admin)
    await lift_the_wall(admin)

    found = await crawler.crawl(admin)

    assert len(found.leaks) > 40
    record_property(
        "figure", f"neither wall: {found.tries} tries and {found.calls} calls, {len(found.leaks)} leaks seen"
    )
