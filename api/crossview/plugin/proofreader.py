"""A plugin that brings rules of wording, as those see it who lint: a process that answers in time, or is killed.

It blocks, since linting does: in `crossview validate`, and in the linter's own thread of the service. No two threads may call
it at once.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import msgspec

from crossview.plugin.wire import LENGTH, Batch, BatchRead, Brings, NotReady, Start, frame
from crossview.plugin.wording import Question, WordingFault, WordingRule

MIB: Final = 1024 * 1024
AT_ONCE: Final = 50
"""Questions that a plugin is asked about together."""
INHERITED: Final = ("PATH", "LANG", "TZ")

Answer: TypeAlias = "tuple[WordingFault, ...] | str"
"""The faults of a question, or why the plugin could not read it."""


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """What a plugin may cost, in seconds and bytes: to load, for the questions that it is asked about at once, at rest after a
    failure, of memory, of an answer."""

    load: float = 10.0
    batch: float = 2.0
    rest: float = 60.0
    memory: int = 1024 * MIB
    answer: int = 4 * MIB


class Away(Exception):
    """The plugin did not answer; the message says why, as the end of a sentence."""


class Proofreader:
    """One plugin. Its process starts when it is first needed; after a failure it rests, so that nobody waits for it again."""

    def __init__(self, name: str, patience: Patience | None = None) -> None:
        self.name = name
        self._patience = patience or Patience()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._rules: tuple[WordingRule, ...] = ()
        self._rests_until = 0.0
        self._reason = ""

    def rules(self) -> tuple[WordingRule, ...]:
        """The rules that it brings. Raises `Away`."""
        self._be_there()
        return self._rules

    def read(self, questions: Sequence[Question]) -> Iterator[Answer]:
        """What it says of each question, in their order; of those that it did not come to, why."""
        for start in range(0, len(questions), AT_ONCE):
            batch = tuple(questions[start : start + AT_ONCE])
            try:
                self._be_there()
                read: BatchRead = self._exchange(frame(Batch(batch)), BatchRead, self._patience.batch)
                if len(read.answers) != len(batch):
                    raise self._away("it answers another number of questions")
                yield from read.answers
            except Away as away:
                yield from [str(away)] * len(batch)

    def close(self) -> None:
        """Kill the process and whatever it started, and wait until nothing of it is left."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _be_there(self) -> None:
        if time.monotonic() < self._rests_until:
            raise Away(self._reason)
        if self._process is not None:
            return
        try:
            self._start()
        except OSError as error:
            raise self._away(f"its process cannot be started: {error.strerror}") from None
        # It is imported from where it was found.
        start = Start(self.name, tuple(filter(None, sys.path)), self._patience.memory)
        greeting: Brings | NotReady = self._exchange(frame(start), Brings | NotReady, self._patience.load)
        if isinstance(greeting, NotReady):
            raise self._away(f"it cannot be loaded: {greeting.reason}")
        self._rules = greeting.rules

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._connection = ours
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, by numbers of ours
                # Not from the folder in which somebody happens to lint.
                [sys.executable, "-P", "-m", "crossview.plugin.wording_child", str(theirs.fileno()), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in INHERITED if name in os.environ},
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )

    def _exchange(self, request: bytes, kind: Any, seconds: float) -> Any:
        until = time.monotonic() + seconds
        try:
            self._wait_for(until).sendall(request)
            (size,) = LENGTH.unpack(self._exactly(LENGTH.size, until))
            if size > self._patience.answer:
                raise self._away(f"its answer is larger than {self._patience.answer} bytes")
            return msgspec.msgpack.decode(self._exactly(size, until), type=kind)
        except TimeoutError:
            raise self._away(f"it did not answer within {seconds:g} seconds") from None
        except OSError:
            raise self._away("its process has ended") from None
        except msgspec.MsgspecError:
            raise self._away("its answer cannot be read") from None

    def _wait_for(self, until: float) -> socket.socket:
        assert self._connection is not None
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection

    def _exactly(self, size: int, until: float) -> bytes:
        content = bytearray()
        while len(content) < size:
            piece = self._wait_for(until).recv(min(size - len(content), MIB))
            if not piece:
                raise ConnectionResetError
            content += piece
        return bytes(content)

    def _away(self, reason: str) -> Away:
        self.close()
        self._rests_until = time.monotonic() + self._patience.rest
        self._reason = reason
        return Away(reason)
