"""How long the server waits for a connection, so that nobody needs a proxy in front of it against slow ones.

uvicorn bounds how long a connection may idle between two requests, and nothing else. This protocol also bounds how long the
head of a request may take and how large it may be, and how long an answer may wait to be read. A body has its time in the edge.
"""

import asyncio
from collections.abc import Callable

import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from crossview.foundation.errors import MEDIA_TYPE, HeadTooLong, Refusal, SlowHead, UnreadableHead, problem

HEAD_LIMIT = 65_536
"""Bytes of the names and values in a request's head."""
_REASONS = {400: b"Bad Request", 408: b"Request Timeout", 431: b"Request Header Fields Too Large"}


class Patience(msgspec.Struct, frozen=True):
    """Seconds that a head may take, and that an answer may wait for its reader."""

    head: float
    answer: float


class _Deadline:
    """Something that happens unless it is called off in time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float, passed: Callable[[], None]) -> None:
        self._loop = loop
        self._seconds = seconds
        self._passed = passed
        self._timer: asyncio.TimerHandle | None = None

    def set(self) -> None:
        """From now on, unless it is set already."""
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._passed)

    def call_off(self) -> None:
        """Not any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class PatientProtocol(HttpToolsProtocol):
    """A connection that is dropped when its time is up."""

    patience: Patience

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._head = _Deadline(self.loop, self.patience.head, self._refuse_slow_head)
        self._answer = _Deadline(self.loop, self.patience.answer, transport.abort)
        self._named = self._unended = self._hosts = 0
        self._head_is_open = True
        self._head.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._head.call_off()
        self._answer.call_off()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The next head begins; the first one began with the connection."""
        super().on_message_begin()
        self._named = self._hosts = 0
        self._head_is_open = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """One more line of the head. Raising makes the parser stop, and uvicorn call `send_400_response`."""
        self._named += len(name) + len(value)
        if self._named > HEAD_LIMIT:
            raise ValueError("the head is too long")
        self._hosts += name.lower() == b"host"
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there. It names one host (RFC 9112, section 3.2), or a proxy may take it for another's."""
        if self._hosts != 1 and self.parser.get_http_version() == "1.1":
            raise ValueError("the head does not name one host")
        self._head_is_open = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Take in a piece. A line without an end reaches no callback, so what comes before the end of a head is counted.

        Most heads come in one piece, so time is taken only of those that are still open after theirs.
        """
        super().data_received(data)
        if self._head_is_open:
            self._head.set()
        else:
            self._head.call_off()
        self._unended = self._unended + len(data) if self._head_is_open else 0
        if self._unended > 2 * HEAD_LIMIT:
            self._refuse(HeadTooLong(limit=HEAD_LIMIT))

    def send_400_response(self, msg: str) -> None:
        """What cannot be read as HTTP is refused in our words."""
        self._refuse(HeadTooLong(limit=HEAD_LIMIT) if self._named > HEAD_LIMIT else UnreadableHead())

    def pause_writing(self) -> None:
        """More of an answer waits for its reader than there is room for."""
        super().pause_writing()
        self._answer.set()

    def resume_writing(self) -> None:
        """The reader reads. A connection that is to close still has to be read to its end in time."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._answer.call_off()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing came since the last answer. The connection closes once all is read, and what is unread has its time, too."""
        super().timeout_keep_alive_handler()
        self._answer.set()

    def _refuse_slow_head(self) -> None:
        self._refuse(SlowHead(seconds=round(self.patience.head)))

    def _refuse(self, refusal: Refusal) -> None:
        """Answer without a request, and close."""
        if self.transport.is_closing():
            return
        body = problem(refusal)
        self.transport.write(
            b"HTTP/1.1 %d %b\r\ncontent-type: %b\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
            % (refusal.status, _REASONS[refusal.status], MEDIA_TYPE.encode(), len(body), body)
        )
        self.transport.close()
        self._answer.set()


def patient(patience: Patience) -> type[asyncio.Protocol]:
    """The protocol of a server with that much patience."""

    class Protocol(PatientProtocol):
        pass

    Protocol.patience = patience
    return Protocol
