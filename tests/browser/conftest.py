"""A real browser on the real pages. `CROSSVIEW_CHROMIUM` names the browser; without it these tests are left out, and say so."""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Page, async_playwright

from crossview.app import create_app
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings

CHROMIUM = os.environ.get("CROSSVIEW_CHROMIUM", "")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the browser's tests out where no browser is named."""
    for item in items:
        if not CHROMIUM and "browser" in item.path.parts:
            item.add_marker(pytest.mark.skip(reason="CROSSVIEW_CHROMIUM names no Chromium"))


@pytest_asyncio.fixture
async def address(settings: Settings, database: Database) -> AsyncIterator[str]:
    """The API on a free port of this machine."""
    application = create_app(settings, database, jobs_enqueued=lambda: None)
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    await serving


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Page]:
    """A page of a fresh browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield await browser.new_page(viewport={"width": 1200, "height": 900})
        await browser.close()
