"""What the tests of the contract share: the application as it is described, and a world to try it on."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

from crossview.app import create_litestar
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from tests.contract.world import World, application, build_world
from tests.documented import Documented


@pytest.fixture(scope="session")
def app() -> Litestar:
    """The application without a database, for what can be told from its routes alone."""
    return create_litestar(None, lambda: None)


@pytest_asyncio.fixture
async def api(settings: Settings, database: Database, documented: Documented) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API with the installed plugins."""
    transport = httpx.ASGITransport(app=application(settings, database))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://crossview.test", event_hooks={"response": [documented]}
    ) as client:
        yield client


@pytest_asyncio.fixture
async def world(database: Database, api: httpx.AsyncClient) -> World:
    """A workspace in which every operation finds something."""
    return await build_world(database, api)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each operation's generated test an id of its own: those of schemathesis share one, and xdist runs one of each id."""
    for item in items:
        if type(item).__name__ == "SchemathesisFunction":
            item._id = item.id.with_params(item.name.partition("[")[2].removesuffix("]"))
