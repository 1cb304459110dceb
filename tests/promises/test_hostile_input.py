"""Every operation, filled with the hostile-input corpus: refused in words, or taken and given back byte by byte.

By default each part of the corpus goes through a choice of places that moves on from place to place, and the texts through all
of `FULLY`. `CROSSVIEW_TEST_SCALE` above 1 sends everything through everything.
"""

import json
import os
import re
import time
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
import httpx
import pytest
import pytest_asyncio
from litestar import Litestar

from crossview import contract
from crossview.app import create_litestar
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from tests.contract.world import World, application, build_world
from tests.documented import Documented
from tests.promises import hostile
from tests.promises.answers import Answers
from tests.promises.crawl import fingerprint
from tests.promises.targets import (
    BLANK_IS_NONE,
    GROWS,
    IN_FORM_C,
    NOT_SHOWN,
    NOTHING_TO_CHANGE,
    OWN_RULES,
    SHOWN_ONCE,
    Caller,
    Place,
    Target,
    placed,
    strings,
    targets,
)

Told = Callable[[str, object], None]
Entry = TypeVar("Entry")

EVERYTHING = int(os.environ.get("CROSSVIEW_TEST_SCALE", "1")) > 1
FULLY = {
    ("create_department", "name"), ("add_comment", "text"), ("create_script", "title"), ("add_section", "heading"),
    ("add_item", "text"), ("add_item", "intent"), ("change_item", "text"), ("cast_ballot", "reason"),
    ("schedule_session", "place"), ("schedule_session", "title"), ("write_context_card", "text"),
}  # fmt: skip
"""Operations and fields that take every text by default, at least one for each kind of text."""
NEVER_A_VERSION = '"0"'


@dataclass
class Siege:
    """What a test sends with, and what it saw."""

    caller: Caller
    targets: list[Target]
    answers: Answers
    admin: "asyncpg.Connection[asyncpg.Record]"
    refused: list[tuple[Target, bytes]]

    @property
    def world(self) -> World:
        """The workspace in which all this happens."""
        return self.caller.world

    @property
    def filled(self) -> list[Target]:
        """The operations that take a body."""
        return [target for target in self.targets if target.body is not None]

    async def send(
        self, what: str, target: Target, content: bytes, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Send a body to an operation with everything else right, and look at the answer."""
        right = list({**await self.caller.headers(target), **(headers or {})}.items())
        answer = await self.request(what, target.method, self.caller.path(target), right, content)
        if answer.is_client_error:
            self.refused.append((target, content))
        return answer

    async def request(
        self, what: str, method: str, path: str, headers: list[tuple[str, str]], content: bytes | None = None
    ) -> httpx.Response:
        """Send anything anywhere, and look at the answer."""
        sent = [(name.encode(), value.encode()) for name, value in headers]
        request = self.caller.api.build_request(method, path, headers=sent, content=content)
        processor, clock = time.process_time(), time.monotonic()
        answer = await self.caller.api.send(request)
        took = time.process_time() - processor, time.monotonic() - clock
        self.answers.look(what, f"{path} {(content or b'').decode('utf-8', 'replace')}", answer, *took)
        return answer

    async def change_nothing(self) -> None:
        """Send again what was refused: it is refused again and leaves no trace."""
        before = await fingerprint(self.admin, self.world)
        for target, content in self.refused:
            answer = await self.caller.send(target, content, await self.caller.headers(target))
            self.answers.expect(f"{target.name}, sent again", answer.is_client_error, answer)
        assert await fingerprint(self.admin, self.world) == before


@pytest_asyncio.fixture
async def siege(
    settings: Settings, database: Database, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Siege]:
    """A world with every operation of the contract, called without a socket in between."""
    # Each operation is tried with wrong tokens, more often than an honest address would.
    monkeypatch.setattr("crossview.foundation.tries.LIMIT", 1_000_000)
    app: Litestar = create_litestar(None, lambda: None)
    transport = httpx.ASGITransport(app=application(settings, database))
    async with httpx.AsyncClient(transport=transport, base_url="http://crossview.test") as client:
        world = await build_world(database, client)
        admin = await asyncpg.connect(dsn)
        answers = Answers(Documented(contract.openapi(app)), world.owner.token)
        yield Siege(Caller(client, world), targets(app, world), answers, admin, [])
        await admin.close()


def some(entries: Sequence[Entry], many: int, turn: int) -> Iterator[Entry]:
    """So many of the entries, each turn others; all of them when everything is to be sent."""
    step = 1 if EVERYTHING else max(1, len(entries) // many)
    return iter(entries[turn % step :: step])


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


async def test_body_that_cannot_be_read_is_refused_by_every_operation(siege: Siege, record_property: Told) -> None:
    before = await fingerprint(siege.admin, siege.world)
    small = {name: body for name, body in hostile.UNREADABLE.items() if name not in hostile.LARGE}
    large = [(name, hostile.UNREADABLE[name]) for name in sorted(hostile.LARGE)]

    for turn, target in enumerate(siege.filled):
        for name, body in [*small.items(), *some(large, 2, turn)]:
            answer = await siege.send(f"{target.name}, {name}", target, body)
            expected = (answer.status_code, answer.json()["code"]) == (400, "unreadable_body")
            siege.answers.expect(f"{target.name}, {name}", expected, answer)
        right = as_json(target.body)
        dressed = [("Content-Type", kind) for kind in some(hostile.MEDIA_TYPES, 5, turn)]
        dressed += [("Content-Encoding", coding) for coding in some(hostile.CODINGS, 4, turn)]
        for name, value in dressed:
            answer = await siege.send(f"{target.name}, {name} {value[:40]}", target, right, {name: value})
            expected = (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
            siege.answers.expect(f"{target.name}, {name} {value[:40]}", expected, answer)

    assert siege.answers.verdict() == []
    assert await fingerprint(siege.admin, siege.world) == before
    record_property(
        "figure",
        siege.answers.figure(f"hostile bodies: {len(hostile.UNREADABLE)} bodies into {len(siege.filled)} operations"),
    )


async def test_value_that_a_field_does_not_take_is_refused(siege: Siege, record_property: Told) -> None:
    values = list(hostile.VALUES.items())
    fields = 0

    for target in siege.filled:
        for place in target.places:
            fields += 1
            for name, value in some(values, 5, fields):
                body = target.filled(await siege.caller.fresh(target), place, "VALUE")
                what = f"{target.name} {'.'.join(place.keys)}, {name}"
                answer = await siege.send(what, target, as_json(body).replace(b'"VALUE"', value))
                # A decimal is read from a text that is one as well: nothing is lost by it.
                fits = _type(value) in place.types or ("number" in place.types and value.strip(b'"') == b"1")
                invalid = answer.status_code == 422 and answer.json()["code"] == "invalid_input"
                siege.answers.expect(what, fits or invalid, answer)
                if answer.is_success and target.method == "POST":
                    await siege.caller.tidy(target, answer.json())

    await siege.change_nothing()
    assert siege.answers.verdict() == []
    record_property("figure", siege.answers.figure(f"hostile values: {len(values)} values into {fields} places"))


async def test_field_that_a_client_must_not_set_is_refused(siege: Siege, record_property: Told) -> None:
    objects = 0

    for target in siege.filled:
        for place in target.objects:
            objects += 1
            inside = {one.keys[-1] for one in target.places if one.keys[:-1] == place.keys and one.keys}
            for name, value in hostile.MASS.items():
                if name in inside:
                    continue
                body = placed(await siege.caller.fresh(target), (*place.keys, name), value)
                what = f"{target.name} {'.'.join(place.keys)}, {name!r}"
                answer = await siege.send(what, target, as_json(body))
                expected = (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
                siege.answers.expect(what, expected, answer)

    await siege.change_nothing()
    assert siege.answers.verdict() == []
    record_property(
        "figure", siege.answers.figure(f"mass assignment: {len(hostile.MASS)} fields into {objects} objects")
    )


async def test_hostile_text_is_refused_or_comes_back_as_it_was_sent(siege: Siege, record_property: Told) -> None:
    texts = hostile.texts()
    fields, came_back = 0, 0

    for target in siege.filled:
        for place in target.texts:
            fields += 1
            many = len(texts) if (target.name, place.name) in FULLY else 16
            for name, text in some(texts, many, fields):
                body = target.filled(await siege.caller.fresh(target), place, text)
                what = f"{target.name} {'.'.join(place.keys)}, {name}"
                answer = await siege.send(what, target, as_json(body))
                if answer.is_success:
                    siege.answers.expect(what, place.takes(text), answer)
                    came_back += await _comes_back(siege, target, place, text, what, answer.json())
                else:
                    expected = answer.json()["code"] in _refusals(target, place, text)
                    siege.answers.expect(what, expected, answer)

    await siege.change_nothing()
    assert siege.answers.verdict() == []
    record_property(
        "figure",
        siege.answers.figure(
            f"hostile texts: {len(texts)} texts into {fields} fields, {came_back:,} came back as sent"
        ),
    )


async def test_line_end_behind_a_text_of_a_fixed_form_is_refused(siege: Siege) -> None:
    taken = []

    for target in siege.filled:
        for place in target.texts:
            if not any(schema.get("pattern", "").endswith(("$", "$(?!\\n)")) for schema in place.unions):
                continue
            body = await siege.caller.fresh(target)
            inside = body
            for key in place.keys:
                inside = (inside or [None])[0] if key == "[]" else (inside or {}).get(key)
            answer = await siege.send(
                f"{target.name} {place.name}", target, as_json(target.filled(body, place, f"{inside or 'P1'}\n"))
            )
            if answer.is_success or answer.json()["code"] != "invalid_input":
                taken.append((target.name, place.name, answer.text))

    assert taken == []


async def test_hostile_ids_and_queries_find_nothing(siege: Siege, record_property: Told) -> None:
    before = await fingerprint(siege.admin, siege.world)
    addresses = 0

    for turn, target in enumerate(siege.targets):
        headers = [("Authorization", f"Bearer {siege.world.owner.token}"), ("If-Match", NEVER_A_VERSION)]
        body = None if target.body is None else as_json(target.body)
        if body is not None:
            headers.append(("Content-Type", "application/json"))
        for parameter in re.findall(r"\{(\w+)\}", target.path):
            addresses += 1
            for given in hostile.IDS:
                path = target.path.format(**{**siege.world.ids, parameter: given})
                answer = await siege.request(
                    f"{target.name}, {parameter} {given[:40]}", target.method, path, headers, body
                )
                found = answer.status_code in (404, 422) or (parameter == "number" and given == "%E0%A5%A7")
                siege.answers.expect(f"{target.name}, {parameter} {given[:40]}", found, answer)
        if target.method == "GET":
            for query in some(hostile.QUERIES, 20, turn):
                path = f"{siege.caller.path(target)}?{query}"
                answer = await siege.request(f"{target.name}, ?{query[:40]}", "GET", path, headers)
                siege.answers.expect(
                    f"{target.name}, ?{query[:40]}", answer.status_code in (200, 422, 400, 409, 404), answer
                )

    for page in ("/errors/{}", "/web/{}", "/docs/{}", "/v2/{}"):
        for given in hostile.IDS:
            what = page.format(given[:40])
            answer = await siege.request(what, "GET", page.format(given), [])
            siege.answers.expect(what, answer.json()["code"] in ("no_such_address", "invalid_input"), answer)

    assert siege.answers.verdict() == []
    assert await fingerprint(siege.admin, siege.world) == before
    record_property(
        "figure",
        siege.answers.figure(
            f"hostile addresses: {len(hostile.IDS)} ids in {addresses} places, {len(hostile.QUERIES)} queries"
        ),
    )


async def test_limit_of_a_list_is_held_and_a_cursor_is_one_that_it_gave_out(siege: Siege) -> None:
    queries = (
        "limit=0",
        "limit=-1",
        "limit=201",
        "limit=x",
        f"limit={2**64}",
        "cursor=x",
        "cursor=W10=",
        "cursor=AA==",
    )
    answers = {}

    for target in siege.targets:
        for query in queries if "limit" in target.query else ():
            answer = await siege.world.owner.get(f"{siege.caller.path(target)}?{query}")
            answers[target.name, query] = (answer.status_code, answer.json()["code"])

    assert len({name for name, _ in answers}) > 10
    assert {answer for (_, query), answer in answers.items() if query.startswith("limit")} == {(422, "invalid_input")}
    assert {answer for (_, query), answer in answers.items() if query.startswith("cursor")} == {(422, "invalid_cursor")}


async def test_hostile_headers_and_methods_change_nothing(siege: Siege, record_property: Told) -> None:
    token = siege.world.owner.token
    parts = {"token": token, "upper": token.upper(), "cut": token[:-1], "bare": token.removeprefix("cv_")}
    before = await fingerprint(siege.admin, siege.world)

    for turn, target in enumerate(siege.targets):
        path, right = siege.caller.path(target), [("If-Match", NEVER_A_VERSION), ("Content-Type", "application/json")]
        body = None if target.body is None else as_json(target.body)
        if target.operation.permission is not None:
            for name, values in hostile.CREDENTIALS.items():
                given = [("Authorization", value.format(**parts)) for value in values]
                answer = await siege.request(
                    f"{target.name}, Authorization {name}", target.method, path, [*right, *given], body
                )
                siege.answers.expect(f"{target.name}, Authorization {name}", answer.status_code == 401, answer)
        if target.method == "GET":
            signed = [("Authorization", f"Bearer {token}")]
            for name, value in some(hostile.HEADERS, 12, turn):
                given = [*signed, (name, value)]
                answer = await siege.request(f"{target.name}, {name} {value[:40]}", "GET", path, given)
                expected = answer.is_success or answer.status_code in (304, 404, 409)
                siege.answers.expect(f"{target.name}, {name} {value[:40]}", expected, answer)
        served = {other.method for other in siege.targets if other.path == target.path}
        for method in hostile.METHODS:
            if method.upper() in served | {"HEAD"}:
                continue
            answer = await siege.request(
                f"{method} {target.path}", method, path, [("Authorization", f"Bearer {token}")]
            )
            expected = (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
            siege.answers.expect(f"{method} {target.path}", expected, answer)

    assert siege.answers.verdict() == []
    assert await fingerprint(siege.admin, siege.world) == before
    record_property(
        "figure",
        siege.answers.figure(
            f"hostile headers: {len(hostile.CREDENTIALS)} credentials, {len(hostile.HEADERS)} headers,"
            f" {len(hostile.METHODS)} methods at {len(siege.targets)} operations"
        ),
    )


async def test_hostile_key_or_version_is_refused_and_does_nothing(siege: Siege) -> None:
    before = await fingerprint(siege.admin, siege.world)
    headers = {"Authorization": f"Bearer {siege.world.owner.token}", "Content-Type": "application/json"}
    answers: dict[tuple[str, str], set[tuple[int, str]]] = {}

    for target in siege.targets:
        body = None if target.body is None else as_json(target.body)
        path = siege.caller.path(target)
        for name, value in hostile.HEADERS:
            key = name == "Idempotency-Key" and target.method == "POST" and target.operation.permission is not None
            version = name == "If-Match" and target.operation.needs_version
            if target.name not in NOTHING_TO_CHANGE and ((key and not target.operation.needs_version) or version):
                given = list({**headers, name: value}.items())
                answer = await siege.request(f"{target.name}, {name} {value[:40]}", target.method, path, given, body)
                if answer.is_client_error:
                    answers.setdefault((name, value[:40]), set()).add((answer.status_code, answer.json()["code"]))

    assert siege.answers.verdict() == []
    assert await fingerprint(siege.admin, siege.world) == before
    assert {
        name: found for name, found in answers.items() if found - {(422, "invalid_input"), (412, "stale_version")}
    } == {}


async def _comes_back(siege: Siege, target: Target, place: Place, text: str, what: str, answer: Any) -> bool:
    """Whether the text is in what was made or changed, as it was sent."""
    where = (target.name, place.name)
    if where in NOT_SHOWN or (where in BLANK_IS_NONE and not text.strip()):
        return False
    expected = unicodedata.normalize("NFC", text) if target.name in IN_FORM_C else text
    held = answer if target.name in SHOWN_ONCE else await siege.caller.read_back(target, answer)
    if expected and expected not in strings(held):
        siege.answers.complaints.append(f"{what}: did not come back")
    await siege.caller.tidy(target, answer)
    return True


def _refusals(target: Target, place: Place, text: str) -> set[str]:
    """The codes with which a text may be refused at its place."""
    if not place.takes(text):
        return {"invalid_input"}
    grown = target.name in IN_FORM_C and len(unicodedata.normalize("NFC", text)) > len(text)
    unfit = {"unfit_document"} if target.name in ("preview_import", "import_script") else set()
    return OWN_RULES.get((target.name, place.name), set()) | unfit | (GROWS if grown else set())


def _type(value: bytes) -> str:
    """The JSON type of a value."""
    read = json.loads(value)
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(read), "null")
