"""The floor: the same statements and the same bytes behind the least ASGI application that does the job, without framework,
edge, log or refusals. Served by uvicorn as the service is."""

import hashlib
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import asyncpg
import msgspec
import uvicorn

from crossview.foundation.clock import SystemClock
from crossview.foundation.db import Call, Database
from crossview.foundation.door import encode
from crossview.foundation.pages import after_cursor, cursor_at
from crossview.foundation.permissions import Permission, Reach, roles_by_reach
from crossview.foundation.settings import Settings
from crossview.foundation.sql import statements
from crossview.scripts.document import JUDGED
from crossview.scripts.items import Item, ItemOutcome
from crossview.scripts.wording import wording
from crossview.votes.board import Board, Boards, Seen, make_board
from crossview.votes.cast import Ballot, NewBallot

Answer = tuple[bytes, bytes]
Scope = dict[str, Any]

votes = statements("crossview.votes", "votes.sql")
scripts = statements("crossview.scripts", "scripts.sql")
decode_ballot = msgspec.json.Decoder(NewBallot).decode
decode_change = msgspec.json.Decoder(dict[str, Any]).decode


def admission(permission: Permission) -> tuple[Any, ...]:
    """The arguments of `admit` behind the token's hash."""
    roles = roles_by_reach(permission)
    return permission.value, roles[Reach.ALL], roles[Reach.OWN], roles[Reach.SCOPED]


READ, CAST, EDIT = map(admission, (Permission.READ_SCRIPT, Permission.CAST_BALLOT, Permission.EDIT_SCRIPT))
JUDGED_KINDS = sorted(JUDGED)


class Raw:
    """Four operations by their paths."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._boards = Boards(Settings().board_bytes)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await receive()
            self._database = await Database.connect(self._dsn, clock=SystemClock())
            self._pool = self._database._pool
            await send({"type": "lifespan.startup.complete"})
            return
        headers = dict(scope["headers"])
        token_hash = hashlib.sha256(headers[b"authorization"][7:]).digest()
        operation: Callable[..., Awaitable[Answer]] = {
            "GET": self._script if scope["path"] != "/v1/scripts" else self._list,
            "PUT": self._cast,
            "PATCH": self._change,
        }[scope["method"]]
        body = (await receive())["body"] if scope["method"] != "GET" else b""
        content, tag = await operation(token_hash, scope, headers, body)
        answered = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content)), (b"etag", tag)]
        await send({"type": "http.response.start", "status": 200, "headers": answered})
        await send({"type": "http.response.body", "body": content})

    async def _script(self, token_hash: bytes, scope: Scope, headers: Any, body: bytes) -> Answer:
        script_id = UUID(scope["path"][12:])
        row = await self._fetch(votes["look_at_script"], token_hash, *READ, script_id, True)
        seen = Seen(*row)
        board: Board | None = self._boards.find(script_id, seen.versions)
        if board is None:
            call = Call(self._database, token_hash, Permission.READ_SCRIPT)
            board, versions = await make_board(call, script_id, seen, with_tally=True)
            self._boards.keep(script_id, versions, board, board.size)
        tally = board.tally(seen.counts, seen.own)
        tag = b'"%d-%b"' % (seen.version, hashlib.sha256(tally).hexdigest()[:32].encode())
        return board.script[:-1] + b',"tally":' + tally + b"}", tag

    async def _list(self, token_hash: bytes, scope: Scope, headers: Any, body: bytes) -> Answer:
        query = parse_qs(scope["query_string"].decode())
        limit = int(query["limit"][0])
        before = after_cursor(query["cursor"][0], UUID)
        items, after = await self._fetch(scripts["list_scripts"], token_hash, *READ, None, before, limit)
        content = b'{"items":[%b],"next_cursor":%b}' % (items.encode(), encode(after and cursor_at(after)))
        return content, b'"' + hashlib.sha256(content).hexdigest()[:32].encode() + b'"'

    async def _cast(self, token_hash: bytes, scope: Scope, headers: Any, body: bytes) -> Answer:
        new, item_id = decode_ballot(body), UUID(scope["path"][10:46])
        row = await self._fetch(
            votes["cast_ballot"],
            token_hash,
            *CAST,
            item_id,
            new.revision,
            new.choice,
            new.grade,
            new.reason,
            JUDGED_KINDS,
        )
        content = encode(Ballot(item_id, new.revision, new.choice, new.grade, new.reason, stale=False, at=row[4]))
        return content, b'"' + hashlib.sha256(content).hexdigest()[:32].encode() + b'"'

    async def _change(self, token_hash: bytes, scope: Scope, headers: Any, body: bytes) -> Answer:
        change, item_id = decode_change(body), UUID(scope["path"][10:])
        text = change.pop("text")
        expected = int(headers[b"if-match"].strip(b'"'))
        row = await self._fetch(
            scripts["change_item"], token_hash, *EDIT, item_id, expected, change, text, wording(text)
        )
        item = Item(*msgspec.structs.astuple(ItemOutcome(*row))[: len(Item.__struct_fields__)])
        return encode(item), b'"%d"' % item.version

    async def _fetch(self, statement: str, *args: object) -> asyncpg.Record:
        async with self._pool.acquire() as connection:
            row = await connection.fetchrow(statement, *args)
        assert row is not None
        return row


if __name__ == "__main__":
    dsn, port = sys.argv[1:]
    uvicorn.run(
        Raw(dsn), port=int(port), http="httptools", loop="uvloop", ws="none", access_log=False, log_level="error"
    )
