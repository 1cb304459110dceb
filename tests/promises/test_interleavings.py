"""Two requests on one script, in every order that their round trips allow: what both are told, and what is left behind.

A case is run once for each round trip of the one at which the other may cut in, and then the other way round.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from crossview.foundation.settings import Settings
from tests.bench import Bench, set_up
from tests.people import Person
from tests.promises.interleaving import Ask, Crossing, crossing
from tests.promises.soundness import unsound
from tests.votes.judging import closed, finish, opened

Names = dict[str, Any]
Base = Callable[[Bench], Awaitable[Names]]
Told = Callable[[str, object], None]


async def drafted(bench: Bench) -> Names:
    """A section with three questions, the first of which has a probe."""
    section = await bench.section(minutes=20)
    items = [await bench.question(section, f"What happened in month {number}?", minutes=2) for number in (1, 2, 3)]
    probe = await bench.question(section, "And then?", kind="probe", parent_id=items[0]["id"])
    return {"script": bench.script["id"], "section": section["id"], "probe": probe["id"],
            **{name: item["id"] for name, item in zip(("item", "next", "last"), items, strict=True)}}  # fmt: skip


async def judging(bench: Bench) -> Names:
    """The same under an open round."""
    names = await drafted(bench)
    return {**names, "round": (await opened(bench))["id"]}


async def decided(bench: Bench) -> Names:
    """The same after the close, with what was judged."""
    names = await judging(bench)
    for person in (bench.sales, bench.support):
        for item in ("item", "next", "last"):
            await person.put(f"/v1/items/{names[item]}/ballot", {"revision": 1, "choice": "keep"})
    await closed(bench, await bench.owner.seen(f"/v1/rounds/{names['round']}"))
    return names


async def finished(bench: Bench) -> Names:
    """The same, finished."""
    names = await decided(bench)
    assert (await finish(bench)).status_code == 201
    return names


@dataclass(frozen=True)
class Asked:
    """A request as data: addresses and bodies name things of the base, `based_on` the one whose version stands in If-Match."""

    method: str
    path: str
    body: Any = None
    based_on: str | None = None
    key: str | None = None
    by: str = "owner"

    async def ready(self, bench: Bench, names: Names) -> tuple[Person, Ask]:
        """The person and their request, with the version as it is now."""
        person: Person = getattr(bench, self.by)
        headers = {} if self.key is None else {"Idempotency-Key": f"{self.key} {names['script']}".replace(" ", "-")}
        if self.based_on is not None:
            kind = "item" if self.based_on in ("item", "next", "last", "probe") else self.based_on
            headers["If-Match"] = (await person.get(f"/v1/{kind}s/{names[self.based_on]}")).headers["etag"]
        path = self.path.format(**names)
        body = {
            field: names.get(value, value) if isinstance(value, str) else value
            for field, value in (self.body or {}).items()
        }

        async def ask(at: Person) -> Any:
            return await at.api.request(
                self.method, path, json=None if self.body is None else body,
                headers={"Authorization": f"Bearer {at.token}", **headers},
            )  # fmt: skip

        return person, ask


def edit(text: str, **more: Any) -> Asked:
    return Asked("PATCH", "/v1/items/{item}", {"text": text}, "item", **more)


def ballot(choice: str, by: str = "sales", revision: int = 1) -> Asked:
    return Asked("PUT", "/v1/items/{item}/ballot", {"revision": revision, "choice": choice}, by=by)


def move(item: str, **to: Any) -> Asked:
    return Asked("POST", f"/v1/items/{{{item}}}/move", {"section_id": "section", **to}, item)


def question(text: str, **more: Any) -> Asked:
    key = more.pop("key", None)
    return Asked("POST", "/v1/sections/{section}/items", {"kind": "question", "text": text, **more}, key=key)


CLOSE = Asked("POST", "/v1/rounds/{round}/close", based_on="round")
FINISH = Asked("POST", "/v1/scripts/{script}/finish", based_on="script")
OPEN = Asked("POST", "/v1/scripts/{script}/rounds", {})
REMOVE = Asked("DELETE", "/v1/items/{item}", based_on="item")
REMOVE_SECTION = Asked("DELETE", "/v1/sections/{section}", based_on="section")
REOPEN = Asked("POST", "/v1/scripts/{script}/reopen", {"reason": "The pilot ran over."})

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


async def fresh_script(bench: Bench) -> Any:
    return await bench.owner.made(f"/v1/studies/{bench.study['id']}/scripts", {"title": "Export interviews"})


async def still_one_script(bench: Bench) -> None:
    """It can be read, exported and verified, and its export has what its outline has."""
    path = f"/v1/scripts/{bench.script['id']}"
    whole = await bench.owner.seen(f"{path}?include=tally")
    ids = re.findall(r"'id': '([0-9a-f-]{36})', 'section_id'", str(whole))
    assert len(ids) == len(set(ids))
    await bench.owner.seen(f"{path}/document")
    for version in await bench.owner.seen(f"{path}/versions"):
        assert (await bench.owner.seen(f"{path}/versions/{version['number']}/verify"))["intact"], version
