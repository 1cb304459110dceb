"""Lists come in pages: keyset cursors, opaque to the client, stable while rows are added."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from crossview.foundation.errors import InvalidCursor

T = TypeVar("T")
Key = TypeVar("Key", int, str, UUID)

_KEYS: dict[type, Any] = {
    int: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)],
    str: Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,100}$(?!\n)")],
    UUID: UUID,
}
"""The sort keys that a cursor can stand for; a number fits PostgreSQL's bigint, a name is of visible ASCII."""

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[str | None, QueryParameter(max_length=200, description="`next_cursor` of the page before.")]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list; `next_cursor` is null on the last one."""

    items: tuple[T, ...]
    next_cursor: str | None


def after_cursor(cursor: str | None, kind: type[Key]) -> Key | None:
    """The sort key that a cursor stands for, None for the first page. Raises `InvalidCursor` for anything not from here."""
    if cursor is None:
        return None
    try:
        key: Key = msgspec.json.decode(base64.b64decode(cursor, altchars=b"-_", validate=True), type=_KEYS[kind])
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise InvalidCursor from error
    return key


def next_cursor(rows: Sequence[T], limit: int, key: Callable[[T], Any]) -> str | None:
    """The cursor after a page, given one row more than the page holds where there are more."""
    return cursor_at(key(rows[limit - 1])) if len(rows) > limit else None


def cursor_at(key: object) -> str:
    """The cursor of a page that begins after the row with that sort key."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode()
