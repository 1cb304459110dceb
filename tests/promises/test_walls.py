"""Two workspaces in one database: nobody of the one sees, touches or learns of anything in the other.

Two walls stand between them: each statement asks for its workspace, and row-level security asks for it again. Each has to hold
without the other, and the crawl has to see it when neither is there.
"""

import re
import sys
from collections.abc import AsyncIterator, Callable
from typing import TypeAlias

import asyncpg
import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

from crossview.app import create_litestar
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from tests.contract.world import World, application, build_world
from tests.promises.crawl import Crawler, fingerprint, tables

Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Told = Callable[[str, object], None]

CALLS = ("cast_ballot", "change_item", "list_scripts", "look_at_script", "count_ballot")
"""The functions that reach for rows themselves; they run with the caller's rights, behind the wall."""
_PREDICATE = re.compile(r"(?:\w+\.)?workspace_id = (\$\d+)(?!:)")
_FUNCTION_PREDICATE = re.compile(r"\b\w+\.workspace_id = (?:\w+\.workspace_id|ballot_workspace)(?=\s+and)")


@pytest_asyncio.fixture
async def api(settings: Settings, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=application(settings, database))
    async with httpx.AsyncClient(transport=transport, base_url="http://crossview.test") as client:
        yield client


@pytest_asyncio.fixture
async def admin(dsn: str) -> AsyncIterator[Admin]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def worlds(database: Database, api: httpx.AsyncClient) -> tuple[World, World]:
    """Ours and theirs."""
    return await build_world(database, api), await build_world(database, api)


@pytest.fixture
def crawler(worlds: tuple[World, World], admin: Admin) -> Crawler:
    app: Litestar = create_litestar(None, lambda: None)
    return Crawler(app, *worlds, admin)


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
    crawler: Crawler, worlds: tuple[World, World], admin: Admin, record_property: Told
) -> None:
    before = await fingerprint(admin, worlds[1])

    found = await crawler.crawl()

    assert found.leaks == []
    assert await fingerprint(admin, worlds[1]) == before
    assert {place.where for _, place in found.places} == {"path", "query", "body"}
    assert len(found.places) > 80
    record_property("figure", f"isolation crawl: {found.tries} tries at {len(found.places)} places, rows seen 0")


async def test_wall_holds_when_every_statement_forgets_its_workspace(
    forgetful: int,
    crawler: Crawler,
    worlds: tuple[World, World],
    admin: Admin,
    record_property: Told,
) -> None:
    in_functions = await forget_in_functions(admin)
    before = await fingerprint(admin, worlds[1])

    found = await crawler.crawl()

    assert found.leaks == []
    assert await fingerprint(admin, worlds[1]) == before
    assert forgetful > 100
    assert {name for name, places in in_functions.items() if places} == set(CALLS)
    record_property(
        "figure",
        f"wall alone: {forgetful} statements and {sum(in_functions.values())} places in {len(in_functions)} functions"
        f" without their workspace, {found.tries} tries, rows seen 0",
    )


async def test_statements_ask_for_their_workspace_without_the_wall(
    crawler: Crawler, worlds: tuple[World, World], admin: Admin, record_property: Told
) -> None:
    await lift_the_wall(admin)
    before = await fingerprint(admin, worlds[1])

    found = await crawler.crawl()

    assert found.leaks == []
    assert await fingerprint(admin, worlds[1]) == before
    record_property("figure", f"statements alone, wall lifted: {found.tries} tries, rows seen 0")


async def test_crawl_sees_what_no_wall_hides(
    forgetful: int, crawler: Crawler, admin: Admin, record_property: Told
) -> None:
    await forget_in_functions(admin)
    await lift_the_wall(admin)

    found = await crawler.crawl()

    assert len(found.leaks) > 40
    record_property("figure", f"neither wall: {found.tries} tries, {len(found.leaks)} leaks seen")
