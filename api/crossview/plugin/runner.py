"""Calls plugins, each connection in a child process of its own, so that secrets of two tenants never meet.

A child stays warm for the next call of its connection, ends when it has been idle, and makes room for another
connection when all places are taken. Whatever a plugin does, the caller gets a receipt or one `PluginFailure`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, assert_never

import msgspec

from crossview.plugin.configuration import redacted
from crossview.plugin.delivery import Delivery, GiveUp, PluginFailure, Receipt, RetryLater
from crossview.plugin.moments import Event
from crossview.plugin.process import KEPT_OUTPUT, ChildProcess, Limits, PluginDied, PluginHung, PluginMisbehaved
from crossview.plugin.wire import Answer, Call, Delivered, NoReceipt, Postponed, Raised, Refused

__all__ = ["Limits", "PluginDied", "PluginHung", "PluginMisbehaved", "PluginRunner"]

LONGEST_REASON = 500
LONGEST_PAUSE = 24 * 60 * 60.0


class _Seat:
    """The place of one connection: whose turn it is, and its child while it has one."""

    def __init__(self, connection_id: str) -> None:
        self.connection_id = connection_id
        self.turn = asyncio.Lock()
        self.callers = 0
        self.working = False
        self.last_used = 0.0
        self.child: ChildProcess | None = None
        self.child_serves: tuple[str, dict[str, str]] | None = None
        self.retirement: asyncio.TimerHandle | None = None


class PluginRunner:
    """Calls plugins in child processes; `aclose` leaves none of them behind.

    `search_path` names folders from which plugins may be imported beside those of the interpreter.
    """

    def __init__(self, limits: Limits | None = None, search_path: Sequence[Path] = ()) -> None:
        self._limits = limits or Limits()
        self._search_path = tuple(search_path)
        self._seats: dict[str, _Seat] = {}
        self._places = asyncio.Semaphore(self._limits.children)
        self._endings: set[asyncio.Task[str]] = set()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def call(
        self,
        *,
        connection_id: str,
        plugin: str,
        moment: str,
        event: Event,
        settings: Mapping[str, Any],
        secrets: Mapping[str, Any],
        delivery: Delivery,
        environ: Mapping[str, str],
    ) -> Receipt:
        """Call one hook of one plugin for one connection and return its receipt.

        `environ` is all that the plugin finds in its environment beside PATH, LANG and TZ. Calls of one connection wait
        for each other; the deadline, which the plugin's card names, counts from the moment the hook is called.

        Raises `PluginFailure`: `RetryLater` and `GiveUp` as the plugin raised them, `RetryLater` also for any other
        exception of the plugin, `PluginHung`, `PluginDied` and `PluginMisbehaved`. No reason holds a secret.
        """
        request = Call(moment, msgspec.Raw(msgspec.msgpack.encode(event)), dict(settings), dict(secrets), delivery)
        seat = self._seats.setdefault(connection_id, _Seat(connection_id))
        seat.callers += 1
        try:
            async with seat.turn, self._places:
                return await self._deliver(seat, request, plugin, dict(environ))
        except PluginFailure as failure:
            raise _readable(failure, secrets) from None
        finally:
            seat.callers -= 1
            self._forget_if_empty(seat)

    async def aclose(self) -> None:
        """End every child and wait until none is left; calls under way or waiting raise `PluginDied`."""
        self._closed = True
        for seat in self._seats.values():
            if seat.child is not None:
                seat.child.kill()
        for _ in range(self._limits.children):
            await self._places.acquire()
        for seat in list(self._seats.values()):
            self._dismiss(seat)
        if self._endings:
            await asyncio.wait(self._endings)
        # Calls that still wait for a place come through now, and are refused.
        for _ in range(self._limits.children):
            self._places.release()

    async def _deliver(self, seat: _Seat, request: Call, plugin: str, environ: dict[str, str]) -> Receipt:
        seat.working = True
        keep = False
        try:
            child = await self._child_for(seat, plugin, environ)
            answer = await child.ask(request)
            # A plugin that raised, ran out of memory or answered nonsense may be left in any state.
            keep = isinstance(answer, Delivered | Postponed | Refused)
            return _receipt(answer)
        except PluginFailure as failure:
            if not keep and (ending := self._dismiss(seat)) is not None:
                failure.output = await asyncio.shield(ending)
            raise
        finally:
            seat.working = False
            seat.last_used = asyncio.get_running_loop().time()
            if keep and not self._closed:
                self._retire_later(seat)
            else:
                self._dismiss(seat)

    async def _child_for(self, seat: _Seat, plugin: str, environ: dict[str, str]) -> ChildProcess:
        if seat.retirement is not None:
            seat.retirement.cancel()
        if seat.child is not None and seat.child.alive and seat.child_serves == (plugin, environ):
            return seat.child
        await self._ended(seat)
        await self._make_room()
        self._refuse_when_closed()
        seat.child = await ChildProcess.spawn(environ, self._limits)
        seat.child_serves = (plugin, environ)
        self._refuse_when_closed()
        await seat.child.load(plugin, self._search_path)
        return seat.child

    async def _make_room(self) -> None:
        """End the child that has been idle longest until there is a place for one more.

        At most `children` calls work at once, so when places are short some child is idle.
        """
        while sum(1 for seat in self._seats.values() if seat.working or seat.child) > self._limits.children:
            idle = [seat for seat in self._seats.values() if seat.child and not seat.working]
            await self._ended(min(idle, key=lambda seat: seat.last_used))

    def _retire_later(self, seat: _Seat) -> None:
        loop = asyncio.get_running_loop()
        seat.retirement = loop.call_later(self._limits.idle_seconds, self._dismiss, seat)

    async def _ended(self, seat: _Seat) -> None:
        ending = self._dismiss(seat)
        if ending is not None:
            await asyncio.shield(ending)

    def _dismiss(self, seat: _Seat) -> asyncio.Task[str] | None:
        """Take the child from its seat and end it; None when the seat has no child."""
        if seat.retirement is not None:
            seat.retirement.cancel()
        child, seat.child = seat.child, None
        self._forget_if_empty(seat)
        if child is None:
            return None
        child.kill()
        ending = asyncio.get_running_loop().create_task(child.end())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        return ending

    def _forget_if_empty(self, seat: _Seat) -> None:
        if seat.callers == 0 and seat.child is None:
            self._seats.pop(seat.connection_id, None)

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise PluginDied("the service is stopping")


def _receipt(answer: Answer) -> Receipt:
    match answer:
        case Delivered(receipt=receipt):
            if "\0" in receipt.external_id + receipt.address + receipt.content_hash:
                raise PluginMisbehaved("the receipt holds a NUL character")
            return receipt
        case Postponed(reason=reason, after=after):
            # NaN and negative numbers fail the comparison; a plugin may not put its delivery off for ever.
            raise RetryLater(min(after, LONGEST_PAUSE) if after is not None and after >= 0 else None, reason)
        case Refused(reason=reason):
            raise GiveUp(reason)
        case Raised(reason=reason):
            raise RetryLater(None, reason)
        case NoReceipt(reason=reason):
            raise PluginMisbehaved(reason)
        case _:
            assert_never(answer)


def _readable(failure: PluginFailure, secrets: Mapping[str, Any]) -> PluginFailure:
    """The same failure with one short line as its reason, and no secret in it."""
    reason = redacted(failure.reason, secrets)
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in reason).split())
    failure.reason = line if len(line) <= LONGEST_REASON else line[: LONGEST_REASON - 1] + "…"
    failure.args = (failure.reason,)
    failure.output = _end_of(failure.output, secrets)
    return failure


def _end_of(output: str, secrets: Mapping[str, Any]) -> str:
    """What was printed last, without secrets; where it was cut, also without the line that may start inside one."""
    whole = len(output.encode()) < KEPT_OUTPUT
    return redacted(output if whole else output.partition("\n")[2], secrets)
