"""The edge: hostile bodies are answered at once, as problem documents, before anything inside sees them."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from crossview.app import create_app
from crossview.foundation.db import Database
from crossview.foundation.edge import DEPTH, inspect
from crossview.foundation.errors import UnreadableBody
from crossview.foundation.settings import Settings
from tests.people import Person

MEGABYTE = 1_048_576
QUICK = 0.25
"""Seconds that the answer to any body may take, in processor time, which other work on the machine does not stretch."""

UNREADABLE: dict[str, tuple[bytes, str]] = {
    "malformed": (b'{"name": }', "Expecting value in line 1, column 10"),
    "two values": (b"{} {}", "Extra data in line 1, column 4"),
    "cut off": (b'{"name": "Sup', "Unterminated string starting at in line 1, column 10"),
    "blank": (b"   ", "Expecting value in line 1, column 4"),
    "latin-1": ('{"name": "Größe"}'.encode("latin-1"), "byte 12 is not UTF-8"),
    "utf-16": ('{"name": "Support"}'.encode("utf-16"), "byte 0 is not UTF-8"),
    "surrogate in UTF-8": (b'{"name": "\xed\xa0\x80"}', "byte 10 is not UTF-8"),
    "escaped NUL": (b'{"name": "a\\u0000b"}', "a text holds the character NUL"),
    "escaped NUL in a key": (b'{"a\\u0000": 1}', "a text holds the character NUL"),
    "raw NUL": (b'{"name": "a\x00b"}', "Invalid control character at in line 1, column 12"),
    "high surrogate": (b'{"name": "\\ud83d"}', "a text holds half of a surrogate pair"),
    "low surrogate": (b'{"name": "\\uDe00 x"}', "a text holds half of a surrogate pair"),
    "surrogates in the wrong order": (b'{"name": "\\ude00\\ud83d"}', "a text holds half of a surrogate pair"),
    "NUL behind an escaped backslash": (b'{"name": "\\\\\\u0000"}', "a text holds the character NUL"),
    "100,000 levels of lists": (b"[" * 100_000 + b"]" * 100_000, "it is nested deeper than 64 levels"),
    "100,000 levels of objects": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "it is nested deeper than 64 levels"),
    "one level too deep": (b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1), "it is nested deeper than 64 levels"),
    "repeated key": (b'{"name": "a", "name": "b"}', "the key 'name' stands twice in one object"),
    "repeated key deep inside": (b'{"a": [{"b": {"c": 1, "c": 1}}]}', "the key 'c' stands twice in one object"),
    "repeated key by an escape": (b'{"name": 1, "n\\u0061me": 2}', "the key 'name' stands twice in one object"),
    "1e400": (b'{"days": 1e400}', "a number is too large"),
    "-1e400": (b'{"days": -1e400}', "a number is too large"),
    "NaN": (b'{"days": NaN}', "NaN is not JSON"),
    "Infinity": (b'{"days": -Infinity}', "-Infinity is not JSON"),
    "number of 5,000 digits": (b'{"days": ' + b"9" * 5_000 + b"}", "a number is too long"),
    "number of a megabyte": (b"9" * 1_000_000, "a number is too long"),
}


def megabytes() -> Iterator[tuple[str, bytes]]:
    """Bodies as large as they may be, each made to keep a careless reader busy."""
    for part in (
        b"[",
        b"]",
        b"{",
        b'"',
        b"\\",
        b'\\"',
        b'"\\',
        b'"[',
        b'[]"',
        b"[],",
        b'{"a":',
        b'"\\u0000",',
        b"\\u",
        b" ",
        b"1,",
        b"\n",
    ):
        yield f"{part!r} again and again", (part * MEGABYTE)[:MEGABYTE]
        yield f"{part!r} again and again in a text", b'"' + (part * MEGABYTE)[: MEGABYTE - 1]
    yield "a text that ends in a backslash", b'"\\' * (MEGABYTE // 2 - 1) + b"\\"
    yield "a long fraction", b"0." + b"1" * (MEGABYTE - 2)
    yield "a long exponent", b"1e" + b"1" * (MEGABYTE - 2)
    yield "many numbers as long as they may be", b"[" + b",".join([b"9" * 4_000] * 260) + b"]"
    yield "many keys", b"{" + b",".join(b'"%d":1' % number for number in range(90_000)) + b"}"


async def post(api: httpx.AsyncClient, body: Any, **headers: str) -> httpx.Response:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.post("/v1/departments", content=body, headers={"Content-Type": "application/json", **given})


async def test_unreadable_body_is_refused_with_the_reason(api: httpx.AsyncClient) -> None:
    for name, (body, reason) in UNREADABLE.items():
        started = time.process_time()
        answer = await post(api, body)
        took = time.process_time() - started

        assert answer.json() == {
            "type": "/errors/unreadable_body",
            "title": "Unreadable body",
            "status": 400,
            "code": "unreadable_body",
            "detail": f"The body cannot be read: {reason}. Send one JSON value in UTF-8, without NUL, lone surrogates or "
            "repeated keys.",
            "reason": reason,
            "instance": answer.headers["x-request-id"],
        }, name
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.status_code == 400
        assert took < QUICK, name


def test_megabyte_is_looked_at_in_linear_time() -> None:
    for name, body in megabytes():
        started = time.process_time()
        with suppress(UnreadableBody):
            inspect(body)

        # A reader that begins anew at each quote takes an hour.
        assert time.process_time() - started < 4 * QUICK, name


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": "a\\\\u0000b"}',
        b'{"name": "\\\\\\\\ud800"}',
        b'{"name": "\\ud83d\\ude00"}',
        '{"name": "😀"}'.encode(),
        b"[" * DEPTH + b"]" * DEPTH,
        b'{"a": "[[[[{{{{\\"[["}',
        b'[{"a": 1}, {"a": 1}]',
        b"1e308",
        b"null",
    ],
)
def test_body_that_only_looks_hostile_is_let_in(body: bytes) -> None:
    inspect(body)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(TEXT, inside, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_every_json_value_is_let_in(value: Any) -> None:
    inspect(msgspec.json.encode(value))


@given(st.binary(max_size=200) | st.text('[]{}":,\\u0d8 1eE.-+aN', max_size=60).map(str.encode))
def test_whatever_is_let_in_is_json_for_the_rooms_inside_too(body: bytes) -> None:
    try:
        inspect(body)
    except UnreadableBody:
        return
    msgspec.json.decode(body)


async def test_text_comes_back_as_it_was_sent(owner: Person) -> None:
    names = [
        "Größe & Maß",
        "a\\u0000b",
        '"quoted"',
        "😀 👩🏽‍💻",
        "مرحبا",
        "e\u0301",
        "<script>",
        "'; drop table member; --",
    ]

    made = [await owner.made("/v1/departments", {"name": name}) for name in names]

    assert [department["name"] for department in made] == names


async def test_body_over_the_limit_is_refused_by_its_announced_length(api: httpx.AsyncClient) -> None:
    pulled = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal pulled
        for _ in range(3):
            pulled += 1
            yield b" " * MEGABYTE

    answer = await post(api, pieces(), Content_Length=str(3 * MEGABYTE))

    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (413, "body_too_large", MEGABYTE)
    assert answer.headers["connection"] == "close"
    assert pulled == 0


async def test_body_over_the_limit_is_refused_while_it_arrives_in_chunks(api: httpx.AsyncClient) -> None:
    pulled = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal pulled
        for _ in range(50):
            pulled += 1
            yield b" " * MEGABYTE

    answer = await post(api, pieces())

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert pulled == 2


async def test_body_that_dribbles_in_is_given_up(settings: Settings, database: Database) -> None:
    impatient = create_app(msgspec.structs.replace(settings, body_seconds=0.1), database, jobs_enqueued=lambda: None)

    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=impatient), base_url="http://crossview.test"
    ) as client:
        answer = await post(client, pieces())

    assert (answer.status_code, answer.json()["code"]) == (408, "slow_body")
    assert answer.json()["instance"] == answer.headers["x-request-id"]


async def test_body_of_another_kind_is_refused(api: httpx.AsyncClient) -> None:
    kinds = (
        "text/plain",
        "",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
    )

    answers = [await post(api, b'{"name": "Support"}', Content_Type=kind) for kind in kinds]

    assert [answer.status_code for answer in answers] == [415] * len(kinds)
    assert {answer.json()["code"] for answer in answers} == {"unsupported_media_type"}


async def test_packed_body_is_refused(api: httpx.AsyncClient) -> None:
    bomb = gzip.compress(b" " * 50 * MEGABYTE)

    answers = [await post(api, body, Content_Encoding="gzip") for body in (bomb, b'{"name": "Support"}')]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(415, "unsupported_media_type")] * 2


async def test_repeated_key_of_a_megabyte_is_not_said_back(api: httpx.AsyncClient) -> None:
    answer = await post(api, b'{"%b": 1, "%b": 2}' % ((b"a" * 500_000,) * 2))

    assert answer.json()["reason"] == "the key '" + "a" * 199 + "… stands twice in one object"


async def test_json_may_name_its_charset(owner: Person) -> None:
    answer = await owner.api.post(
        "/v1/departments",
        content=b'{"name": "Support"}',
        headers={"Authorization": f"Bearer {owner.token}", "Content-Type": "Application/JSON; charset=utf-8"},
    )

    assert answer.status_code == 201


async def test_request_id_is_our_own_and_in_the_log_without_control_characters(api: httpx.AsyncClient) -> None:
    with capture_logs() as lines:
        answer = await api.get("/v1/%0d%0aforged%1b[31m", headers={"X-Request-Id": "theirs"})

    (line,) = lines
    assert answer.json()["instance"] == answer.headers["x-request-id"] == line["request"] != "theirs"
    assert (line["method"], line["path"], line["status"]) == ("GET", "/v1/\\r\\nforged\\x1b[31m", 404)


async def test_path_that_is_no_utf_8_is_nowhere(api: httpx.AsyncClient) -> None:
    answers = [await api.get(path) for path in ("/v1/%ff%fe", "/v1/departments/%00", "/v1/../v1")]

    assert [answer.json()["code"] for answer in answers] == ["no_such_address"] * 3
