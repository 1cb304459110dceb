"""The lane: the few operations that everybody waits for, without the framework's work for each request.

The handlers are the framework's own functions, called directly (docs/decisions/0012-the-lane.md). A request takes the lane only
when it is plainly one of theirs: the method, the exact form of the address, no header twice, values that fit. Everything else
goes on to the framework, so the lane refuses nothing but what a use case refuses.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter

from crossview.foundation.bodies import Read, reader
from crossview.foundation.door import Door
from crossview.foundation.edge import Application, Message, Receive, Scope, Send
from crossview.foundation.errors import Refusal
from crossview.foundation.problems import refused, unforeseen

MakeDoor = Callable[[HTTPRouteHandler, Mapping[str, str]], Door]

_PARAMETER = re.compile(r"\{(\w+):uuid\}")
_UUID = r"(?P<\1>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_LIMITS = ("gt", "ge", "lt", "le", "min_length", "max_length", "pattern")
_WITHOUT_CONTENT = frozenset({204, 304})


class _Address(msgspec.Struct, frozen=True):
    """Where a handler listens and what it takes from a request; `query` reads the values of one that fits, else None."""

    handler: HTTPRouteHandler
    answer: Callable[..., Awaitable[Response[Any]]]
    pattern: re.Pattern[str]
    query: Callable[[bytes], dict[str, Any] | None]
    read: Read | None
    services: dict[str, object]


class Lane:
    """In front of the framework `app`; `services` are what handlers take by name beside their door."""

    def __init__(
        self,
        app: Application,
        handlers: Iterable[HTTPRouteHandler],
        make_door: MakeDoor,
        services: Mapping[str, object],
    ) -> None:
        self._app = app
        self._make_door = make_door
        self._addresses: dict[str, list[_Address]] = {}
        for handler in handlers:
            for method in handler.http_methods:
                self._addresses.setdefault(method, []).append(_address(handler, services))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        found = self._find(scope) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        address, taken = found
        if address.read is not None:
            message = await receive()
            if not message.get("body"):
                await self._app(scope, _again(message, receive), send)
                return
            taken["data"] = message["body"]
        await _send(await self._answer(address, taken, scope), send)

    async def _answer(self, address: _Address, taken: dict[str, Any], scope: Scope) -> Response[Any]:
        try:
            if address.read is not None:
                taken["data"] = address.read(taken["data"])
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            door = self._make_door(address.handler, headers)
            return await address.answer(door=door, **address.services, **taken)
        except Refusal as refusal:
            return refused(refusal, scope["state"]["request_id"])
        except Exception as error:
            return unforeseen(error, scope["state"]["request_id"])

    def _find(self, scope: Scope) -> tuple[_Address, dict[str, Any]] | None:
        if len({name for name, _ in scope["headers"]}) < len(scope["headers"]):
            return None
        for address in self._addresses.get(scope["method"], ()):
            if (path := address.pattern.fullmatch(scope["path"])) is not None:
                query = address.query(scope["query_string"])
                return None if query is None else (address, {**_ids(path), **query})
        return None


def _address(handler: HTTPRouteHandler, services: Mapping[str, object]) -> _Address:
    (path,) = handler.paths
    named = set(_PARAMETER.findall(path))
    answer = inspect.unwrap(handler.fn)
    types = get_type_hints(answer, include_extras=True)
    taken = inspect.signature(answer).parameters.keys() - named - {"door", "data"}
    return _Address(
        handler=handler,
        answer=answer,
        pattern=re.compile(_PARAMETER.sub(_UUID, path)),
        query=_query_reader({name: _checked(types[name]) for name in taken - services.keys()}),
        read=reader(get_args(types["data"])[0]) if "data" in types else None,
        services={name: services[name] for name in taken & services.keys()},
    )


def _checked(kind: Any) -> Any:
    """A type as msgspec checks what stands in a query: within the limits that are the framework's own words, and never None."""
    plain, *notes = get_args(kind) if get_origin(kind) is Annotated else (kind,)
    if type(None) in get_args(plain):
        plain = Union[tuple(part for part in get_args(plain) if part is not type(None))]  # noqa: UP007 - of a tuple
    for note in notes:
        if isinstance(note, QueryParameter):
            limits = {name: limit for name in _LIMITS if (limit := getattr(note, name)) is not None}
            return Annotated[plain, msgspec.Meta(**limits)]
    return plain


def _ids(path: re.Match[str]) -> dict[str, UUID]:
    return {name: UUID(value) for name, value in path.groupdict().items()}


def _query_reader(types: Mapping[str, Any]) -> Callable[[bytes], dict[str, Any] | None]:
    @lru_cache(maxsize=64)  # Most requests to an address ask for the same.
    def read(query: bytes) -> dict[str, Any] | None:
        given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
        try:
            found = {name: msgspec.convert(value, types[name], strict=False) for name, value in given}
        except (KeyError, msgspec.ValidationError):
            return None
        return found if len(found) == len(given) else None

    return read


def _again(message: Message, receive: Receive) -> Receive:
    messages = iter([message])

    async def receive_again() -> Message:
        return next(messages, None) or await receive()

    return receive_again


async def _send(response: Response[Any], send: Send) -> None:
    body = response.content
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.headers.items()]
    if response.status_code not in _WITHOUT_CONTENT:
        headers.append((b"content-type", str(response.media_type).encode()))
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
