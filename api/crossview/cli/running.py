"""Running until told to stop: the event loop of a command, Ctrl-C and SIGTERM, and the HTTP server.

Everything that runs is an asynchronous context, and a signal cancels the task inside them: each one then ends in its turn,
the server first, the worker next, PostgreSQL last.
"""

import asyncio
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TypeVar

import uvicorn

from crossview.cli.failures import CommandFailed
from crossview.cli.patience import Patience, patient
from crossview.foundation.edge import Application
from crossview.plugin.confinement import keep_private

Result = TypeVar("Result")

GRACE = 15
"""Seconds that requests in flight have to finish."""
BACKLOG = 2048


def run(work: Coroutine[None, None, Result]) -> Result | None:
    """Run to the end, or until Ctrl-C or SIGTERM: that is an orderly end too, and its result is None."""
    # The environment may hold the address of the database, and a plugin's process must not read it from here.
    keep_private()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_until_signalled(work))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # There is none for Windows.
        return None
    return uvloop.new_event_loop


async def _until_signalled(work: Coroutine[None, None, Result]) -> Result | None:
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(work)
    signalled = False

    def stop() -> None:
        nonlocal signalled
        signalled = True
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        return await task
    except asyncio.CancelledError:
        if not signalled:
            raise
        return None


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers: those would end the process before PostgreSQL has stopped."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def listening(application: Application, at: socket.socket, patience: Patience) -> AsyncIterator[None]:
    """The application answers at a bound socket; leaving stops accepting, and waits for requests in flight."""
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="off",
        http=patient(patience),
        ws="none",
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE,
        server_header=False,
    )
    # What it would say of its start and end, the command says itself.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    server = _Server(config)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve([at]))
        await server.ready.wait()
        # What is there now stays, and the collector need not look through it again for every few requests.
        gc.collect()
        gc.freeze()
        try:
            yield
        finally:
            server.should_exit = True
            # Waited for here, since a group that is cancelled cancels its tasks. Asked a second time, it does so.
            await serving


@contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket on that port, before anything slow is begun; port 0 takes a free one. Raises `CommandFailed`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise CommandFailed(f"There is no address {host} here. Name another by --host.") from None
    with socket.socket(family, kind, protocol) as at:
        at.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            at.bind(address)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CommandFailed(
                f"Port {port} at {host} cannot be had ({reason}). Take another one by --port."
            ) from None
        yield at


def address(at: socket.socket) -> str:
    """Where browsers and programs of this machine reach the socket."""
    host, port = at.getsockname()[:2]
    with suppress(KeyError):
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}[host]  # noqa: S104 - read here, not bound
    return f"http://[{host}]:{port}" if ":" in host and "[" not in host else f"http://{host}:{port}"
