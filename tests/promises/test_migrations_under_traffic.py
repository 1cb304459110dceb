"""A migration runs on a large database while people read and write: nobody is refused, nobody waits long, old code goes on.

`CROSSVIEW_TEST_SCALE` multiplies the rows; 50 makes a million items, revisions and events.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import asyncpg
import httpx
import pytest
import pytest_asyncio

from crossview.foundation.migrations import migrate
from tests.promises.service import Service
from tests.promises.soundness import unsound
from tests.promises.writers import Writers

ROWS = 20_000 * int(os.environ.get("CROSSVIEW_TEST_SCALE", "1"))
ITEMS_OF_A_SCRIPT = 50
SEED = int(os.environ.get("CROSSVIEW_TEST_SEED", "20261127"))
WRITERS, READERS = 4, 8
LONGEST = 2.5
"""Seconds that anybody may wait for an answer."""

Told = Callable[[str, object], None]

GROWN = """
    with grown as (
      insert into script (workspace_id, study_id, title, created_by)
      select s.workspace_id, s.study_id, 'Script ' || n, s.created_by
        from script s, generate_series(1, $2::integer / $3::integer) n where s.id = $1
      returning workspace_id, id, created_by
    ), parted as (
      insert into section (workspace_id, script_id, rank, kind, heading)
      select workspace_id, id, 1, 'core', 'Questions' from grown returning workspace_id, script_id, id
    ), filled as (
      insert into item (workspace_id, script_id, section_id, rank, kind, text, wording, author_id)
      select p.workspace_id, p.script_id, p.id, n, 'question', 'What happened at step ' || n || '?', sha256(n::text::bytea),
             g.created_by
        from parted p join grown g on g.id = p.script_id, generate_series(1, $3::integer) n
      returning workspace_id, id, script_id, text, wording, author_id
    ), revised as (
      insert into revision (workspace_id, item_id, number, script_id, text, wording, author_id)
      select workspace_id, id, 1, script_id, text, wording, author_id from filled
    )
    insert into event (workspace_id, kind, actor_id, script_id, subject_id)
    select workspace_id, 'item.added', author_id, script_id, id from filled
"""
"""A workspace that has grown: scripts of $3 items, $2 items in all, in the study of the script $1."""

STEPS = {
    "9001_items_get_a_tone.sql": "alter table item add column tone text;",
    "9002_tone_is_short.sql": "alter table item add constraint item_tone_short check (length(tone) <= 200) not valid;",
    "9003_tones_are_looked_at.sql": "alter table item validate constraint item_tone_short;",
    "9004_revisions_have_a_language.sql": "alter table revision add column language text not null default 'en';",
    "9005_items_by_kind.notx.sql": "create index concurrently item_of_kind on item (workspace_id, kind, id);",
    "9006_events_by_subject.notx.sql": "create index concurrently event_of_subject on event (workspace_id, subject_id, seq);",
    "9007_notes.sql": """
        create table note (
          workspace_id uuid not null references workspace,
          item_id uuid not null,
          text text not null check (length(text) between 1 and 4000),
          primary key (workspace_id, item_id),
          foreign key (workspace_id, item_id) references item on delete cascade
        );
        call raise_wall('note', 'select, insert, update');
    """,
    "9008_no_more_hooks.sql": "alter table script alter column title set default 'Untitled';",
}
"""What an expanding release does: new columns, checks, indexes and tables beside what the old code uses."""


@dataclass
class Timed(Writers):
    """Writers who look at the clock at every answer."""

    answers: list[tuple[float, int, str]] = field(default_factory=list)

    def client(self) -> httpx.AsyncClient:
        client = super().client()
        client.event_hooks = {"response": [self._note]}
        return client

    async def _note(self, answer: httpx.Response) -> None:
        await answer.aread()
        self.answers.append((answer.elapsed.total_seconds(), answer.status_code, answer.request.url.path))

    async def read(self, until: asyncio.Event) -> None:
        """Read what people read, without a pause."""
        script = self.script["id"]
        paths = ("/v1/scripts?limit=20", f"/v1/scripts/{script}?include=tally", "/v1/events?limit=20")
        async with self.client() as client:
            grown = (await client.get("/v1/scripts?limit=20")).json()["items"]
            while not until.is_set():
                other = self.dice.choice(grown)["id"]
                await client.get(self.dice.choice([*paths, f"/v1/scripts/{other}", f"/v1/scripts/{other}/document"]))


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of migrations that come after the shipped ones, with the real roles."""
    folder = tmp_path / "steps_to_come"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "roles.sql").write_text((resources.files("crossview.migrations") / "roles.sql").read_text())
    for name, text in STEPS.items():
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "steps_to_come", raising=False)
    return "steps_to_come"


@pytest_asyncio.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """A service with a PostgreSQL of its own, syncing to disk."""
    service = Service(tmp_path)
    await asyncio.to_thread(service.start)
    yield service
    await asyncio.to_thread(service.stop)


async def elder(dsn: str, seconds: float) -> None:
    """Somebody who has read the items and keeps the transaction open, as a dump does."""
    connection = await asyncpg.connect(dsn)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.fetchval("select count(*) from crossview.item")
        await asyncio.sleep(seconds)
    await connection.close()


async def test_migrations_of_a_large_database_hold_nobody_up(
    service: Service, steps: str, record_property: Told
) -> None:
    people = Timed(service.url, await asyncio.to_thread(service.token), random.Random(SEED))
    await people.prepare()
    owner = await asyncpg.connect(service.owner_dsn)
    await owner.execute("set search_path = crossview")
    await owner.execute(GROWN, people.script["id"], ROWS, ITEMS_OF_A_SCRIPT, timeout=600)
    await owner.execute("analyze")
    migrating = await asyncpg.connect(service.owner_dsn)
    people.answers.clear()

    ended = asyncio.Event()
    tasks = [asyncio.create_task(people.write(ended)) for _ in range(WRITERS)]
    tasks += [asyncio.create_task(people.read(ended)) for _ in range(READERS)]
    await asyncio.sleep(0.5)
    reading = asyncio.create_task(elder(service.owner_dsn, 3))
    await asyncio.sleep(0.2)
    begun = time.monotonic()
    ran = await migrate(migrating, steps)
    took = time.monotonic() - begun
    await asyncio.sleep(0.5)
    ended.set()
    await asyncio.gather(reading, *tasks)
    ready = httpx.get(f"{service.url}/ready").status_code
    sound = await unsound(owner)
    invalid = await owner.fetchval("select count(*) from pg_index where not indisvalid")
    await migrating.close()
    await owner.close()

    slowest, _, where = max(people.answers)
    failed = [answer for answer in people.answers if answer[1] >= 500]
    assert ran == [name.removesuffix(".sql").removesuffix(".notx") for name in STEPS]
    assert (failed, sound, invalid, ready) == ([], {}, 0, 200)
    assert [write for write in people.asked if write.status is None] == []
    assert slowest < LONGEST, where
    assert len(people.answers) > 100
    record_property(
        "figure",
        f"migrations under traffic: {ROWS:,} items, revisions and events, {len(ran)} steps in {took:.1f} s beside a reader of"
        f" 3 s; {len(people.answers)} requests of {WRITERS + READERS} people, none refused, slowest {slowest:.2f} s",
    )
