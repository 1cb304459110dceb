"""Judging as the tests do it: open, cast, close, finish."""

from typing import Any

import httpx

from tests.bench import Bench
from tests.people import Person


async def opened(bench: Bench, **settings: Any) -> Any:
    """An open round on the bench's script."""
    return await bench.owner.made(
        f"/v1/scripts/{bench.script['id']}/rounds", {"settings": settings} if settings else {}
    )


async def cast(person: Person, item: dict[str, Any], choice: str, **more: Any) -> httpx.Response:
    """A ballot on the revision that `item` has."""
    return await person.put(f"/v1/items/{item['id']}/ballot", {"revision": item["revision"], "choice": choice, **more})


async def kept(person: Person, *items: dict[str, Any]) -> None:
    """Keep each of the items; anything but success fails the test."""
    for item in items:
        answer = await cast(person, item, "keep")
        assert answer.status_code == 200, answer.text


async def closed(bench: Bench, judging: dict[str, Any]) -> Any:
    """The round after its close."""
    answer = await bench.owner.post(f"/v1/rounds/{judging['id']}/close", If_Match=f'"{judging["version"]}"')
    assert answer.status_code == 200, answer.text
    return answer.json()


async def finish(bench: Bench, version: int | None = None) -> httpx.Response:
    """Finish the bench's script at the version it has, or at another."""
    at = (await bench.now())["version"] if version is None else version
    return await bench.owner.post(f"/v1/scripts/{bench.script['id']}/finish", If_Match=f'"{at}"')
