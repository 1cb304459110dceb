"""The contract as text: OpenAPI, JSON Schemas, and the pages of errors, permissions and rules, all generated from the code.

`crossview generate` writes them, `crossview generate --check` says what differs. The service computes what it serves from the
same functions and never reads the files.
"""

import inspect
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from importlib.metadata import entry_points, version
from itertools import zip_longest
from pathlib import Path
from typing import Any

import msgspec
import yaml
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.plugins import OpenAPISchemaPlugin
from litestar.typing import FieldDefinition

from crossview.bank.files.check import UPKEEP
from crossview.bank.files.entries import QuestionBank
from crossview.bank.structure.outline import Outline
from crossview.bank.structure.review import structure_rules
from crossview.bank.wording.lint import all_rules
from crossview.bank.wording.question import Question
from crossview.foundation.errors import (
    MEDIA_TYPE,
    BodyTooLarge,
    IdempotencyKeyReused,
    InvalidInput,
    NoSuchAddress,
    NotAllowed,
    NotSignedIn,
    Problem,
    Refusal,
    RequestInProgress,
    SlowBody,
    StaleVersion,
    TooManyTries,
    Unavailable,
    UnreadableBody,
    UnsupportedMediaType,
    VersionRequired,
    catalogue,
    explanation,
    template,
    title,
)
from crossview.foundation.operations import Operation
from crossview.foundation.permissions import MEANING, Permission, Reach, Role, reach
from crossview.plugin.hookspecs import PROJECT
from crossview.plugin.manager import PluginRegistry
from crossview.scripts.document import ScriptDocument

TAGS = {
    "Workspace": "Departments, members, invitations, tokens and the feed of events.",
    "Studies": "What is to be learned, and what each department brings to it.",
    "Question banks": "Questions that are kept for the next script, with every version.",
    "Scripts": "Sections, items, comments, import and export, sealed versions.",
    "Wording": "Questions linted while they are typed, and the rules.",
    "Votes": "Rounds, ballots, tally, selection, dissent, sign-off, finish and reopen.",
    "Sessions": "Interviews and the seats of their observers.",
    "Deliveries": "Connections to other tools, deliveries, dead letters and copies.",
    "Service": "Whether the service is alive and ready.",
}
_BODY = (UnreadableBody, SlowBody, BodyTooLarge, UnsupportedMediaType, InvalidInput)
_SCHEMA = "#/components/schemas/"


class _Dumper(yaml.SafeDumper):
    """YAML without anchors: a reader should not have to jump."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class AsWritten(OpenAPISchemaPlugin):
    """Describes answers as msgspec writes them, where litestar would not: decimals are numbers, wall times have no offset."""

    @staticmethod
    def is_plugin_supported_field(field_definition: FieldDefinition) -> bool:
        """Whether a field is one of these."""
        return field_definition.annotation is Decimal or _is_wall_time(field_definition)

    def to_openapi_schema(self, field_definition: FieldDefinition, schema_creator: Any) -> Schema:
        """A number, or a text without the format `date-time`, which asks for an offset (RFC 3339)."""
        if _is_wall_time(field_definition):
            return Schema(type=OpenAPIType.STRING, examples=["2027-02-09T10:00:00"])
        return Schema(type=OpenAPIType.NUMBER)


def _is_wall_time(field: FieldDefinition) -> bool:
    return any(isinstance(note, msgspec.Meta) and note.tz is False for note in field.metadata)


def generate(app: Litestar, root: Path, *, check: bool) -> list[str]:
    """Write the generated texts below `root`, or only compare them; returns the paths that differ, relative to it."""
    differing = []
    for name, text in texts(app).items():
        path = root / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        differing.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return differing


def texts(app: Litestar) -> dict[str, str]:
    """Every generated text by its path in the repository."""
    return {
        **_plugin_schemas(),
        "openapi.yaml": openapi_yaml(app),
        "schemas/script-export.schema.json": _schema_text(ScriptDocument, "A whole script, as export writes it"),
        "schemas/question-bank.schema.json": _schema_text(QuestionBank, "A question bank in YAML or JSON"),
        "schemas/problem.schema.json": _schema_text(Problem, "The body of every refusal (RFC 9457)"),
        "docs/errors.md": errors_page(),
        "docs/permissions.md": permissions_page(),
        "docs/rules.md": rules_page(),
    }


def _plugin_schemas() -> dict[str, str]:
    """What the plugins of this distribution publish."""
    bundled = [entry for entry in entry_points(group=PROJECT) if entry.dist is not None and entry.dist.name == PROJECT]
    plugins = PluginRegistry.load(None, bundled)
    return {
        f"schemas/{schema}.schema.json": _schema_text(kind, f"Published by the plugin {name}: {schema}")
        for name in plugins.names
        for schema, kind in plugins.card(name).schemas.items()
    }


def openapi_yaml(app: Litestar) -> str:
    """The OpenAPI document as YAML."""
    return yaml.dump(openapi(app), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def openapi(app: Litestar) -> dict[str, Any]:
    """The OpenAPI 3.1 document: litestar's, with our refusals, headers, roles and examples in it."""
    document: dict[str, Any] = msgspec.json.decode(_renamed_pages(msgspec.json.encode(app.openapi_schema.to_schema())))
    handlers = {str(handler.operation_id): handler for handler in operations(app)}
    document["info"] = {
        "title": "Crossview",
        "version": version("crossview"),
        "description": "Several departments write, judge and finish a user-interview script together.",
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }
    document["servers"] = [{"url": "/", "description": "The server that this document came from"}]
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    document["security"] = [{"token": []}]
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token of yours, beginning with `cv_`."}
    }
    components.setdefault("schemas", {})["Problem"] = _problem_schema()
    components["parameters"] = _PARAMETERS
    components["headers"] = {"ETag": {"description": "The version of what was answered.", "schema": {"type": "string"}}}
    components["responses"] = {}
    for methods in document["paths"].values():
        for method, described in methods.items():
            _complete(described, method, handlers[described["operationId"]], components["responses"])
    components["schemas"].update(_body_schemas(app))
    components["schemas"].pop("Written", None)
    for schema in components["schemas"].values():
        _tidy(schema)
    return document


def _renamed_pages(document: bytes) -> bytes:
    """litestar names a page of departments by the whole path of its type; `DepartmentPage` reads better in a client."""
    return re.sub(rb"Page_(?:[\w.]+\.)?(\w+?)_(?=\")", rb"\1Page", document)


def _body_schemas(app: Litestar) -> dict[str, Any]:
    """The schemas of request bodies as msgspec writes them: with the refusal of unknown fields, which litestar leaves out."""
    bodies = [
        handler.parsed_data_field.annotation for handler in operations(app) if handler.parsed_data_field is not None
    ]
    return msgspec.json.schema_components(bodies, ref_template=_SCHEMA + "{name}")[1]


def _tidy(schema: Any) -> None:
    """Descriptions without the margin of their docstring, and decimals as the numbers that they are in our JSON."""
    if isinstance(schema, list):
        for part in schema:
            _tidy(part)
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("description"), str):
        schema["description"] = inspect.cleandoc(schema["description"])
    if schema.get("format") == "decimal":
        del schema["format"]
        schema["type"] = "number"
    for part in schema.values():
        _tidy(part)


def operations(app: Litestar) -> Iterator[HTTPRouteHandler]:
    """The handlers that belong to the contract, each once."""
    seen: set[str] = set()
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if (
                isinstance(handler, HTTPRouteHandler)
                and "operation" in handler.opt
                and handler.operation_id not in seen
            ):
                seen.add(str(handler.operation_id))
                yield handler


def refusals(described: dict[str, Any], method: str, operation: Operation) -> list[type[Refusal]]:
    """Every way in which an operation may refuse: its own, and those of its kind."""
    found: list[type[Refusal]] = list(operation.refusals)
    if operation.permission is not None:
        found += [NotSignedIn, TooManyTries, NotAllowed]
        if method == "post":
            found += [RequestInProgress, IdempotencyKeyReused]
    if operation.needs_version:
        found += [VersionRequired, StaleVersion]
    if "requestBody" in described:
        found += _BODY
    elif described.get("parameters"):
        found += [InvalidInput]
    if any(parameter["in"] == "path" for parameter in described.get("parameters", ())):
        found += [NoSuchAddress]
    return sorted({*found, Unavailable}, key=lambda refusal: (refusal.status, refusal.code))


def _complete(described: dict[str, Any], method: str, handler: HTTPRouteHandler, answers: dict[str, Any]) -> None:
    operation: Operation = handler.opt["operation"]
    described["summary"] = inspect.cleandoc(handler.fn.__doc__ or "").split("\n")[0].rstrip(".")
    described.pop("description", None)
    described.pop("deprecated", None)
    for status, answer in described["responses"].items():
        answer.pop("headers", None)
        answer["description"] = described["summary"] + "."
        if status == "204":
            answer.pop("content", None)
        if "text/markdown" in answer.get("content", {}):
            answer["content"] = {"text/markdown": {"schema": {"type": "string"}}}
    for parameter in described.get("parameters", ()):
        for noise in ("deprecated", "allowEmptyValue", "allowReserved"):
            parameter.pop(noise, None)
    described["responses"] = {
        status: answer for status, answer in described["responses"].items() if status.startswith("2")
    }
    _name_refusals(described, refusals(described, method, operation), answers)
    _add_headers(described, method, operation)
    if operation.permission is None:
        described["security"] = []
    else:
        described["x-crossview-permission"] = operation.permission.value
        described["x-crossview-roles"] = roles(operation.permission)
    if not described.get("parameters"):
        described.pop("parameters", None)
    if operation.example is not None:
        for content in described["requestBody"]["content"].values():
            content["example"] = operation.example


def roles(permission: Permission) -> dict[str, str]:
    """Who may, and how far: role to `all`, `own` or `scoped`; who is not named may not."""
    return {
        role.value: reach(role, permission).name.lower() for role in Role if reach(role, permission) is not Reach.NEVER
    }


def _name_refusals(described: dict[str, Any], found: Iterable[type[Refusal]], answers: dict[str, Any]) -> None:
    by_status: dict[int, list[type[Refusal]]] = defaultdict(list)
    for refusal in found:
        by_status[refusal.status].append(refusal)
    for status, kinds in sorted(by_status.items()):
        name = ".".join(kind.code for kind in kinds)
        answers.setdefault(name, _refusing_answer(kinds))
        described["responses"][str(status)] = {"$ref": f"#/components/responses/{name}"}


def _refusing_answer(kinds: Sequence[type[Refusal]]) -> dict[str, Any]:
    headers = {name: value for kind in kinds for name, value in kind.headers.items()}
    answer: dict[str, Any] = {
        "description": "; ".join(f"`{kind.code}`" for kind in kinds),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": _SCHEMA + "Problem"},
                "examples": {kind.code: {"value": _example(kind)} for kind in kinds},
            }
        },
    }
    if headers:
        answer["headers"] = {
            name: {"schema": {"type": "string"}, "example": value} for name, value in sorted(headers.items())
        }
    return answer


def _add_headers(described: dict[str, Any], method: str, operation: Operation) -> None:
    if operation.permission is None:
        return
    needed = []
    if operation.needs_version:
        needed.append("If-Match")
    if method == "post":
        needed.append("Idempotency-Key")
    if method == "get":
        needed.append("If-None-Match")
        described["responses"]["304"] = {"description": "You have the newest already.", "headers": _ETAG}
        described["responses"] = dict(sorted(described["responses"].items()))
    described.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in needed)
    for status, answer in described["responses"].items():
        if status in ("200", "201"):
            answer["headers"] = _ETAG


_ETAG = {"ETag": {"$ref": "#/components/headers/ETag"}}
_PARAMETERS: dict[str, Any] = {
    "If-Match": {
        "name": "If-Match",
        "in": "header",
        "description": "The ETag that the change is based on.",
        "required": True,
        "schema": {"type": "string"},
        "example": '"1"',
    },
    "If-None-Match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The ETag that you have; 304 when it is still the one.",
        "schema": {"type": "string"},
    },
    "Idempotency-Key": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Your own name for this request; sent again under the same name it is answered again, not done again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        "example": "finish-onboarding-guide-1",
    },
}


def _example(refusal: type[Refusal]) -> dict[str, Any]:
    return {
        "type": f"/errors/{refusal.code}",
        "title": title(refusal),
        "status": refusal.status,
        "code": refusal.code,
        "detail": template(refusal),
    }


def _problem_schema() -> dict[str, Any]:
    _, components = msgspec.json.schema_components([Problem], ref_template=_SCHEMA + "{name}")
    schema = dict(components["Problem"])
    schema["properties"] = dict(schema["properties"])
    schema["properties"]["errors"] = {"type": "array", "items": components["Fault"]}
    return {**schema, "additionalProperties": True}


def _schema_text(kind: Any, text: str) -> str:
    schema = msgspec.json.schema(kind)
    _tidy(schema)
    headed = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": text, **schema}
    return msgspec.json.format(msgspec.json.encode(headed), indent=2).decode() + "\n"


def errors_page() -> str:
    """`docs/errors.md`: every refusal by code."""
    lines = [
        "# Errors",
        "",
        "Generated by `crossview generate` from the refusals in the code. Every refusal is a problem document",
        "(RFC 9457) whose `code` never changes its meaning; the message fills in the words in braces.",
        "",
    ]
    for refusal in catalogue():
        lines += [f"## `{refusal.code}`", "", f"Status {refusal.status}. {template(refusal)}", ""]
        if explanation(refusal):
            lines += [explanation(refusal), ""]
    return "\n".join(lines).rstrip() + "\n"


def permissions_page() -> str:
    """`docs/permissions.md`: the permission table."""
    shown = list(Role)
    lines = [
        "# Permissions",
        "",
        "Generated by `crossview generate` from the one table in `api/crossview/foundation/permissions.py`.",
        "",
        "● everywhere in the workspace; ◐ only where the own department is invited, or on what is one's own;",
        "○ only with a token whose scopes name the permission; ✕ not at all. A token can narrow the rights of its",
        "owner and never widen them.",
        "",
        "| what | permission | " + " | ".join(role.value for role in shown) + " |",
        "| --- | --- | " + " | ".join("---" for _ in shown) + " |",
    ]
    for permission in Permission:
        cells = " | ".join(reach(role, permission).value for role in shown)
        lines.append(f"| {MEANING[permission]} | `{permission.value}` | {cells} |")
    return "\n".join(lines) + "\n"


def rules_page() -> str:
    """`docs/rules.md`: every rule of wording by code, those of structure, and those about the file."""
    lines = [
        "# Rules",
        "",
        "Generated by `crossview generate` from the rules in `api/crossview/bank`. A code never changes its meaning.",
        "An error is nearly always one; a warning is worth a second look; an info may be a matter of taste.",
        "[question-banks.md](question-banks.md) says how to run them, and how to say that a finding is meant to be.",
        "",
        "| code | name | category | level | what |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [f"| {one.code} | `{one.name}` | {one.category} | {one.level} | {one.title} |" for one in all_rules()]
    lines += [f"| {one.code} | `{one.name}` | structure | {one.level} | {one.title} |" for one in structure_rules()]
    lines += [f"| {one.code} | `{one.name}` | the file | {one.level} | {one.title} |" for one in UPKEEP]
    for rule in all_rules():
        lines += ["", f"## {rule.code} `{rule.name}`", "", f"{rule.title} ({rule.level}, {rule.category})", ""]
        lines += [rule.because, ""] if rule.because else []
        lines += [f"Source: {rule.source}.", ""]
        lines += ["In every language.", ""] if rule.neutral else []
        lines += ["| finds fault with | lets pass |", "| --- | --- |"]
        lines += [
            f"| {_cell(bad)} | {_cell(good)} |"
            for bad, good in zip_longest(rule.bad, rule.good, fillvalue=Question(""))
        ]
    for shape in structure_rules():
        lines += [
            "",
            f"## {shape.code} `{shape.name}`",
            "",
            f"{shape.title} ({shape.level}, structure)",
            "",
            shape.because,
            "",
        ]
        lines += [f"Source: {shape.source}.", "", "| finds fault with | lets pass |", "| --- | --- |"]
        pairs = zip_longest(shape.bad, shape.good, fillvalue=None)
        lines += [f"| {_outlined(bad)} | {_outlined(good)} |" for bad, good in pairs]
    for upkeep in UPKEEP:
        lines += ["", f"## {upkeep.code} `{upkeep.name}`", "", f"{upkeep.title} ({upkeep.level})", "", upkeep.because]
    return "\n".join(lines) + "\n"


def _outlined(outline: Outline | None) -> str:
    """An example of a rule of structure in a table."""
    return "" if outline is None else outline.shown().replace("|", "·")


def _cell(question: Question) -> str:
    """An example in a table, with what else the rule looks at."""
    beside = {
        "before it": question.previous,
        "options": " / ".join(question.options),
        "glossary": ", ".join(sorted(question.glossary)),
        "skip notice": question.skip_notice,
        "consent": question.consent,
        "language": question.language,
        "setting": question.setting if question.setting != "interview" else "",
        "section": question.section if question.section != "core" else "",
    }
    said = "; ".join(f"{name}: {value}" for name, value in beside.items() if value)
    text = f"{question.text} ({said})" if said else question.text
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
