"""`crossview serve` and `crossview worker`."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click
import msgspec

from crossview import app
from crossview.cli.database import Addresses, ready_database, refuse_pending
from crossview.cli.patience import Patience
from crossview.cli.running import address, bound, listening, run
from crossview.foundation.logs import configure_logs
from crossview.foundation.settings import Settings, read_settings
from crossview.postgres import running_dsn


class Service(msgspec.Struct, frozen=True):
    """A service that answers: where, and on which database."""

    url: str
    database: Addresses


def serve(host: str | None, port: int | None) -> None:
    """Serve until told to stop."""
    settings = read_settings(os.environ)
    settings = msgspec.structs.replace(
        settings, host=settings.host if host is None else host, port=settings.port if port is None else port
    )
    configure_logs(settings.log)
    run(_serve(settings))


def work() -> None:
    """Carry out deliveries until told to stop."""
    settings = read_settings(os.environ)
    configure_logs(settings.log)
    run(_work(settings))


@asynccontextmanager
async def service(settings: Settings) -> AsyncIterator[Service]:
    """The whole service: database, worker and HTTP."""
    # A database that is away is told by whoever needs it; the pools would add a traceback for every try.
    for pool in ("asyncpg.pool", "psycopg.pool"):
        logging.getLogger(pool).setLevel(logging.CRITICAL)
    # The database first: a second service on one folder should hear of the folder, not of the port.
    async with ready_database(settings) as database:
        with bound(settings.host, settings.port) as at:
            url = address(at)
            # A free port is known only now, and links in calendars need it.
            settings = msgspec.structs.replace(settings, public_url=settings.public_url or url)
            patience = Patience(head=settings.head_seconds, answer=settings.answer_seconds)
            async with app.open_app(settings, database.app) as application, listening(application, at, patience):
                yield Service(url, database)


async def _serve(settings: Settings) -> None:
    async with service(settings) as served:
        click.echo(f"Crossview listens on {served.url}, its API page is {served.url}/docs. Ctrl-C stops it.")
        await asyncio.Event().wait()


async def _work(settings: Settings) -> None:
    dsn = settings.database_url or running_dsn(settings.data_folder)
    await refuse_pending(dsn)
    async with app.open_services(settings, dsn) as services:
        click.echo("The worker carries out deliveries. Ctrl-C stops it.")
        await app.work(settings, services, dsn)
