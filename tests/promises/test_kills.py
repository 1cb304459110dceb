"""Killed at any moment, nothing that was acknowledged is lost, and nothing that was asked twice is done twice.

A test owns the service and its PostgreSQL, which syncs every commit, and kills either of them while many write. What each
writer asked, and whether it was answered, is kept by the test. `kill -9` does not prove what a power cut would: that takes a
disk that keeps its word. `CROSSVIEW_TEST_SCALE` multiplies the kills.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from statistics import median

import asyncpg
import httpx
import pytest_asyncio

from crossview.postgres import EmbeddedPostgres
from tests.cli.command import crossview
from tests.promises.service import Service
from tests.promises.soundness import unsound
from tests.promises.wire import Wire
from tests.promises.writers import Write, Writers

KILLS = 8 * int(os.environ.get("CROSSVIEW_TEST_SCALE", "1"))
SEED = int(os.environ.get("CROSSVIEW_TEST_SEED", "20261123"))
WRITERS = 6

Told = Callable[[str, object], None]


async def fate(writers: Writers, owner: "asyncpg.Connection[asyncpg.Record]") -> dict[str, list[Write]]:
    """What was lost and what was done twice, by a look into every table that a write goes to."""
    await owner.execute("set search_path = crossview")
    kept: Counter[str] = Counter()
    for table, column in (("revision", "text"), ("comment", "text")):
        kept.update(row[0] for row in await owner.fetch(f"select {column} from {table}"))
    reason = await owner.fetchval("select reason from ballot where item_id = $1", writers.items[2])
    ballots = [write for write in writers.asked if write.method == "PUT"]
    # One person's ballots follow each other only as their answers came, so any that was acknowledged may be the last.
    lost = [
        write
        for write in writers.asked
        if write.method != "PUT" and write.status is not None and write.status < 300 and kept[write.text] == 0
    ]
    if ballots and any(write.status == 200 for write in ballots):
        assert reason in {write.text for write in ballots}
    twice = [write for write in writers.asked if write.method != "PUT" and kept[write.text] > 1]
    refused = [
        write for write in writers.asked if write.status is not None and 400 <= write.status < 500 and kept[write.text]
    ]
    events = await owner.fetchval("select count(*) from event where kind = 'item.added'")
    assert events == await owner.fetchval("select count(*) from item")
    return {name: found for name, found in (("lost", lost), ("twice", twice), ("refused and done", refused)) if found}


async def at_work(writers: Writers, seconds: float, blow: Callable[[], None]) -> None:
    """Everybody writes; after some time the blow falls, and they notice."""
    ended = asyncio.Event()
    tasks = [asyncio.create_task(writers.write(ended)) for _ in range(WRITERS)]
    await asyncio.sleep(seconds)
    await asyncio.to_thread(blow)
    ended.set()
    await asyncio.gather(*tasks)


async def test_kills_of_service_and_database_lose_and_double_nothing(tmp_path: Path, record_property: Told) -> None:
    dice = random.Random(SEED)
    service = Service(tmp_path)
    await asyncio.to_thread(service.start)
    try:
        writers = Writers(service.url, await asyncio.to_thread(service.token), dice)
        await writers.prepare()
        ready, again, moments = [], 0, []
        for number in range(KILLS):
            moment = dice.uniform(0.2, 1.5)
            what = ("service", "PostgreSQL")[number % 2]
            await at_work(writers, moment, service.kill if what == "service" else service.kill_postgres)
            moments.append(f"{what} at {moment:.2f} s")
            ready.append(await asyncio.to_thread(service.start))
            again += await writers.ask_again()
        owner = await asyncpg.connect(service.owner_dsn)
        wrong = await fate(writers, owner)
        sound = await unsound(owner)
        await owner.close()
        code, _ = await asyncio.to_thread(service.terminate)
    finally:
        await asyncio.to_thread(service.stop)

    acknowledged = sum(1 for write in writers.asked if write.status is not None and write.status < 300)
    assert (wrong, sound, code) == ({}, {}, 0)
    assert max(ready) < 10
    assert acknowledged > 20 * KILLS
    record_property(
        "figure",
        f"kills: {KILLS} ({', '.join(moments)}; seed {SEED}), {len(writers.asked)} writes, {acknowledged} acknowledged,"
        f" {again} asked again, lost 0, doubled 0; ready after {median(ready):.1f} s, {max(ready):.1f} s at most",
    )


async def test_termination_under_load_answers_or_leaves_everything(tmp_path: Path, record_property: Told) -> None:
    service = Service(tmp_path)
    await asyncio.to_thread(service.start)
    try:
        writers = Writers(service.url, await asyncio.to_thread(service.token), random.Random(SEED))
        await writers.prepare()
        ends: list[tuple[int, float]] = []
        await at_work(writers, 1.0, lambda: ends.append(service.terminate()))
        await asyncio.to_thread(service.start)
        owner = await asyncpg.connect(service.owner_dsn)
        wrong = await fate(writers, owner)
        sound = await unsound(owner)
        await owner.close()
    finally:
        await asyncio.to_thread(service.stop)

    [(code, seconds)] = ends
    assert (code, wrong, sound) == (0, {}, {})
    assert seconds < 15
    record_property("figure", f"SIGTERM under load: {len(writers.asked)} writes, ended in {seconds:.1f} s, lost 0")


@pytest_asyncio.fixture
async def outside(tmp_path: Path) -> AsyncIterator[tuple[Service, Wire, Path]]:
    """A service on a PostgreSQL that it does not lead, by way of a wire."""
    folder = tmp_path / "database"
    async with EmbeddedPostgres(folder) as embedded, Wire(embedded.dsn("postgres")).laid() as wire:
        service = Service(tmp_path, CROSSVIEW_DATABASE_URL=wire.dsn)
        ran = await asyncio.to_thread(crossview, tmp_path, "migrate", CROSSVIEW_DATABASE_URL=wire.dsn)
        assert ran.returncode == 0, ran.stderr
        await asyncio.to_thread(service.start)
        try:
            yield service, wire, folder
        finally:
            await asyncio.to_thread(service.stop)


async def test_database_that_goes_and_comes_back_is_waited_for(
    outside: tuple[Service, Wire, Path], record_property: Told
) -> None:
    service, wire, _ = outside
    writers = Writers(service.url, await asyncio.to_thread(service.token), random.Random(SEED))
    await writers.prepare()
    ended = asyncio.Event()
    tasks = [asyncio.create_task(writers.write(ended)) for _ in range(WRITERS)]
    slowest, back = 0.0, []
    async with httpx.AsyncClient(base_url=service.url, timeout=30) as client:
        for away in (wire.cut, wire.silence):
            await asyncio.sleep(0.5)
            away()
            for _ in range(3):
                begun = asyncio.get_running_loop().time()
                answer = await client.get("/v1/me", headers={"Authorization": f"Bearer {writers.token}"})
                slowest = max(slowest, asyncio.get_running_loop().time() - begun)
                assert (answer.status_code, answer.json()["code"], "retry-after" in answer.headers) == (
                    503, "unavailable", True,
                )  # fmt: skip
                assert (await client.get("/live")).status_code == 200
                assert (await client.get("/ready")).status_code == 503
            wire.mend()
            begun = asyncio.get_running_loop().time()
            while (await client.get("/ready")).status_code != 200:
                assert asyncio.get_running_loop().time() - begun < 10
                await asyncio.sleep(0.05)
            back.append(asyncio.get_running_loop().time() - begun)
    await asyncio.sleep(0.5)
    ended.set()
    await asyncio.gather(*tasks)
    again = await writers.ask_again()
    owner = await asyncpg.connect(wire.dsn)
    assert (await fate(writers, owner), await unsound(owner)) == ({}, {})
    await owner.close()
    assert slowest < 5
    record_property(
        "figure",
        f"database away, cut and silent: slowest answer {slowest:.1f} s, ready again after"
        f" {', '.join(f'{seconds:.1f} s' for seconds in back)}; {len(writers.asked)} writes, {again} asked again, lost 0",
    )
