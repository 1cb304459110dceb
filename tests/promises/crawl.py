"""The isolation crawl: every operation, called in one workspace with ids of another in each place that takes an id.

Whatever comes back is compared with the answer to an id that nobody has: an answer that differs, or that names anything of the
other workspace, is a leak.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import uuid4

import asyncpg
import httpx
from litestar import Litestar

from crossview import contract
from crossview.foundation.operations import Operation
from tests.contract.world import World

Admin: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

ALSO = {
    "after": "item_id", "alternative_of": "section_id", "departments": "department_id", "id": "item_id",
    "moderator_id": "member_id", "object_id": "script_id", "parent_id": "item_id",
}  # fmt: skip
"""Names of ids in bodies and queries that a path calls otherwise."""
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Place:
    """Where an id goes: in the path or the query under a name, or in the body at a path of keys."""

    where: str
    keys: tuple[str, ...]

    @property
    def thing(self) -> str:
        """The name of the world's id that belongs here."""
        name = next(key for key in reversed(self.keys) if key != "[]")
        return ALSO.get(name, name)


@dataclass
class Found:
    """What a crawl saw: how many calls and tries it made, and each leak in a line."""

    calls: int = 0
    tries: int = 0
    places: set[tuple[str, Place]] = field(default_factory=set)
    leaks: list[str] = field(default_factory=list)


def places(document: dict[str, Any], path: str, method: str) -> Iterator[Place]:
    """Every place of an operation that takes an id."""
    described = document["paths"][path][method]
    for parameter in described.get("parameters", []):
        if "$ref" in parameter:
            parameter = document["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[-1]]
        if parameter["in"] in ("path", "query") and "uuid" in str(parameter["schema"]):
            yield Place(parameter["in"], (parameter["name"],))
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for keys in sorted(set(_uuids(document, body, ()))):
        yield Place("body", keys)


def _uuids(
    document: dict[str, Any], schema: dict[str, Any], keys: tuple[str, ...], depth: int = 0
) -> Iterator[tuple[str, ...]]:
    if depth > 12:
        return
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if schema.get("format") == "uuid":
        yield keys
    for part in (part for union in ("anyOf", "oneOf", "allOf") for part in schema.get(union, [])):
        yield from _uuids(document, part, keys, depth + 1)
    for name, part in schema.get("properties", {}).items():
        yield from _uuids(document, part, (*keys, name), depth + 1)
    if isinstance(schema.get("items"), dict):
        yield from _uuids(document, schema["items"], (*keys, "[]"), depth + 1)


class Crawler:
    """Calls as the owner of `ours`, in an application that serves `theirs` too."""

    def __init__(self, app: Litestar, ours: World, theirs: World) -> None:
        self._document = contract.openapi(app)
        self._operations = {str(handler.operation_id): handler.opt["operation"] for handler in contract.operations(app)}
        self._ours = ours
        self._theirs = theirs

    async def crawl(
        self,
        admin: Admin,
        only: Collection[str] | None = None,
        beginning: Callable[[str], None] = lambda name: None,
    ) -> Found:
        """Call every operation, or those named, with ids of ours, and at each place with one of theirs and with nobody's.

        What changes our own things comes last, so that all the rest finds them. A change in the other workspace is a leak, too.
        `beginning` hears of each operation by its name.
        """
        found = Found()
        hidden = await ids_of(admin, self._theirs)
        before = await fingerprint(admin, self._theirs)
        called = [
            (path, method, methods[method]["operationId"])
            for path, methods in self._document["paths"].items()
            for method in methods
            if only is None or methods[method]["operationId"] in only
        ]
        called.sort(key=lambda one: (one[1] == "delete", one[1] != "get"))
        for changing in (False, True):
            for path, method, name in called:
                if self._operations[name].permission is None:
                    continue
                beginning(name)
                if changing is (method != "get"):
                    await self._call_ours(found, hidden, path, method, self._operations[name])
                if not changing:
                    for place in places(self._document, path, method):
                        found.places.add((name, place))
                        await self._try(found, hidden, path, method, self._operations[name], place)
        after = await fingerprint(admin, self._theirs)
        found.leaks += [f"{table} was changed" for table in before if before[table] != after[table]]
        return found

    async def _call_ours(self, found: Found, hidden: set[str], path: str, method: str, operation: Operation) -> None:
        answer = await self._call(path, method, operation, None, "")
        found.calls += 1
        if set(UUID.findall(answer.text)) & hidden:
            found.leaks.append(f"{method} {path}: {answer.status_code} tells {answer.text[:200]}")

    async def _try(
        self, found: Found, hidden: set[str], path: str, method: str, operation: Operation, place: Place
    ) -> None:
        foreign, nobodys = self._theirs.ids[place.thing], str(uuid4())
        answers = []
        for given in (foreign, nobodys):
            answer = await self._call(path, method, operation, place, given)
            found.tries += 1
            told = set(UUID.findall(answer.text)) - {given}
            if told & hidden:
                found.leaks.append(f"{method} {path} {place}: {answer.status_code} tells {answer.text[:200]}")
            answers.append((answer.status_code, _plain(answer.text, given)))
        if answers[0] != answers[1]:
            found.leaks.append(f"{method} {path} {place}: {answers[0]} for theirs, {answers[1]} for nobody's")

    async def _call(
        self, path: str, method: str, operation: Operation, place: Place | None, given: str
    ) -> httpx.Response:
        owner = self._ours.owner
        ids = {**self._ours.ids, **({place.keys[0]: given} if place and place.where == "path" else {})}
        query = {place.keys[0]: given} if place and place.where == "query" else None
        body = _filled(operation.example, self._ours.ids)
        if place and place.where == "body":
            body = _put(body if isinstance(body, dict) else {}, place.keys, given)
        headers = {"Authorization": f"Bearer {owner.token}"}
        if operation.needs_version:
            # A right version, so that it is the id that is refused.
            shown = await owner.get(re.sub(r"/[a-z]+$", "", path).format(**self._ours.ids))
            headers["If-Match"] = shown.headers.get("etag", '"1"')
        return await owner.api.request(method, path.format(**ids), json=body, params=query, headers=headers)


async def ids_of(admin: Admin, world: World) -> set[str]:
    """Every id that the rows of a workspace hold."""
    told: set[str] = set()
    for table in await tables(admin):
        for row in await admin.fetch(
            f"select t::text as row from crossview.{table} t where workspace_id = $1", world.workspace_id
        ):
            told |= set(UUID.findall(row["row"]))
    return told


async def tables(admin: Admin) -> list[str]:
    """The tables that hold rows of workspaces."""
    rows = await admin.fetch(
        "select table_name from information_schema.columns join information_schema.tables using (table_schema, table_name)"
        " where table_schema = 'crossview' and column_name = 'workspace_id' and table_type = 'BASE TABLE' order by 1"
    )
    return [row["table_name"] for row in rows]


async def fingerprint(admin: Admin, world: World) -> dict[str, str]:
    """A hash of all rows of a workspace, by table."""
    rows = "select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from crossview.{} t where workspace_id = $1"
    return {table: await admin.fetchval(rows.format(table), world.workspace_id) for table in await tables(admin)}


def _plain(text: str, given: str) -> str:
    return re.sub(r'"instance":"\w*"', "", text).replace(given, "ID")


def _filled(example: Any, ids: dict[str, str], name: str = "") -> Any:
    """The example of an operation with ids that are there."""
    if isinstance(example, dict):
        return {key: _filled(value, ids, key) for key, value in example.items()}
    if isinstance(example, str) and UUID.fullmatch(example):
        return ids.get(ALSO.get(name, name), example)
    return example


def _put(body: Any, keys: tuple[str, ...], value: str) -> Any:
    """The body with one value in its place, lists and objects made on the way."""
    key, *rest = keys
    if key == "[]":
        return [_put({}, tuple(rest), value) if rest else value]
    inner = body.get(key)
    return {**body, key: _put(inner if isinstance(inner, dict) else {}, tuple(rest), value) if rest else value}
