"""What the contract lets a client fill in: every operation with a right request, and the places of its body."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
from litestar import Litestar

from crossview import contract
from crossview.foundation.operations import Operation
from crossview.foundation.permissions import Role
from tests.contract.world import World
from tests.promises.crawl import ALSO

Keys = tuple[str, ...]

DOCUMENT: dict[str, Any] = {
    "title": "Export interviews",
    "language": "en",
    "session_minutes": 45,
    "front_matter": "owner: Support",
    "sections": [
        {
            "kind": "core",
            "heading": "The last export",
            "timing": "(about 20 minutes)",
            "items": [
                {
                    "kind": "question",
                    "text": "Tell me about the last time you exported a report.",
                    "intent": "See the steps before the failure.",
                    "sensitivity": "work",
                    "department": "Support",
                    "layout": {"style": "bullet", "marker": ""},
                    "suppressions": [
                        {"code": "CV101", "reason": "The old survey has these words.", "until": "2027-01-31"}
                    ],
                    "items": [{"kind": "probe", "text": "And then?"}],
                }
            ],
        }
    ],
}
"""A script with something in every place that takes a text."""
FREE: dict[str, tuple[Keys, ...]] = {
    "connect": (("settings", "folder"), ("settings", "other"), ("secrets", "signing_secrets")),
    "change_connection": (("settings", "folder"),),
}
"""Texts in objects of which the contract says only that they are objects."""
OWN_RULES: dict[tuple[str, str], set[str]] = {
    ("accept_invitation", "link"): {"unknown_invitation"},
    ("answer_dissent", "text"): {"not_decided"},
    ("answer_sign_off", "text"): {"not_decided"},
    ("ask_for_sign_off", "deadline"): {"invalid_input", "not_decided"},
    ("change_connection", "folder"): {"invalid_input"},
    ("change_connection", "name"): {"connection_exists"},
    ("add_item", "bank_ref"): {"unknown_reference"},
    ("change_department", "name"): {"department_exists"},
    ("connect", "folder"): {"invalid_input"},
    ("connect", "name"): {"connection_exists"},
    ("connect", "other"): {"invalid_input"},
    ("connect", "plugin"): {"unknown_plugin"},
    ("connect", "signing_secrets"): {"invalid_input"},
    ("change_dissent_answer", "text"): {"not_decided"},
    ("create_department", "name"): {"department_exists"},
    ("file_objection", "reason"): {"objection_not_open"},
    ("import_bank", "text"): {"unfit_bank"},
    ("move_session", "starts_at"): {"invalid_input"},
    ("move_session", "zone"): {"unknown_zone"},
    ("open_bank", "namespace"): {"bank_exists"},
    ("open_round", "person_cap"): {"bad_setting"},
    ("reopen_script", "reason"): {"not_finished"},
    ("schedule_session", "starts_at"): {"invalid_input"},
    ("schedule_session", "zone"): {"unknown_zone"},
    ("sign_off", "decision"): {"not_decided"},
    ("sign_off", "note"): {"not_decided"},
    ("sign_off", "sha256"): {"not_decided"},
    ("take_bank_update", "text"): {"nothing_newer"},
}
"""Refusals of texts that fit the schema, by operation and field: rules that no schema tells."""
NOTHING_TO_CHANGE = {"change_dissent_answer"}
"""Operations that change something by its version which this world does not have: it has an open round, so no dissent."""
GROWS = {"invalid_input", "unfit_document"}
"""Refusals of a text that is too long once it is in Unicode normalisation form C."""
IN_FORM_C = {
    "create_script", "change_script", "add_section", "change_section", "add_item", "change_item", "preview_import",
    "import_script", "suppress_finding", "open_bank", "change_bank", "take_bank_update",
}  # fmt: skip
"""Operations whose texts are kept in Unicode normalisation form C."""
MADE_AT = {
    "accept_invitation": "/v1/members/{member[id]}",
    "connect": "/v1/connections/{id}",
    "create_department": "/v1/departments/{id}",
    "open_bank": "/v1/banks/{namespace}",
    "import_bank": "/v1/banks/{namespace}",
    "open_study": "/v1/studies/{id}",
    "write_context_card": "/v1/context-cards/{id}",
    "create_script": "/v1/scripts/{id}",
    "add_section": "/v1/sections/{id}",
    "add_item": "/v1/items/{id}",
    "take_bank_update": "/v1/items/{id}",
    "schedule_session": "/v1/sessions/{id}",
    "import_script": "/v1/scripts/{script[id]}/document",
    "invite": "/v1/invitations",
    "issue_token": "/v1/tokens",
    "suppress_finding": "/v1/items/{item_id}",
    "add_comment": "/v1/scripts/{script_id}/comments",
    "change_comment": "/v1/scripts/{script_id}/comments",
}
"""Where what was made is read, with its id from the answer; what was changed is read at its own address."""
SHOWN_ONCE = {"preview_import", "issue_service_token"}
"""Operations that show a text in their own answer and nowhere else."""
NOT_SHOWN = {
    ("accept_invitation", "link"),
    ("import_bank", "note"),
    ("import_bank", "text"),
    ("import_script", "department"),
    ("import_script", "guide"),
    ("preview_import", "guide"),
    *(("lint", field) for field in ("text", "previous", "options", "language", "glossary", "skip_notice", "consent")),
}
"""Fields whose texts do not come back: a secret, a name that no department has, guides, which become scripts, drafts, of which
nothing is kept, and the file of a bank with the note for what it leaves out."""
BLANK_IS_NONE = {("import_script", "title")}
"""Fields in which blanks alone are as good as nothing."""
LISTED = {
    "comment_id": "/v1/scripts/{script_id}/comments",
    "invitation_id": "/v1/invitations",
    "seat_id": "/v1/sessions/{session_id}/seats",
    "token_id": "/v1/tokens",
}
"""Lists that hold what has no address to be read at."""


@dataclass(frozen=True)
class Place:
    """A part of a body: where it stands, and what its schema takes. `unions` are the schemas it may fit."""

    keys: Keys
    unions: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        """The name of the field, or of the list that holds it."""
        return next((key for key in reversed(self.keys) if key != "[]"), "")

    @property
    def types(self) -> set[str]:
        """The JSON types that it takes; every type where the schema does not say."""
        found = {kind for schema in self.unions for kind in _types(schema)}
        return found or {"object", "array", "string", "number", "integer", "boolean", "null"}

    def takes(self, text: str) -> bool:
        """Whether a text fits the schema."""
        return any(_takes(schema, text) for schema in self.unions)


@dataclass(frozen=True)
class Target:
    """One operation: how to call it rightly, what its body is made of, and the names of what its query takes."""

    name: str
    method: str
    path: str
    operation: Operation
    body: Any
    places: tuple[Place, ...]
    query: frozenset[str]

    def filled(self, body: Any, place: Place, value: Any) -> Any:
        """The body with a value in its place; a guide and a document are never sent together."""
        body = {key: part for key, part in body.items() if key != "document"} if place.keys == ("guide",) else body
        return placed(body, place.keys, value)

    @property
    def texts(self) -> tuple[Place, ...]:
        """The places that take a text or at least a JSON string."""
        return tuple(place for place in self.places if "string" in place.types and place.keys)

    @property
    def objects(self) -> tuple[Place, ...]:
        """The objects that refuse what they do not know."""
        closed = {"additionalProperties": False}.items()
        return tuple(place for place in self.places if any(closed <= schema.items() for schema in place.unions))


def targets(app: Litestar, world: World) -> list[Target]:
    """Every operation of the contract with a body that it takes in this world."""
    document = msgspec.json.decode(msgspec.json.encode(contract.openapi(app)))
    operations = {str(handler.operation_id): handler.opt["operation"] for handler in contract.operations(app)}
    return [
        _target(document, described, method, path, operations[described["operationId"]], world)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]


def _target(
    document: dict[str, Any], described: dict[str, Any], method: str, path: str, operation: Operation, world: World
) -> Target:
    name = described["operationId"]
    body = _filled(operation.example, world.ids)
    if "document" in _properties(document, described):
        body = {**{key: value for key, value in body.items() if key != "guide"}, "document": DOCUMENT}
    schema = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    places = [] if schema is None else list(_places(document, schema, (), frozenset()))
    places += [Place(keys, ({"type": "string"},)) for keys in FREE.get(name, ())]
    query = {parameter["name"] for parameter in described.get("parameters", ()) if parameter.get("in") == "query"}
    return Target(name, method.upper(), path, operation, body, tuple(places), frozenset(query))


def _properties(document: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    schema = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    found: dict[str, Any] = _resolved(document, schema).get("properties", {})
    return found


def _places(document: dict[str, Any], schema: dict[str, Any], keys: Keys, above: frozenset[str]) -> Iterator[Place]:
    """The place itself and what is inside; a schema within itself is walked once."""
    reference = schema.get("$ref", "")
    if reference in above:
        return
    above = above | {reference} - {""}
    unions = tuple(_unions(document, schema))
    yield Place(keys, unions)
    for part in unions:
        for name, inner in part.get("properties", {}).items():
            yield from _places(document, inner, (*keys, name), above)
        if isinstance(part.get("items"), dict):
            yield from _places(document, part["items"], (*keys, "[]"), above)


def _unions(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    schema = _resolved(document, schema)
    parts = [part for union in ("anyOf", "oneOf") for part in schema.get(union, [])]
    if not parts:
        yield schema
    for part in parts:
        yield from _unions(document, part)


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return found


def _types(schema: dict[str, Any]) -> set[str]:
    if "enum" in schema:
        return {"string"}
    kind = schema.get("type")
    return {"number", "integer"} if kind == "number" else {kind} if kind else set()


def _takes(schema: dict[str, Any], text: str) -> bool:
    if "string" not in _types(schema):
        return False
    if "enum" in schema:
        return text in schema["enum"]
    if schema.get("format") in ("uuid", "date"):
        return False
    return schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)) and (
        "pattern" not in schema or re.search(schema["pattern"], text) is not None
    )


def _filled(example: Any, ids: dict[str, str], name: str = "") -> Any:
    if isinstance(example, dict):
        return {key: _filled(value, ids, key) for key, value in example.items()}
    try:
        UUID(example)
    except (ValueError, TypeError, AttributeError):
        return example
    return ids.get(ALSO.get(name, name), example)


def placed(body: Any, keys: Keys, value: Any) -> Any:
    """The body with one value in its place; lists and objects are made on the way."""
    if not keys:
        return value
    key, *rest = keys
    if key == "[]":
        first, *others = body if isinstance(body, list) and body else [{}]
        return [placed(first, tuple(rest), value), *others]
    inner = body.get(key) if isinstance(body, dict) else None
    return {**(body if isinstance(body, dict) else {}), key: placed(inner, tuple(rest), value)}


def strings(value: Any) -> set[str]:
    """Every text of a JSON value."""
    if isinstance(value, str):
        return {value}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {text for part in parts for text in strings(part)}


class Caller:
    """Calls operations as the owner of a world, with everything right but what the test puts in."""

    def __init__(self, api: httpx.AsyncClient, world: World) -> None:
        self.api = api
        self.world = world
        self._invited = 0

    def path(self, target: Target) -> str:
        """The address of the operation with ids that are there."""
        service = {"member_id": self.world.people[Role.SERVICE].id} if target.name == "issue_service_token" else {}
        return target.path.format(**{**self.world.ids, **service})

    async def fresh(self, target: Target) -> Any:
        """A body that the operation takes now."""
        body, owner = target.body, self.world.owner
        match target.name:
            case "accept_invitation":
                self._invited += 1
                guest = {"email": f"guest{self._invited}@example.com", "role": "member"}
                return {**body, "link": (await owner.made("/v1/invitations", guest))["link"]}
            case "create_department" | "connect":
                return {**body, "name": f"{body['name']} {uuid4().hex}"}
            case "open_bank":
                return {**body, "namespace": f"bank-{uuid4().hex}"}
            case "cast_ballot" | "suppress_finding":
                item = await owner.seen(self.world.path("/v1/items/{item_id}"))
                return {**body, "revision": item["revision"]}
            case "move_item":
                return {**body, "after": None}
            case _:
                return body

    async def headers(self, target: Target) -> dict[str, str]:
        """The token, the type of the body and the right version."""
        headers = {"Authorization": f"Bearer {self.world.owner.token}", "Content-Type": "application/json"}
        if target.operation.needs_version:
            headers["If-Match"] = await self._version(target)
        return headers

    async def send(self, target: Target, content: Any, headers: dict[str, str]) -> httpx.Response:
        """Send raw bytes."""
        return await self.api.request(target.method, self.path(target), content=content, headers=headers)

    async def read_back(self, target: Target, answer: Any) -> Any:
        """What was made or changed, read from the resource that holds it; all pages of a list."""
        template = MADE_AT.get(target.name, target.path)
        path = template.format(**{**self.world.ids, **answer})
        read = await self.world.owner.seen(f"{path}?limit=200" if template in LISTED.values() else path)
        pages = [read]
        while isinstance(read, dict) and read.get("next_cursor"):
            read = await self.world.owner.seen(f"{path}?limit=200&cursor={read['next_cursor']}")
            pages.append(read)
        return pages

    async def tidy(self, target: Target, answer: Any) -> None:
        """Take away what a script has only so many of."""
        if target.name == "add_section":
            await self.world.owner.delete(f"/v1/sections/{answer['id']}", answer["version"])

    async def _version(self, target: Target) -> str:
        names = re.findall(r"\{(\w+)\}", target.path)
        if names[-1] in LISTED:
            listed = await self.world.owner.seen(self.world.path(LISTED[names[-1]]))
            versions = {one["id"]: one["version"] for one in listed["items"]}
            return f'"{versions.get(self.world.ids[names[-1]], 0)}"'
        read = await self.world.owner.get(re.sub(r"/(?:move|close|finish|bank-update)$", "", self.path(target)))
        tag: str = read.headers.get("etag", '"0"')
        return tag
