"""What lies between the service and its database: a wire that counts, that can be cut, held, and that can fall silent."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, unquote, urlsplit

ASKS = frozenset(b"QS")
"""Messages of a client that wait for an answer: a simple query, and the Sync after a prepared one."""


class Wire:
    """A relay on a port of its own in front of the server at `dsn`.

    `round_trips` counts what clients asked. While `silent` nothing passes, and while `cut` nobody is let in. While it is held,
    each question waits until it is let through.
    """

    def __init__(self, dsn: str) -> None:
        self._parts = urlsplit(dsn)
        self._open: set[asyncio.StreamWriter] = set()
        self._heard = asyncio.Event()
        self._heard.set()
        self._held: deque[asyncio.Future[None]] | None = None
        self.round_trips = 0
        self.is_cut = False
        self.port = 0

    @property
    def dsn(self) -> str:
        """The server's address by way of this wire."""
        user = f"{self._parts.username}:{self._parts.password}@" if self._parts.password else f"{self._parts.username}@"
        return f"postgresql://{user}127.0.0.1:{self.port}{self._parts.path}"

    def lead_to(self, dsn: str) -> None:
        """Relay to another server from the next connection on."""
        self._parts = urlsplit(dsn)

    def cut(self) -> None:
        """Tear every connection, and let nobody in until it is mended."""
        self.is_cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def silence(self) -> None:
        """Keep the connections and pass nothing on."""
        self._heard.clear()

    def mend(self) -> None:
        """Let everything through again."""
        self.is_cut = False
        self._heard.set()

    @property
    def waiting(self) -> int:
        """How many questions wait to be let through."""
        return len(self._held or ())

    def hold(self) -> None:
        """Let each question wait from now on."""
        self._held = deque()

    def let_one_through(self) -> None:
        """The question that waited longest passes, if there is one."""
        if self._held:
            self._held.popleft().set_result(None)

    def let_go(self) -> None:
        """Let everything pass again."""
        while self.waiting:
            self.let_one_through()
        self._held = None

    @asynccontextmanager
    async def laid(self) -> AsyncIterator["Wire"]:
        """Relay until the block ends."""
        server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self.mend()
            server.close()
            self.cut()
            await server.wait_closed()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        inner_reader, inner_writer = await self._server()
        self._open |= {writer, inner_writer}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._carry(reader, inner_writer, asks=True))
                tasks.create_task(self._carry(inner_reader, writer, asks=False))
        except* (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open -= {writer, inner_writer}
            for end in (writer, inner_writer):
                end.close()

    async def _server(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        options = parse_qs(self._parts.query)
        port = int(options["port"][0]) if "port" in options else self._parts.port or 5432
        folder = options.get("host", [""])[0]
        if folder.startswith("/"):
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        return await asyncio.open_connection(unquote(self._parts.hostname or "127.0.0.1"), port)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, asks: bool) -> None:
        framed = Frames() if asks else None
        while data := await reader.read(65536):
            await self._heard.wait()
            if framed is not None and (asked := framed.count(data)):
                self.round_trips += asked
                await self._turn()
            with suppress(ConnectionError):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def _turn(self) -> None:
        if self._held is not None:
            turn = asyncio.get_running_loop().create_future()
            self._held.append(turn)
            await turn


class Frames:
    """Counts the messages of one client in the order of the protocol (PostgreSQL, "Message Formats").

    The first message has no type; each other one begins with a letter and its length.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._started = False

    def count(self, data: bytes) -> int:
        """How many messages that wait for an answer are complete with this data."""
        self._rest += data
        asked = 0
        while True:
            head = 1 if self._started else 0
            if len(self._rest) < head + 4:
                return asked
            length = head + int.from_bytes(self._rest[head : head + 4], "big")
            if len(self._rest) < length:
                return asked
            if self._started and self._rest[0] in ASKS:
                asked += 1
            # A request for TLS is answered by one letter, and the first message comes again.
            self._started = self._started or length != 8
            self._rest = self._rest[length:]
