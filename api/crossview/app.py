"""The composition root: the only room that knows every slice, and where they are wired together."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import cast

import msgspec
from cryptography.fernet import Fernet
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from crossview import contract
from crossview.bank.linting.linter import Linter
from crossview.bank.linting.plugged import PluggedRulebook
from crossview.bank.linting.routes import router as linting
from crossview.bank.routes import router as bank
from crossview.bank.wording.rulebook import Rulebook
from crossview.context.routes import router as context
from crossview.deliveries.deliver import Courier, DueDelivery, Loader, Loaders
from crossview.deliveries.dispatch import Dispatcher
from crossview.deliveries.pace import Pace
from crossview.deliveries.routes import router as deliveries
from crossview.deliveries.turns import Turns
from crossview.foundation.bodies import StrictRequest
from crossview.foundation.clock import Clock, SystemClock
from crossview.foundation.db import Database, Visit
from crossview.foundation.door import make_door, open_door
from crossview.foundation.edge import Application, Edge
from crossview.foundation.lane import Lane
from crossview.foundation.problems import HANDLERS
from crossview.foundation.settings import Settings
from crossview.plugin.manager import PluginRegistry
from crossview.plugin.moments import Event
from crossview.plugin.runner import PluginRunner
from crossview.plugin.secrets import SecretBox
from crossview.scripts.moments import load_script_finished, load_script_reopened
from crossview.scripts.routes import change_item, list_scripts
from crossview.scripts.routes import router as scripts
from crossview.sessions.moments import load_session_moment
from crossview.sessions.routes import router as sessions
from crossview.votes.board import Boards
from crossview.votes.routes import cast_ballot, read_script, read_tally
from crossview.votes.routes import router as votes
from crossview.web.pages import router as web
from crossview.workspace.routes import router as workspace

ROUTERS = (web, workspace, context, linting, bank, scripts, votes, sessions, deliveries)
AWAITED = (read_script, read_tally, cast_ballot, change_item, list_scripts)
"""What everybody waits for in a meeting: it takes the lane."""
KEY_FILE = "secret.key"


class Services(msgspec.Struct, frozen=True):
    """What every part of one process shares."""

    database: Database
    plugins: PluginRegistry
    secret_box: SecretBox
    dispatcher: Dispatcher
    linter: Linter


@asynccontextmanager
async def open_app(settings: Settings, dsn: str, *, clock: Clock | None = None) -> AsyncIterator[Application]:
    """The running service over the database at `dsn`: an ASGI application, and behind it the worker unless it lives alone.

    Raises `asyncpg.PostgresError` or `OSError` when the database cannot be reached.
    """
    async with open_services(settings, dsn, clock=clock) as services, asyncio.TaskGroup() as tasks:
        behind = [tasks.create_task(services.dispatcher.run(), name="dispatcher")]
        if settings.worker == "inline":
            behind.append(tasks.create_task(work(settings, services, dsn), name="worker"))
        try:
            yield create_app(
                settings,
                services.database,
                services.dispatcher.wake,
                plugins=services.plugins,
                secret_box=services.secret_box,
                linter=services.linter,
            )
        finally:
            for task in behind:
                task.cancel()


@asynccontextmanager
async def open_services(settings: Settings, dsn: str, *, clock: Clock | None = None) -> AsyncIterator[Services]:
    """The database, the plugins and the key that seals their secrets."""
    allowed = None if settings.plugins == "*" else [name for name in settings.plugins.split(",") if name]
    plugins = PluginRegistry.load(allowed)
    database = await Database.connect(dsn, clock=clock or SystemClock(), size=settings.pool_size)
    database.interests = plugins.interests()
    linter = Linter(PluggedRulebook(allowed))
    try:
        yield Services(database, plugins, SecretBox(secret_keys(settings)), Dispatcher(database), linter)
    finally:
        await asyncio.to_thread(linter.close)
        await database.close()


async def work(settings: Settings, services: Services, dsn: str) -> None:
    """Carry out deliveries until cancelled; no plugin's process is left behind."""
    # The queue and its driver weigh a sixth of the process, and a server whose worker lives elsewhere needs neither.
    from crossview.deliveries.worker import Workplace, run_worker

    async with PluginRunner() as runner:
        workplace = Workplace()
        courier = Courier(
            database=services.database,
            plugins=services.plugins,
            runner=runner,
            secret_box=services.secret_box,
            loaders=loaders(link_base(settings)),
            environ={**os.environ, "CROSSVIEW_FILES_ROOT": str(settings.files_folder)},
            turns=Turns(waiting=workplace.concurrency // 2),
            pace=Pace(),
        )
        await run_worker(courier, dsn, workplace)


def loaders(link_base: str) -> Loaders:
    """By moment: the slice that reads its content when it is sent."""
    by_moment: Mapping[str, Callable[[Visit, DueDelivery, str], Awaitable[Event]]] = {
        "script_finished": load_script_finished,
        "script_reopened": load_script_reopened,
        "session_scheduled": load_session_moment,
        "session_moved": load_session_moment,
        "session_cancelled": load_session_moment,
        "observer_invited": load_session_moment,
        "observer_released": load_session_moment,
    }

    def linked(load: Callable[[Visit, DueDelivery, str], Awaitable[Event]]) -> Loader:
        return lambda visit, due: load(visit, due, link_base)

    return {moment: linked(load) for moment, load in by_moment.items()}


def link_base(settings: Settings) -> str:
    """Where people reach the API, for links in documents and calendars."""
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def secret_keys(settings: Settings) -> list[str]:
    """The keys that seal secrets, newest first: from the settings, else one of our own, made once and kept with the data."""
    if not settings.secret_keys:
        _make_key(settings.data_folder / KEY_FILE)
    return kept_keys(settings)


def kept_keys(settings: Settings) -> list[str]:
    """The keys as they are; none is made. Raises `FileNotFoundError` where neither the settings nor the data folder has one."""
    if settings.secret_keys:
        return [key.strip() for key in settings.secret_keys.split(",") if key.strip()]
    return [(settings.data_folder / KEY_FILE).read_text(encoding="ascii").strip()]


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Fernet.generate_key())
            file.flush()
            os.fsync(file.fileno())


def create_app(
    settings: Settings,
    database: Database,
    jobs_enqueued: Callable[[], None],
    *,
    plugins: PluginRegistry | None = None,
    secret_box: SecretBox | None = None,
    linter: Linter | None = None,
) -> Application:
    """The API, edge included. `jobs_enqueued` is called after a commit that left jobs for the worker."""
    boards = Boards(settings.board_bytes)
    inside = create_litestar(
        database, jobs_enqueued, plugins=plugins, secret_box=secret_box, boards=boards, linter=linter
    )
    return enclose(settings, inside)


def enclose(settings: Settings, inside: Litestar) -> Application:
    """The litestar application behind its lane and its edge."""
    services = {"boards": inside.state.boards, "linter": inside.state.linter}
    lane = Lane(cast(Application, inside), AWAITED, partial(make_door, inside.state), services)
    return Edge(lane, limit=settings.body_limit, seconds=settings.body_seconds)


def create_litestar(
    database: Database | None,
    jobs_enqueued: Callable[[], None],
    *,
    plugins: PluginRegistry | None = None,
    secret_box: SecretBox | None = None,
    boards: Boards | None = None,
    linter: Linter | None = None,
) -> Litestar:
    """The litestar application without its edge.

    Without `boards` it keeps none written out, and without a `linter` only the rules run that come along.
    """
    return Litestar(
        route_handlers=[*ROUTERS, read_script],
        dependencies={"door": Provide(open_door)},
        request_class=StrictRequest,
        exception_handlers=HANDLERS,
        logging_config=None,
        state=State(
            {
                "database": database,
                "jobs_enqueued": jobs_enqueued,
                "plugins": plugins,
                "secret_box": secret_box,
                "boards": Boards(0) if boards is None else boards,
                "linter": Linter(Rulebook()) if linter is None else linter,
                "openapi_json": cache(lambda app: msgspec.json.encode(contract.openapi(app))),
                "openapi_yaml": cache(lambda app: contract.openapi_yaml(app).encode()),
            }
        ),
        plugins=[contract.AsWritten()],
        openapi_config=OpenAPIConfig(title="Crossview", version="1", path="/unused", render_plugins=[]),
    )
