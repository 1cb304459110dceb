"""Turns: one call at a time over a connection, and a short line behind it."""

import asyncio
from uuid import uuid4

import pytest

from crossview.deliveries.turns import NoTurn, Turns


async def test_two_connections_do_not_wait_for_each_other() -> None:
    turns = Turns(waiting=0)

    async with turns.take(uuid4()), turns.take(uuid4()):
        pass


async def test_a_second_call_waits_for_the_first() -> None:
    turns, connection, order = Turns(waiting=1), uuid4(), list[str]()

    async def second() -> None:
        async with turns.take(connection):
            order.append("second")

    async with turns.take(connection):
        waiting = asyncio.create_task(second())
        await asyncio.sleep(0.01)
        order.append("first")
    await waiting

    assert order == ["first", "second"]


@pytest.mark.parametrize("turns", [Turns(waiting=0), Turns(waiting=1, behind_one=0), Turns(waiting=1, patience=0.01)])
async def test_who_would_wait_too_long_is_sent_away_and_the_line_goes_on(turns: Turns) -> None:
    connection = uuid4()

    async with turns.take(connection):
        with pytest.raises(NoTurn):
            async with turns.take(connection):
                pass
    async with turns.take(connection):
        pass


async def test_one_connection_cannot_take_every_place_to_wait() -> None:
    turns, slow, other = Turns(waiting=2, behind_one=1), uuid4(), uuid4()

    async def call() -> None:
        async with turns.take(slow):
            pass

    async with turns.take(slow), turns.take(other):
        waiting = asyncio.create_task(call())
        await asyncio.sleep(0.01)
        with pytest.raises(NoTurn):
            await call()
        behind_other = asyncio.create_task(_take(turns, other))
        await asyncio.sleep(0.01)
        assert not behind_other.done()
    await asyncio.gather(waiting, behind_other)


async def _take(turns: Turns, connection: object) -> None:
    async with turns.take(connection):  # type: ignore[arg-type]
        pass
