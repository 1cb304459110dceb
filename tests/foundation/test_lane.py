"""The lane: what takes it is answered as the framework would, and what does not fit goes on to the framework."""

from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

from crossview.app import enclose
from crossview.foundation.edge import Application, Edge, Receive, Scope, Send
from crossview.foundation.settings import Settings
from tests.bench import Bench, set_up
from tests.people import Person
from tests.votes.judging import opened

NOBODY = "00000000-0000-7000-8000-000000000000"
BALLOT = {"revision": 1, "choice": "keep"}

TAKEN: dict[str, tuple[str, str, dict[str, Any]]] = {
    "script": ("GET", "/v1/scripts/{script}", {}),
    "script with its tally": ("GET", "/v1/scripts/{script}?include=tally", {}),
    "script with its findings": ("GET", "/v1/scripts/{script}?include=findings", {}),
    "script with its tally and findings": ("GET", "/v1/scripts/{script}?include=tally,findings", {}),
    "script that is known": ("GET", "/v1/scripts/{script}", {"headers": {"If-None-Match": "*"}}),
    "script of nobody": ("GET", f"/v1/scripts/{NOBODY}", {}),
    "tally": ("GET", "/v1/scripts/{script}/tally", {}),
    "unknown token": ("GET", "/v1/scripts/{script}", {"headers": {"Authorization": "Bearer cv_unknown"}}),
    "no token": ("GET", "/v1/scripts/{script}", {"headers": {"Authorization": ""}}),
    "list of scripts": ("GET", "/v1/scripts", {}),
    "list of one script of a study": ("GET", "/v1/scripts?limit=1&study_id={study}", {}),
    "list from no cursor of ours": ("GET", "/v1/scripts?cursor=nonsense", {}),
    "ballot": ("PUT", "/v1/items/{item}/ballot", {"json": BALLOT}),
    "ballot on another revision": ("PUT", "/v1/items/{item}/ballot", {"json": {**BALLOT, "revision": 7}}),
    "ballot of no kind": ("PUT", "/v1/items/{item}/ballot", {"json": {**BALLOT, "choice": "perhaps"}}),
    "ballot with a word too many": ("PUT", "/v1/items/{item}/ballot", {"json": {**BALLOT, "weight": 9}}),
    "edit of no version": ("PATCH", "/v1/items/{item}", {"json": {"pinned": True}}),
    "edit of an old version": ("PATCH", "/v1/items/{item}", {"json": {"pinned": True}, "headers": {"If-Match": '"0"'}}),
}
LEFT: dict[str, tuple[str, str, dict[str, Any]]] = {
    "include of another kind": ("GET", "/v1/scripts/{script}?include=minutes", {}),
    "include twice": ("GET", "/v1/scripts/{script}?include=tally&include=tally", {}),
    "word that nobody asked for": ("GET", "/v1/scripts/{script}?color=red", {}),
    "limit beyond the limit": ("GET", "/v1/scripts?limit=201", {}),
    "limit of no number": ("GET", "/v1/scripts?limit=many", {}),
    "cursor that is too long": ("GET", "/v1/scripts?cursor=" + "A" * 201, {}),
    "id that is none": ("GET", "/v1/scripts/42", {}),
    "id in capitals": ("GET", "/v1/scripts/{SCRIPT}", {}),
    "header twice": ("GET", "/v1/scripts/{script}", {"headers": [("X-Note", "a"), ("X-Note", "b")]}),
    "ballot without a body": ("PUT", "/v1/items/{item}/ballot", {}),
    "other method": ("DELETE", "/v1/items/{item}/ballot", {}),
    "other operation": ("GET", "/v1/me", {}),
}


class Counted:
    """The framework, counting what reaches it."""

    def __init__(self, app: Application) -> None:
        self._app = app
        self.requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests += 1
        await self._app(scope, receive, send)


@pytest_asyncio.fixture
async def bench(owner: Person) -> Bench:
    """A script with one question under judgement, and the ids that the addresses name."""
    return await set_up(owner)


@pytest_asyncio.fixture
async def ids(bench: Bench) -> dict[str, str]:
    """What stands in the addresses."""
    question = await bench.question(await bench.section(), "What did the export do last week?")
    await opened(bench)
    script = str(bench.script["id"])
    return {"script": script, "SCRIPT": script.upper(), "item": question["id"], "study": bench.study["id"]}


@pytest_asyncio.fixture
async def framework(api: httpx.AsyncClient, settings: Settings, routes: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """The same application without the lane; `api` has given it its database."""
    edge = Edge(cast(Application, routes), limit=settings.body_limit, seconds=settings.body_seconds)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=edge), base_url="http://crossview.test") as client:
        yield client


async def asked(
    client: httpx.AsyncClient, person: Person, ids: dict[str, str], request: tuple[str, str, dict[str, Any]]
) -> tuple[int, dict[str, str], Any]:
    """Status, headers and body, without what is another one each time."""
    method, path, more = request
    headers = httpx.Headers(more.get("headers"))
    headers.setdefault("Authorization", f"Bearer {person.token}")
    answer = await client.request(method, path.format(**ids), headers=headers, json=more.get("json"))
    shown = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    body = answer.json() if answer.content else None
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in ("instance", "at")}
        if "at" in answer.text:
            shown.pop("etag", None)
    return answer.status_code, shown, body


@pytest.mark.parametrize("case", TAKEN)
async def test_request_on_the_lane_is_answered_as_the_framework_does(
    api: httpx.AsyncClient, framework: httpx.AsyncClient, bench: Bench, ids: dict[str, str], case: str
) -> None:
    by_framework = await asked(framework, bench.sales, ids, TAKEN[case])

    assert await asked(api, bench.sales, ids, TAKEN[case]) == by_framework
    assert by_framework[0] < 500


@pytest.mark.parametrize(
    ("case", "reaching"), [*((case, 0) for case in TAKEN), *((case, 1) for case in LEFT)], ids=[*TAKEN, *LEFT]
)
async def test_lane_takes_what_is_plainly_its_own(
    api: httpx.AsyncClient, bench: Bench, ids: dict[str, str], routes: Litestar, monkeypatch: pytest.MonkeyPatch,
    case: str, reaching: int,
) -> None:  # fmt: skip
    counted = Counted(cast(Application, routes.asgi_handler))
    monkeypatch.setattr(routes, "asgi_handler", counted)

    status, _, _ = await asked(api, bench.sales, ids, {**TAKEN, **LEFT}[case])

    assert (counted.requests, status < 500) == (reaching, True)


async def test_error_nobody_foresaw_is_a_problem_on_the_lane_too(
    settings: Settings, routes: Litestar, bench: Bench, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossview.votes.board.Board.tally", lambda *_: 1 / 0)
    transport = httpx.ASGITransport(app=enclose(settings, routes))

    async with httpx.AsyncClient(transport=transport, base_url="http://crossview.test") as client:
        status, headers, body = await asked(client, bench.sales, ids, TAKEN["tally"])

    assert (status, headers["content-type"], body["code"]) == (500, "application/problem+json", "internal_error")
