"""Told to stop, it takes nothing new, ends what it has begun, gives back what it cannot end, and leaves with 0."""

import asyncio
import random
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from crossview.cli.patience import Patience
from crossview.cli.running import address, bound, listening
from crossview.foundation.edge import Receive, Scope, Send
from crossview.postgres import EmbeddedPostgres
from tests.cli.command import alive, crossview, descendants, running
from tests.promises.service import Service
from tests.promises.writers import Writers, finish_a_script

Told = Callable[[str, object], None]

PATIENCE = 30.0

SIGNING = "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="


class Receiver:
    """Somebody's server for webhooks, which takes its time: it notes who came, and answers when it is released."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.released = asyncio.Event()
        self.url = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Receiver"]:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        try:
            yield self
        finally:
            server.close()

    async def came(self, number: int) -> None:
        """Wait for as many calls as that."""
        await _until(lambda: len(self.ids) == number)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        self.ids.append(head.partition("webhook-id: ")[2].partition("\r\n")[0])
        await self.released.wait()
        with suppress(ConnectionError):
            writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            await writer.drain()
        writer.close()


@dataclass(frozen=True)
class Works:
    """A database that outlives the service, the settings of the service, and somebody whom it delivers to."""

    dsn: str
    variables: dict[str, str]
    receiver: Receiver

    async def confirmed(self) -> float:
        """Wait until the only delivery is confirmed; the seconds it took."""
        begun = time.monotonic()
        while (await self.rows("select state from crossview.delivery")) != [("confirmed",)]:
            assert time.monotonic() - begun < PATIENCE
            await asyncio.sleep(0.05)
        return time.monotonic() - begun

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(self.dsn)
        found = [tuple(row) for row in await connection.fetch(statement)]
        await connection.close()
        return found

    async def leases(self) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """The jobs of deliveries with whoever has them, and the workers that are known; housekeeping is not looked at."""
        jobs = "select status::text, worker_id from queue.procrastinate_jobs where queue_name = 'deliveries'"
        return await self.rows(jobs), await self.rows("select id from queue.procrastinate_workers")


async def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


@pytest_asyncio.fixture
async def works(tmp_path: Path) -> AsyncIterator[Works]:
    """The database, migrated, and the receiver."""
    async with EmbeddedPostgres(tmp_path / "database", fsync=False) as embedded, Receiver().open() as receiver:
        variables = {
            "CROSSVIEW_DATABASE_URL": embedded.dsn("postgres"),
            "CROSSVIEW_SECRET_KEYS": Fernet.generate_key().decode(),
            "CROSSVIEW_WEBHOOKS_ALLOW_PRIVATE": "1",
        }
        ran = await asyncio.to_thread(crossview, tmp_path, "migrate", **variables)
        assert ran.returncode == 0, ran.stderr
        yield Works(embedded.dsn("postgres"), variables, receiver)


async def finish_for(receiver: Receiver, service: Service) -> None:
    """A finished script on its way to the receiver."""
    people = Writers(service.url, await asyncio.to_thread(service.token), random.Random(1))
    await people.prepare()
    connection = {"plugin": "webhooks", "name": "Hook", "settings": {"url": receiver.url}}
    async with people.client() as client:
        made = await client.post("/v1/connections", json=connection | {"secrets": {"signing_secrets": [SIGNING]}})
        made.raise_for_status()
        await finish_a_script(client)


async def test_service_gives_back_the_delivery_that_it_cannot_end(
    works: Works, tmp_path: Path, record_property: Told
) -> None:
    service = Service(tmp_path, **works.variables, CROSSVIEW_WORKER="inline")
    await asyncio.to_thread(service.start)
    try:
        await finish_for(works.receiver, service)
        await works.receiver.came(1)
        jobs, workers = await works.leases()
        code, seconds = await asyncio.to_thread(service.terminate)
        left = await works.leases()
        delivery = await works.rows("select state, attempts, reason from crossview.delivery")
        works.receiver.released.set()
        await asyncio.to_thread(service.start)
        taken_over = await works.confirmed()
        second, _ = await asyncio.to_thread(service.terminate)
    finally:
        await asyncio.to_thread(service.stop)

    assert jobs == [("doing", *worker) for worker in workers]
    assert (code, left, delivery) == (0, ([("todo", None)], []), [("pending", 1, None)])
    assert seconds < 10
    assert taken_over < 10
    assert (second, await works.leases()) == (0, ([], []))
    assert len(works.receiver.ids) == 2
    assert len(set(works.receiver.ids)) == 1
    record_property(
        "figure",
        f"SIGTERM in the middle of a delivery: ended in {seconds:.1f} s, job given back, carried out {taken_over:.1f} s after"
        " the next start",
    )


async def test_worker_ends_the_delivery_that_it_has_begun(works: Works, tmp_path: Path) -> None:
    service = Service(tmp_path, **works.variables)
    alone = tmp_path / "alone"
    alone.mkdir()
    await asyncio.to_thread(service.start)
    try:
        await finish_for(works.receiver, service)
        with running(alone, "worker", **works.variables) as worker:
            await works.receiver.came(1)
            led = descendants(worker.process.pid)
            worker.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.5)
            still = worker.process.poll()
            works.receiver.released.set()
            code = await asyncio.to_thread(worker.process.wait, PATIENCE)
        left = await works.leases()
        delivery = await works.rows("select state, attempts from crossview.delivery")
    finally:
        await asyncio.to_thread(service.stop)

    assert (still, code, left, delivery) == (None, 0, ([], []), [("confirmed", 1)])
    assert led != []
    assert alive(led) == []


class Desk:
    """An application whose answers wait until they are released; it counts who came, and who was sent away in the middle."""

    def __init__(self) -> None:
        self.came, self.cut = 0, 0
        self.released = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.came += 1
        try:
            await self.released.wait()
        except asyncio.CancelledError:
            self.cut += 1
            raise
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize("grace", [5, 1])
async def test_requests_in_flight_have_their_time_and_new_ones_are_not_taken(
    monkeypatch: pytest.MonkeyPatch, grace: int
) -> None:
    monkeypatch.setattr("crossview.cli.running.GRACE", grace)
    desk, leave = Desk(), asyncio.Event()

    async def serving() -> None:
        async with listening(desk, at, Patience(head=10, answer=10)):
            await leave.wait()

    with bound("127.0.0.1", 0) as at:
        url = address(at)
        served = asyncio.create_task(serving())
        async with httpx.AsyncClient(timeout=10) as client:
            asked = asyncio.create_task(client.get(url))
            await _until(lambda: desk.came == 1)
            leave.set()
            begun = time.monotonic()
            await asyncio.sleep(0.5)
            with pytest.raises(httpx.ConnectError):
                await client.get(url)
            if grace == 5:
                desk.released.set()
            answer = (await asyncio.gather(asked, return_exceptions=True))[0]
            await served
    took = time.monotonic() - begun

    if grace == 5:
        assert isinstance(answer, httpx.Response)
        assert (answer.status_code, desk.came, desk.cut) == (204, 1, 0)
        assert took < 3
    else:
        assert (desk.came, desk.cut) == (1, 1)
        assert grace <= took < grace + 2
