"""The process in which one connection's plugin is called: `python -m crossview.plugin.child SOCKET PARENT`.

It loads one plugin, answers one call at a time, and ends when the service closes the socket. What the plugin prints
goes elsewhere than the socket, so printing cannot break an answer.
"""

import asyncio
import sys
import traceback

import msgspec

from crossview.foundation.errors import InvalidInput
from crossview.plugin import confinement
from crossview.plugin.configuration import read_settings
from crossview.plugin.delivery import GiveUp, RetryLater
from crossview.plugin.manager import ContractBroken, PluginRegistry
from crossview.plugin.moments import MOMENTS
from crossview.plugin.pipe import Pipe
from crossview.plugin.wire import (
    Answer,
    Call,
    Delivered,
    Greeting,
    NoReceipt,
    NotReady,
    Postponed,
    Raised,
    Ready,
    Refused,
    Start,
    frame,
)

LONGEST_REASON = 64 * 1024


def main(socket_number: int, parent: int) -> None:
    """Serve calls until the service closes the socket."""
    confinement.die_with(parent)
    confinement.keep_private()
    with Pipe(socket_number) as pipe:
        start = msgspec.msgpack.decode(pipe.read(), type=Start)
        confinement.limit_memory(start.memory)
        sys.path.extend(start.search_path)
        registry = PluginRegistry.load([start.plugin])
        pipe.write(frame(_greeting(registry, start.plugin)))
        while True:
            call = msgspec.msgpack.decode(pipe.read(), type=Call)
            pipe.write(_framed(asyncio.run(_answer(registry, start.plugin, call))))


def _greeting(registry: PluginRegistry, plugin: str) -> Greeting:
    if plugin in registry.broken:
        return NotReady(registry.broken[plugin])
    return Ready(float(registry.card(plugin).deadline))


async def _answer(registry: PluginRegistry, plugin: str, call: Call) -> Answer:
    try:
        event = msgspec.msgpack.decode(call.event, type=MOMENTS[call.moment])
        settings, secrets = read_settings(registry.card(plugin), call.settings, call.secrets)
        return Delivered(await registry.call_one(plugin, call.moment, event, settings, secrets, call.delivery))
    except RetryLater as failure:
        return Postponed(str(failure.reason), failure.retry_after)
    except GiveUp as failure:
        return Refused(str(failure.reason))
    except InvalidInput as refusal:
        return Refused(f"the settings do not fit the plugin: {refusal.values['summary']}")
    except ContractBroken as broken:
        return NoReceipt(str(broken))
    except BaseException as error:
        # A plugin may raise anything, SystemExit and KeyboardInterrupt too; the service hears of it and decides.
        traceback.print_exc()
        return Raised(f"{type(error).__name__}: {error}"[:LONGEST_REASON])


def _framed(answer: Answer) -> bytes:
    try:
        return frame(answer)
    except (TypeError, ValueError, RecursionError) as error:
        return frame(NoReceipt(f"the answer cannot be sent: {type(error).__name__}"))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
