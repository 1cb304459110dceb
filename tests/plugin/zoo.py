"""A plugin that behaves as badly as its settings ask, to be run in a child process and nowhere else."""

import asyncio
import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from crossview.plugin import Delivery, GiveUp, PluginCard, Receipt, RetryLater, ScriptFinished, hookimpl


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    animal: str
    note: str = ""


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: str = ""


class NotEvenAnException(BaseException):
    """What `except Exception` does not catch."""


@hookimpl
def crossview_plugin() -> PluginCard:
    return PluginCard(title="Zoo", settings=Settings, secrets=Secrets, deadline=2.5)


@hookimpl
async def crossview_script_finished(
    event: ScriptFinished, settings: Settings, secrets: Secrets, delivery: Delivery
) -> Any:
    answer = ANIMALS[settings.animal](event, settings, secrets, delivery)
    return await answer if asyncio.iscoroutine(answer) else answer


def receipt(text: str) -> Receipt:
    return Receipt(external_id=text, address=str(os.getpid()), content_hash="")


def tame(event: ScriptFinished, settings: Settings, secrets: Secrets, delivery: Delivery) -> Receipt:
    return receipt(f"{event.script.title} {event.script.sections[0].minutes} {event.occurred_at} {delivery.id}")


def prints(*_: Any) -> Receipt:
    print("\x00\x00\x00\x05hello", flush=True)
    os.write(1, b"\xff" * 1000)
    return receipt("printed")


async def sleeps(*_: Any) -> None:
    await asyncio.Event().wait()


def spins(*_: Any) -> NoReturn:
    while True:
        pass


def leaves_a_child_and_spins(event: Any, settings: Settings, *_: Any) -> NoReturn:
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(settings.note).write_text(str(orphan.pid))
    spins()


def leaves_a_child(event: Any, settings: Settings, *_: Any) -> Receipt:
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path(settings.note).write_text(str(orphan.pid))
    return receipt("left")


def raises(event: Any, settings: Settings, secrets: Secrets, delivery: Delivery) -> NoReturn:
    raise ValueError(f"no\nwith {secrets.token} " + "x" * 1000)


def postpones(*_: Any) -> NoReturn:
    raise RetryLater(17.5, "busy")


def postpones_for_ever(*_: Any) -> NoReturn:
    raise RetryLater(float("inf"), "busy")


def postpones_by_nonsense(*_: Any) -> NoReturn:
    raise RetryLater(float("nan"), "busy")


def gives_up(event: Any, settings: Settings, secrets: Secrets, delivery: Delivery) -> NoReturn:
    raise GiveUp(f"gone for {secrets.token}")


def exits(*_: Any) -> NoReturn:
    os._exit(3)


def exits_politely(*_: Any) -> NoReturn:
    sys.exit("bye")


def exits_with_last_words(event: Any, settings: Settings, secrets: Secrets, delivery: Delivery) -> NoReturn:
    print(f"the token is {secrets.token}", file=sys.stderr, flush=True)
    os._exit(4)


def crashes(*_: Any) -> None:
    ctypes.string_at(0)


def dies_of_an_odd_signal(*_: Any) -> None:
    os.kill(os.getpid(), 40)


def forges_a_deep_answer(*_: Any) -> None:
    forged = b"\x82\xa4type\xa9Delivered\xa1x" + b"\x91" * 100_000 + b"\xc0"
    os.write(int(sys.argv[1]), len(forged).to_bytes(4, "big") + forged)
    time.sleep(60)


def recurses(*arguments: Any) -> Any:
    return recurses(*arguments)


def raises_beyond(*_: Any) -> NoReturn:
    raise NotEvenAnException("beyond")


def eats_memory(*_: Any) -> int:
    return len(bytearray(2 * 1024**3))


def floods(*_: Any) -> Receipt:
    for _block in range(1024):
        os.write(1, b"x" * 1024**2)
    return receipt("1 GiB printed")


def answers_a_dictionary(*_: Any) -> dict[str, str]:
    return {"external_id": "1"}


def answers_nothing(*_: Any) -> None:
    return None


def answers_an_object(*_: Any) -> Receipt:
    return Receipt(external_id=object(), address="", content_hash="")  # type: ignore[arg-type]


def answers_numbers(*_: Any) -> Receipt:
    return Receipt(external_id=1, address=2, content_hash=3)  # type: ignore[arg-type]


def answers_too_much(*_: Any) -> Receipt:
    return receipt("x" * 2 * 1024**2)


def answers_nul(*_: Any) -> Receipt:
    return receipt("a\0b")


def closes_the_socket(*_: Any) -> NoReturn:
    os.closerange(3, 64)
    time.sleep(60)
    raise AssertionError


def looks_around(*_: Any) -> Receipt:
    return receipt(repr(sorted(os.environ)))


def looks_at_the_service(event: Any, settings: Settings, *_: Any) -> Receipt:
    limit = Path("/proc/self/limits").read_text()
    return receipt(next(line for line in limit.splitlines() if line.startswith("Max core file size")))


def remembers(event: Any, settings: Settings, secrets: Secrets, delivery: Delivery) -> Receipt:
    seen: set[str] = sys.__dict__.setdefault("seen_by_the_zoo", set())
    seen.add(secrets.token)
    return receipt(" ".join(sorted(seen)))


ANIMALS: dict[str, Callable[..., Any]] = {
    name: animal for name, animal in list(globals().items()) if callable(animal) and not name.startswith("crossview")
}
