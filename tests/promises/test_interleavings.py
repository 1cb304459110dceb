"""Two requests on one script, in every order that their round trips allow: what both are told, and what is left behind.

A case is run once for each round trip of the one at which the other may cut in, and then the other way round.
"""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import asyncpg
import pytest
import pytest_asyncio

from crossview.foundation.settings import Settings
from tests.bench import Bench, set_up
from tests.people import Person
from tests.promises.asked import (
    CLOSE,
    FINISH,
    OPEN,
    REMOVE,
    REMOVE_SECTION,
    REOPEN,
    Asked,
    Base,
    ballot,
    decided,
    drafted,
    edit,
    finished,
    fresh_script,
    judging,
    move,
    question,
)
from tests.promises.interleaving import Crossing, crossing
from tests.promises.soundness import unsound

Told = Callable[[str, object], None]


Outcome = tuple[int, int]
CASES: dict[str, tuple[Base, Asked, Asked, set[Outcome]]] = {
    "two editors of one item": (drafted, edit("Mine?"), edit("Mine as well?"), {(200, 412), (412, 200)}),
    "edit against removal": (drafted, edit("Still here?"), REMOVE, {(200, 412), (404, 204)}),
    "removal against move": (drafted, REMOVE, move("item", after="last"), {(204, 404), (412, 200)}),
    "two moves to one place": (drafted, move("next", after=None), move("last", after=None), {(200, 200)}),
    "moves around each other": (drafted, move("next", after="last"), move("last", after="item"), {(200, 200)}),
    "move behind what is removed": (drafted, move("next", after="item"), REMOVE, {(200, 204), (422, 204)}),
    "probe below what is removed": (
        drafted, question("Why?", kind="probe", parent_id="item"), REMOVE, {(201, 204), (422, 204), (201, 412)},
    ),
    "two questions at one place": (drafted, question("One?", after="item"), question("Two?", after="item"), {(201, 201)}),
    "question into what is removed": (drafted, question("Late?"), REMOVE_SECTION, {(201, 204), (404, 204), (201, 412)}),
    "one key twice": (drafted, question("Once?", key="k"), question("Once?", key="k"), {(201, 201), (201, 409), (409, 201)}),
    "one key for two": (drafted, question("This?", key="k"), question("That?", key="k"),
                        {(201, 422), (422, 201), (201, 409), (409, 201)}),
    "two openings": (drafted, OPEN, OPEN, {(201, 409), (409, 201)}),
    "edit against opening": (drafted, edit("Before or after?"), OPEN, {(200, 201)}),
    "ballot against close": (judging, ballot("keep"), CLOSE, {(200, 200), (409, 200)}),
    "two closes": (judging, CLOSE, CLOSE, {(200, 409), (409, 200), (200, 412), (412, 200)}),
    "one person's two ballots": (judging, ballot("keep"), ballot("drop"), {(200, 200)}),
    "two people's ballots": (judging, ballot("keep"), ballot("drop", by="support"), {(200, 200)}),
    "ballot against edit": (judging, ballot("keep"), edit("Quite another question?"), {(200, 200), (409, 200)}),
    "ballot against removal": (judging, ballot("keep"), REMOVE, {(200, 204), (404, 204)}),
    "finish against edit": (decided, FINISH, edit("At the last moment?"), {(201, 409), (412, 200)}),
    "finish against question": (decided, FINISH, question("At the last moment?"), {(201, 409), (412, 201)}),
    "finish against removal": (decided, FINISH, REMOVE, {(201, 409), (412, 204)}),
    "finish against opening": (decided, FINISH, OPEN, {(201, 409), (409, 201), (412, 201)}),
    "two finishes": (decided, FINISH, FINISH, {(201, 409), (409, 201), (201, 412), (412, 201)}),
    "two reopenings": (finished, REOPEN, REOPEN, {(200, 409), (409, 200)}),
    "reopening against finish": (finished, REOPEN, FINISH, {(200, 409), (200, 412), (200, 201)}),
}  # fmt: skip


@pytest.fixture
def told(record_property: Told) -> Told:
    return record_property


@pytest_asyncio.fixture
async def crossed(dsn: str, settings: Settings) -> AsyncIterator[Crossing]:
    async with crossing(dsn, settings) as ready:
        yield ready


@pytest_asyncio.fixture
async def admin(dsn: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.mark.parametrize("case", CASES)
async def test_two_at_once_leave_one_truth_behind(
    owner: Person, crossed: Crossing, admin: "asyncpg.Connection[asyncpg.Record]", told: Told, case: str
) -> None:
    base, one, other, allowed = CASES[case]
    bench = await set_up(owner)
    seen: set[Outcome] = set()
    orders = 0
    for first, second, turned in ((one, other, False), (other, one, True)):
        head, steps = 0, 1
        while head <= steps:
            names = await base(replace(bench, script=await fresh_script(bench)))
            bench_now = replace(bench, script={"id": names["script"]})
            came = await crossed.run(
                await first.ready(bench_now, names), await second.ready(bench_now, names), head=head
            )
            outcome = came.first.status_code, came.second.status_code
            seen.add(outcome[::-1] if turned else outcome)
            texts = f"{came.first.text}\n{came.second.text}"
            assert (outcome[::-1] if turned else outcome) in allowed, (
                f"{case}, {head} of {came.steps} steps in: {texts}"
            )
            assert await unsound(admin) == {}, f"{case}, {head} of {came.steps} steps in"
            await still_one_script(bench_now)
            head, steps, orders = head + 1, came.steps, orders + 1
    told("figure", f"interleaving: {case}: {orders} orders, seen {sorted(seen)}")


async def still_one_script(bench: Bench) -> None:
    """It can be read, exported and verified, and its export has what its outline has."""
    path = f"/v1/scripts/{bench.script['id']}"
    whole = await bench.owner.seen(f"{path}?include=tally")
    ids = re.findall(r"'id': '([0-9a-f-]{36})', 'section_id'", str(whole))
    assert len(ids) == len(set(ids))
    await bench.owner.seen(f"{path}/document")
    for version in await bench.owner.seen(f"{path}/versions"):
        assert (await bench.owner.seen(f"{path}/versions/{version['number']}/verify"))["intact"], version
