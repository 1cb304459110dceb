"""Dispatching: one notification for many commits, and none that is missed for good."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import asyncpg
import pytest_asyncio

from crossview.deliveries.dispatch import Dispatcher
from crossview.deliveries.worker import Workplace, run_worker
from tests.deliveries.conftest import Post

CHANNELS = ("procrastinate_any_queue_v1", "procrastinate_queue_v1#deliveries")


@pytest_asyncio.fixture
async def running(dispatcher: Dispatcher) -> AsyncIterator[Dispatcher]:
    """A dispatcher at work."""
    task = asyncio.create_task(dispatcher.run())
    yield dispatcher
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_many_wakes_become_few_notifications_on_both_channels(running: Dispatcher, dsn: str) -> None:
    heard: list[str] = []
    connection = await asyncpg.connect(dsn)
    for channel in CHANNELS:
        await connection.add_listener(channel, lambda *said: heard.append(said[2]))

    for _ in range(100):
        running.wake()
        await asyncio.sleep(0)
    await asyncio.sleep(0.2)
    await connection.close()

    assert set(heard) == set(CHANNELS)
    assert len(heard) <= 6


async def test_a_worker_that_seldom_looks_hears_of_a_job_at_once(post: Post, running: Dispatcher) -> None:
    await post.connect("first")
    worker = asyncio.create_task(run_worker(post.courier, post.dsn, Workplace(poll=60)))
    await asyncio.sleep(0.5)
    began = time.monotonic()

    await post.publish(uuid4())
    running.wake()
    await post.until("confirmed", seconds=10)

    worker.cancel()
    with suppress(asyncio.CancelledError):
        await worker
    assert time.monotonic() - began < 5


async def test_a_request_that_leaves_jobs_wakes_the_workers(post: Post, running: Dispatcher, dsn: str) -> None:
    mailbox = await post.connect("first")
    await post.publish(uuid4())
    heard = asyncio.Event()
    connection = await asyncpg.connect(dsn)
    await connection.add_listener(CHANNELS[0], lambda *_: heard.set())

    await post.owner.patch(mailbox.path, {"enabled": False}, 1)
    await asyncio.sleep(0.1)
    assert not heard.is_set()
    await post.owner.patch(mailbox.path, {"enabled": True}, 2)

    await asyncio.wait_for(heard.wait(), timeout=5)
    await connection.close()
