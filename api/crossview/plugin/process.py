"""One child process, from its start to its end, as the service sees it."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from io import FileIO
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from crossview.plugin.delivery import PluginFailure
from crossview.plugin.wire import LENGTH, Answer, Call, Greeting, NotReady, Ready, Start, frame

MIB = 1024 * 1024
KEPT_OUTPUT = 8 * 1024
INHERITED = ("PATH", "LANG", "TZ")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What plugins may cost. Sizes are in bytes, times in seconds; `answer` and `printed` count for each call."""

    children: int = 8
    memory: int = 1024 * MIB
    idle_seconds: float = 60.0
    start_seconds: float = 30.0
    longest_deadline: float = 300.0
    answer: int = MIB
    printed: int = 16 * MIB


class PluginHung(PluginFailure):
    """The plugin did not answer within its deadline; its process and whatever that had started were killed."""


class PluginDied(PluginFailure):
    """The plugin's process ended before it answered."""


class PluginMisbehaved(PluginFailure):
    """The plugin broke the contract: no receipt, an answer or a log too large, or it cannot be loaded.

    The same call would break it again until somebody changes the plugin.
    """

    permanent: ClassVar[bool] = True


class ChildProcess:
    """A process that has one plugin loaded and answers one call at a time.

    It leads a process group of its own, so that it is killed together with what it started.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        output: "Output",
        limits: Limits,
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer
        self._output = output
        self._limits = limits
        self._deadline = limits.longest_deadline

    @classmethod
    async def spawn(cls, environ: Mapping[str, str], limits: Limits) -> "ChildProcess":
        """Start the interpreter, with none of the service's environment but what `INHERITED` names."""
        ours, theirs = socket.socketpair()
        reading, printing = os.pipe()
        printed = os.fdopen(reading, "rb", buffering=0)
        process: asyncio.subprocess.Process | None = None
        try:
            process = await _interpreter(theirs.fileno(), printing, environ)
            reader, writer = await asyncio.open_connection(sock=ours)
            output = await Output.open(printed, limits.printed, lambda: _kill_group(process.pid))
            return cls(process, reader, writer, output, limits)
        except BaseException as error:
            ours.close()
            printed.close()
            if process is not None:
                _kill_group(process.pid)
            if isinstance(error, OSError):
                raise PluginDied(f"the plugin's process cannot be started: {error.strerror}") from error
            raise
        finally:
            theirs.close()
            os.close(printing)

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    async def load(self, plugin: str, search_path: Sequence[Path]) -> None:
        """Have the process load its plugin. Raises `PluginHung`, `PluginDied` or `PluginMisbehaved`."""
        start = Start(plugin, tuple(map(str, search_path)), self._limits.memory)
        greeting: Greeting = await self._exchange(frame(start), Greeting, self._limits.start_seconds)
        match greeting:
            case Ready(deadline=deadline):
                # A card may hold any number, NaN too, which no comparison lets through.
                self._deadline = deadline if 0 < deadline < self._limits.longest_deadline else self._deadline
            case NotReady(reason=reason):
                raise PluginMisbehaved(f"the plugin cannot be loaded: {reason}")

    async def ask(self, call: Call) -> Answer:
        """Make one call within the plugin's deadline. Raises `PluginHung`, `PluginDied` or `PluginMisbehaved`."""
        self._output.start_counting()
        answer: Answer = await self._exchange(frame(call), Answer, self._deadline)
        return answer

    def kill(self) -> None:
        """Kill the process and whatever it started, without waiting."""
        if self.alive:
            _kill_group(self._process.pid)

    async def end(self) -> str:
        """Kill the process and wait until nothing of it is left; what it printed last, which may hold secrets."""
        _kill_group(self._process.pid)
        await self._process.wait()
        # What the plugin started may have outlived a leader that ended by itself; the group keeps its number.
        _kill_group(self._process.pid)
        printed = await self._output.rest()
        self._output.close()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
        return printed

    async def _exchange(self, request: bytes, kind: Any, seconds: float) -> Any:
        try:
            async with asyncio.timeout(seconds):
                self._writer.write(request)
                await self._writer.drain()
                (size,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
                if size > self._limits.answer:
                    raise PluginMisbehaved(f"the answer is larger than {self._limits.answer} bytes")
                return msgspec.msgpack.decode(await self._reader.readexactly(size), type=kind)
        except TimeoutError:
            raise PluginHung(f"no answer within {seconds:g} seconds") from None
        except (asyncio.IncompleteReadError, OSError):
            raise await self._obituary() from None
        except (msgspec.MsgspecError, RecursionError):
            raise PluginMisbehaved("the answer cannot be read") from None

    async def _obituary(self) -> PluginFailure:
        if self._output.flooded:
            return PluginMisbehaved(f"the plugin printed more than {self._limits.printed} bytes")
        # The socket is closed, so the process is ending; one that closed it and stays is killed.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._process.wait()
        match self._process.returncode:
            case None:
                return PluginMisbehaved("the plugin closed the connection to the service")
            case status if status < 0:
                return PluginDied(f"the plugin's process was killed by signal {-status}")
            case status:
                return PluginDied(f"the plugin's process ended with status {status}")


class Output(asyncio.Protocol):
    """What a child prints: the end of it is kept, and a flood of it ends the child."""

    def __init__(self, limit: int, too_much: Callable[[], None]) -> None:
        self.flooded = False
        self._limit = limit
        self._too_much = too_much
        self._counted = 0
        self._kept = bytearray()
        self._closed = asyncio.Event()
        self._transport: asyncio.BaseTransport | None = None

    @classmethod
    async def open(cls, pipe: FileIO, limit: int, too_much: Callable[[], None]) -> "Output":
        """Read from a pipe, and call `too_much` once a call has printed more than `limit` bytes."""
        _, output = await asyncio.get_running_loop().connect_read_pipe(lambda: cls(limit, too_much), pipe)
        return output

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._counted += len(data)
        self._kept = (self._kept + data)[-KEPT_OUTPUT:]
        if self._counted > self._limit and not self.flooded:
            self.flooded = True
            self._too_much()

    def connection_lost(self, error: Exception | None) -> None:
        self._closed.set()

    def start_counting(self) -> None:
        """Begin a call: what it prints counts from here, and is all that its failure shows."""
        self._counted = 0
        self._kept = bytearray()

    async def rest(self) -> str:
        """What was kept, after waiting a moment for what is still in the pipe."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await self._closed.wait()
        return self._kept.decode("utf-8", "replace")

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def _interpreter(socket_number: int, printing: int, environ: Mapping[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        # Not from the folder that the service happens to run in.
        "-P",
        "-m",
        "crossview.plugin.child",
        str(socket_number),
        str(os.getpid()),
        stdin=asyncio.subprocess.DEVNULL,
        # A pipe of our own: asyncio waits for its pipes to close, and a grandchild may hold this one for ever.
        stdout=printing,
        stderr=printing,
        env={name: os.environ[name] for name in INHERITED if name in os.environ} | dict(environ),
        pass_fds=(socket_number,),
        start_new_session=True,
    )


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
