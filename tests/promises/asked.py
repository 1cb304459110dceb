"""Requests on one script as data, and how far a script has come before they are asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.bench import Bench
from tests.people import Person
from tests.promises.interleaving import Ask
from tests.votes.judging import closed, finish, opened

Names = dict[str, Any]
Base = Callable[[Bench], Awaitable[Names]]


async def fresh_script(bench: Bench) -> Any:
    return await bench.owner.made(f"/v1/studies/{bench.study['id']}/scripts", {"title": "Export interviews"})


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
