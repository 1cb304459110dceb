"""How a handler runs a use case: in one transaction, as somebody, with an answer that can be repeated safely.

`Door` opens the transaction, checks the operation's permission inside it, runs the use case, and turns its value into an
answer with an ETag (RFC 9110, section 8.8.3). For a POST with an Idempotency-Key the answer is kept in that same
transaction, so it exists exactly when the change does (docs/decisions/0004-one-request-one-transaction.md). It may hold a
secret that is shown once, so it is kept sealed with a key that only the caller's own token yields.
"""

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from litestar import Request, Response
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler

from crossview.foundation.auth import bearer, digest
from crossview.foundation.db import Call, Database, Visit
from crossview.foundation.errors import (
    IdempotencyKeyReused,
    InvalidInput,
    RequestInProgress,
    StaleVersion,
    VersionRequired,
)
from crossview.foundation.operations import Operation
from crossview.foundation.sql import statements

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")
UseCase = Callable[Concatenate[Visit, P], Awaitable[T]]
QuickCase = Callable[Concatenate[Call, P], Awaitable[T]]

KEY = re.compile(r"[!-~]{1,200}")
_JSON = "application/json"
encode = msgspec.json.Encoder(decimal_format="number").encode
"""A value as the JSON of an answer: minutes and scores are numbers."""

sql = statements(__package__, "door.sql")


class Versioned(Protocol):
    """A resource that counts its changes."""

    @property
    def version(self) -> int:
        """Rises by one with each change, from 1."""
        ...


class KeptAnswer(msgspec.Struct, frozen=True):
    """An answer given before under the same Idempotency-Key."""

    request_hash: bytes
    status: int
    headers: dict[str, str]
    body: bytes


class Written(msgspec.Struct, frozen=True):
    """A value that is already written out: `body` in `media_type`, identified by `tag`."""

    body: bytes
    media_type: str
    tag: str
    headers: dict[str, str] = {}


def written(body: bytes, media_type: str = _JSON) -> Written:
    """A value that its own bytes identify."""
    return Written(body, media_type, _fingerprint(body))


class Door:
    """One request's way into its workspace."""

    def __init__(
        self,
        database: Database,
        operation: Operation,
        name: str,
        headers: Mapping[str, str],
        request_hash: bytes,
        woken: Callable[[], None],
    ) -> None:
        self._database = database
        self._operation = operation
        self._name = name
        self._headers = headers
        self._request_hash = request_hash
        self._woken = woken

    @property
    def expected(self) -> int:
        """The version that a change is based on, from If-Match. Raises `VersionRequired` when the header is missing.

        An item, and a script with its tally or findings, has a tag of all that is in the answer, of which a change needs the
        first part. A tag that we never gave out is version 0, which nothing has.
        """
        tag = self._headers.get("if-match")
        if tag is None:
            raise VersionRequired
        number, _, _ = tag.strip().removeprefix("W/").strip('"').partition("-")
        return int(number) if number.isascii() and number.isdigit() and len(number) < 18 else 0

    @property
    def now(self) -> datetime:
        """What time it is, for what is worked out before a transaction is opened."""
        return self._database.now

    async def read(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> Response[T]:
        """200 with the value, or 304 when the client has it already."""
        async with self._open() as visit:
            value = await use_case(visit, *args, **kwargs)
        return self._unless_known(_answer(value, 200))

    async def read_at_once(self, use_case: QuickCase[P, T], *args: P.args, **kwargs: P.kwargs) -> Response[T]:
        """The same as `read`, of a use case that is one statement."""
        return self._unless_known(_answer(await use_case(self._call(), *args, **kwargs), 200))

    async def read_written(self, use_case: QuickCase[P, "Written"], *args: P.args, **kwargs: P.kwargs) -> Response[Any]:
        """The same as `read_at_once`, of a value that is written out already; the handler says what it is."""
        return await self.read_at_once(use_case, *args, **kwargs)

    async def read_and_write_out(
        self, use_case: UseCase[P, T], write: Callable[[T], "Written"], *args: P.args, **kwargs: P.kwargs
    ) -> Response[Any]:
        """The same as `read`, of a value that takes a moment of processor time to write out.

        It is written when the transaction has ended, and beside the event loop: neither a connection nor anybody else waits.
        """
        return await self.read_and_work_out(use_case, lambda value: asyncio.to_thread(write, value), *args, **kwargs)

    async def read_and_work_out(
        self, use_case: UseCase[P, T], work_out: Callable[[T], Awaitable[Any]], *args: P.args, **kwargs: P.kwargs
    ) -> Response[Any]:
        """The same as `read`, of a value from which the answer is worked out when the transaction has ended."""
        async with self._open() as visit:
            value = await use_case(visit, *args, **kwargs)
        return self._unless_known(_answer(await work_out(value), 200))

    async def work_out(
        self, use_case: UseCase[P, T], work_out: Callable[[T], Awaitable[U]], *args: P.args, **kwargs: P.kwargs
    ) -> Response[U]:
        """200 with what is worked out from a value when the transaction has ended: for a question that changes nothing.

        Asked twice it is worked out twice, whatever its Idempotency-Key says: there is nothing that could be done twice.
        """
        async with self._open() as visit:
            self._read_key()
            value = await use_case(visit, *args, **kwargs)
        return _answer(await work_out(value), 200)

    async def change_at_once(self, use_case: QuickCase[P, T], *args: P.args, **kwargs: P.kwargs) -> Response[T]:
        """The same as `change`, of a use case that is one statement."""
        return _answer(await use_case(self._call(), *args, **kwargs), 200)

    async def create(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> Response[T]:
        """201 with what was made; once for each Idempotency-Key."""
        return await self._once(201, use_case, *args, **kwargs)

    async def act(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> Response[T]:
        """200 with what an action led to; once for each Idempotency-Key."""
        return await self._once(200, use_case, *args, **kwargs)

    async def change(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> Response[T]:
        """200 with the resource as it is after the change."""
        async with self._open() as visit:
            value = await use_case(visit, *args, **kwargs)
        return _answer(value, 200)

    async def remove(self, use_case: UseCase[P, None], *args: P.args, **kwargs: P.kwargs) -> Response[None]:
        """204 when it is gone."""
        async with self._open() as visit:
            await use_case(visit, *args, **kwargs)
        return Response(content=None, status_code=204)

    def _call(self) -> Call:
        assert self._operation.permission is not None, "an open operation has no door"
        return Call(self._database, digest(self._token), self._operation.permission)

    def _unless_known(self, answer: Response[T]) -> Response[T]:
        tag = answer.headers["ETag"]
        if not _same(self._headers.get("if-none-match"), tag):
            return answer
        return Response(content=b"", status_code=304, headers={"ETag": tag})  # type: ignore[arg-type]

    async def _once(self, status: int, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> Response[T]:
        async with self._open() as visit:
            key = self._read_key()
            if key is None:
                return _answer(await use_case(visit, *args, **kwargs), status)
            kept = await self._kept(visit, key)
            if kept is not None:
                body = self._opened(kept.body)
                return Response(content=body, status_code=kept.status, headers=kept.headers, media_type=_JSON)  # type: ignore[arg-type]
            answer = _answer(await use_case(visit, *args, **kwargs), status)
            await self._keep(visit, key, answer)
        return answer

    async def _kept(self, visit: Visit, key: str) -> KeptAnswer | None:
        ours = (visit.workspace_id, visit.actor.member_id, self._name, key)
        # Whoever runs the same key at this moment holds the lock until its transaction ends.
        if not await visit.value(sql["claim_key"], ":".join(map(str, ours))):
            raise RequestInProgress
        kept = await visit.one(KeptAnswer, sql["find_answer"], *ours)
        if kept is not None and kept.request_hash != self._request_hash:
            raise IdempotencyKeyReused
        return kept

    async def _keep(self, visit: Visit, key: str, answer: Response[Any]) -> None:
        await visit.run(
            sql["keep_answer"],
            visit.workspace_id,
            visit.actor.member_id,
            self._name,
            key,
            self._request_hash,
            answer.status_code,
            dict(answer.headers),
            self._seal().encrypt(answer.content),
        )

    def _opened(self, sealed: bytes) -> bytes:
        try:
            return self._seal().decrypt(sealed)
        except InvalidToken as error:  # Another token of the same member used the key.
            raise IdempotencyKeyReused from error

    def _seal(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(digest(f"kept answer {self._token}")))

    def _read_key(self) -> str | None:
        """The Idempotency-Key, where there is one. Raises `InvalidInput` for one of another form."""
        key = self._headers.get("idempotency-key")
        if key is not None and not KEY.fullmatch(key):
            raise InvalidInput(summary="an Idempotency-Key has 1 to 200 visible characters of ASCII")
        return key

    @property
    def _token(self) -> str:
        return bearer(self._headers.get("authorization"))

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Visit]:
        assert self._operation.permission is not None, "an open operation has no door"
        async with self._database.visit(digest(self._token)) as visit:
            visit.reach = visit.actor.reach(self._operation.permission)
            yield visit
        if visit.woken:
            self._woken()


OpenDoor: TypeAlias = NamedDependency[Door]


async def open_door(request: Request[Any, Any, Any]) -> Door:
    """The dependency `door` of every handler that needs a member."""
    signature = await _signature(request) if "idempotency-key" in request.headers else b""
    return make_door(request.app.state, request.route_handler, request.headers, signature)


def make_door(state: State, handler: BaseRouteHandler, headers: Mapping[str, str], signature: bytes = b"") -> Door:
    """The door of one request to a handler; `signature` tells requests with the same Idempotency-Key apart."""
    return Door(
        database=state.database,
        operation=handler.opt["operation"],
        name=str(getattr(handler, "operation_id", "")),
        headers=headers,
        request_hash=signature,
        woken=state.jobs_enqueued,
    )


async def _signature(request: Request[Any, Any, Any]) -> bytes:
    parts = (request.method.encode(), request.url.path.encode(), request.url.query.encode(), await request.body())
    return hashlib.sha256(b"\n".join(parts)).digest()


def same_version(current: Versioned, expected: int) -> None:
    """Raises `StaleVersion` with the current state when a change is based on another version."""
    if current.version != expected:
        raise StaleVersion(version=current.version, current=msgspec.Raw(encode(current)))


def _answer(value: Any, status: int) -> Response[Any]:
    if isinstance(value, Written):
        headers = {"ETag": f'"{value.tag}"', **value.headers}
        return Response(content=value.body, status_code=status, headers=headers, media_type=value.media_type)
    body = encode(value)
    version = getattr(value, "version", None)
    tag = str(version) if isinstance(version, int) else _fingerprint(body)
    return Response(content=body, status_code=status, headers={"ETag": f'"{tag}"'}, media_type=_JSON)


def _fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def _same(if_none_match: str | None, tag: str) -> bool:
    if if_none_match is None:
        return False
    given = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return tag in given or "*" in given
