"""`crossview demo`: a server in a folder of its own, the story told over its API, and the server left running."""

import asyncio
import logging
from contextlib import AsyncExitStack
from pathlib import Path
from shlex import quote

import httpx

from crossview.cli.running import run
from crossview.cli.serve import Service, service
from crossview.cli.story.departments import COMPANY, OWNER, mail_address
from crossview.cli.story.stage import Stage
from crossview.cli.story.telling import Guide, Told, tell_story
from crossview.cli.transfer import read_file, read_text
from crossview.foundation.clock import SystemClock
from crossview.foundation.db import Database
from crossview.foundation.logs import configure_logs
from crossview.foundation.settings import Settings
from crossview.workspace.found import found_workspace

DEFAULT_PORT = Settings().port
PATIENCE = 60.0
"""Seconds that the demo's own server may take to answer."""


def tell(guide: Path | None, *, leave: bool, port: int, folder: Path) -> None:
    """Tell the story, with a guide of the reader's own where one is given; then serve on, or leave."""
    given = _read_guide(guide) if guide else None
    configure_logs("console", logging.WARNING)
    # A setting of the reader's own server must not reach it: the demo writes to no other database.
    settings = Settings(data=str(folder / ".data"), files_root=str(folder), port=port)
    run(_tell(Stage(), settings, given, folder, leave=leave))


async def _tell(stage: Stage, settings: Settings, guide: Guide | None, folder: Path, *, leave: bool) -> None:
    stage.heading("Crossview: five departments prepare one interview, and none of them is outvoted")
    stage.say(f"A server with its own PostgreSQL starts in {folder}; all goes over the public HTTP API.")
    async with AsyncExitStack() as open_things:
        with stage.waiting("Starting PostgreSQL and the server"):
            served = await open_things.enter_async_context(service(settings))
        link = await _found(served)
        async with httpx.AsyncClient(base_url=served.url, timeout=PATIENCE, trust_env=False) as api:
            told = await tell_story(stage, api, link, folder, guide)
        stage.act(f"All of that is here ({told.requests} requests in {told.seconds:.1f} seconds)")
        stage.point("script", str(told.arrived.script))
        stage.point("interview", str(told.arrived.interview))
        stage.point("observers", str(told.arrived.observers))
        if leave:
            place = f"CROSSVIEW_DATA={quote(str(folder / '.data'))} CROSSVIEW_FILES_ROOT={quote(str(folder))}"
            stage.point("server", f"stops now; start it again by {place} crossview serve")
            _say_what_to_try(stage, f"http://127.0.0.1:{DEFAULT_PORT}", told)
            return
        _say_what_to_try(stage, served.url, told)
        stage.say("The server stays until you press Ctrl-C.")
        await asyncio.Event().wait()


async def _found(served: Service) -> str:
    """The one step that is the operator's: an invitation for the first owner. Returns its link."""
    database = await Database.connect(served.database.app, clock=SystemClock(), size=1)
    try:
        _, sent = await found_workspace(database, COMPANY, mail_address(OWNER))
    finally:
        await database.close()
    return sent.link


def _say_what_to_try(stage: Stage, url: str, told: Told) -> None:
    stage.point("API page", f"{url}/docs")
    stage.point("try", f"curl {url}/v1/scripts/{told.script_id}/selection -H 'Authorization: Bearer {told.token}'")


def _read_guide(path: Path) -> Guide:
    text = read_text(path)
    document = read_file(path, text).document
    return Guide(" ".join((document.title or path.stem).split())[:300] or "Guide", text)
