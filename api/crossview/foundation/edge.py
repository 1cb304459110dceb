"""The edge: nothing gets past it that the rooms inside would choke on.

Plain ASGI in front of the application. A body is read whole within its limit and its time, then looked at once: UTF-8, depth,
NUL, lone surrogates, repeated keys, numbers that no double holds. PostgreSQL refuses NUL and lone surrogates in text, and
Python's own limit on depth moves with each release, so both are answered here with a 400.
"""

import asyncio
import json
import math
import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from secrets import token_hex
from typing import Any

import structlog

from crossview.foundation.errors import (
    MEDIA_TYPE,
    BodyTooLarge,
    NotSignedIn,
    Refusal,
    SlowBody,
    TooManyTries,
    UnreadableBody,
    UnsupportedMediaType,
    beginning,
    problem,
)
from crossview.foundation.tries import Tries

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

DEPTH = 64
log = structlog.get_logger("crossview.access")

# An unclosed string is taken to the end of the body: giving up on it would begin anew at each of its quotes.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NOT_BRACKETS = re.compile(rb"[^\[\]{}]+")
_SUSPICIOUS_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_TAKES_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Edge:
    """Wraps an ASGI application; `limit` in bytes, `seconds` for a whole body to arrive."""

    def __init__(self, app: Application, *, limit: int, seconds: float) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds
        self._tries = Tries(time.monotonic)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 500
        replaced = False

        async def send_named(message: Message) -> None:
            nonlocal status, replaced
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
                if status == NotSignedIn.status and self._tries.failed(_address(scope)):
                    replaced = True
                    status = TooManyTries.status
                    await _refuse(TooManyTries(), request_id, send)
            if not replaced:
                await send(message)

        try:
            body = await self._body(scope, receive)
        except Refusal as refusal:
            await _refuse(refusal, request_id, send_named)
        else:
            await self._app(scope, _replay(body, receive), send_named)
        finally:
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            log.info(
                "request",
                method=scope["method"],
                path=_printable(scope["path"]),
                status=status,
                ms=milliseconds,
                request=request_id,
            )

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        headers = dict(scope["headers"])
        length = headers.get(b"content-length")
        if length is None and b"transfer-encoding" not in headers:
            return b""
        if length is not None and length.isdigit() and int(length) > self._limit:
            raise BodyTooLarge(limit=self._limit)
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._read(receive)
        except TimeoutError as error:
            raise SlowBody(seconds=round(self._seconds)) from error
        if body and scope["method"] in _TAKES_BODY:
            if not _is_plain_json(headers):
                raise UnsupportedMediaType
            inspect(body)
        return body

    async def _read(self, receive: Receive) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return b"".join(chunks)
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self._limit:
                raise BodyTooLarge(limit=self._limit)
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks)


def inspect(body: bytes) -> None:
    """Look at a JSON body once, in time linear in its length. Raises `UnreadableBody` with the reason."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableBody(reason=f"byte {error.start} is not UTF-8") from error
    if _depth(body) > DEPTH:
        raise UnreadableBody(reason=f"it is nested deeper than {DEPTH} levels")
    try:
        value = _read_json(text)
    except json.JSONDecodeError as error:
        raise UnreadableBody(reason=f"{error.msg} in line {error.lineno}, column {error.colno}") from error
    except ValueError as error:  # An integer of more digits than Python converts.
        raise UnreadableBody(reason="a number is too long") from error
    # Only an escape can bring these in: as plain bytes they are no UTF-8 or no JSON.
    if _SUSPICIOUS_ESCAPE.search(body):
        _refuse_hidden_characters(value)


def _is_plain_json(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a body says that it is JSON as it stands: nothing is unpacked here, however small it came in."""
    kind = headers.get(b"content-type", b"").split(b";")[0].strip().lower()
    return kind == b"application/json" and headers.get(b"content-encoding", b"identity").lower() == b"identity"


def _depth(body: bytes) -> int:
    brackets = _NOT_BRACKETS.sub(b"", _STRING.sub(b"", body))
    depth = deepest = 0
    for byte in brackets:
        depth += 1 if byte in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        repeated = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise UnreadableBody(reason=f"the key {beginning(ascii(repeated))} stands twice in one object")
    return found


def _finite(literal: str) -> float:
    number = float(literal)
    if math.isinf(number):
        raise UnreadableBody(reason="a number is too large")
    return number


def _no_constant(literal: str) -> float:
    raise UnreadableBody(reason=f"{literal} is not JSON")


_read_json = json.JSONDecoder(object_pairs_hook=_distinct, parse_float=_finite, parse_constant=_no_constant).decode


def _refuse_hidden_characters(value: Any) -> None:
    open_values = [value]
    while open_values:
        found = open_values.pop()
        if isinstance(found, dict):
            open_values.extend(found)
            open_values.extend(found.values())
        elif isinstance(found, list):
            open_values.extend(found)
        elif isinstance(found, str):
            if "\x00" in found:
                raise UnreadableBody(reason="a text holds the character NUL")
            if any("\ud800" <= character <= "\udfff" for character in found):
                raise UnreadableBody(reason="a text holds half of a surrogate pair")


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def receive_again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


async def _refuse(refusal: Refusal, request_id: str, send: Send) -> None:
    body = problem(refusal, request_id)
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in refusal.headers.items()]
    # What is left of the body is not read, so the connection cannot serve another request.
    headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _address(scope: Scope) -> str:
    """Whom a connection is from. The server takes the word of a proxy on its own machine for it, and nobody else's."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _printable(path: str) -> str:
    return path.encode("unicode_escape").decode("ascii")[:500]
