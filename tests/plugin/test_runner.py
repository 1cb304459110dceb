"""Whatever a plugin does, its caller gets a receipt or one failure, and everybody else does not notice."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvloop

from crossview.plugin import Delivery, GiveUp, PluginFailure, Receipt, RetryLater, ScriptFinished
from crossview.plugin.runner import Limits, PluginDied, PluginHung, PluginMisbehaved, PluginRunner
from crossview.plugin.testing import EXAMPLES

TOKEN = "token-of-the-first-tenant"


class Zoo:
    """A runner that knows where the zoo is installed and what to tell it."""

    def __init__(self, runner: PluginRunner, event: ScriptFinished) -> None:
        self.runner = runner
        self.event = event

    async def call(self, animal: str, note: str = "", connection: str = "c1", **more: Any) -> Receipt:
        arguments: dict[str, Any] = {
            "connection_id": connection,
            "plugin": "zoo",
            "moment": "script_finished",
            "event": self.event,
            "settings": {"animal": animal, "note": note},
            "secrets": {"token": TOKEN},
            "delivery": Delivery(id="d1", attempt=1, object_id="1"),
            "environ": {},
        }
        return await self.runner.call(**arguments | more)

    async def fails(self, animal: str, note: str = "", **more: Any) -> PluginFailure:
        with pytest.raises(PluginFailure) as caught:
            await self.call(animal, note, **more)
        return caught.value


@asynccontextmanager
async def opened(folder: Path, event: ScriptFinished, **limits: Any) -> AsyncIterator[Zoo]:
    async with PluginRunner(Limits(**limits), [folder]) as runner:
        yield Zoo(runner, event)


def children() -> set[int]:
    """The processes that this one started and that still run."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {int(pid) for pid in listed if b"crossview.plugin.child" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def gone(pid: int, seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while runs(pid) and time.monotonic() < until:
        await asyncio.sleep(0.02)
    return not runs(pid)


async def test_call_returns_the_receipt_and_the_next_call_finds_the_same_process(
    zoo: Path, finished: ScriptFinished
) -> None:
    async with opened(zoo, finished) as cages:
        first = await cages.call("tame")
        second = await cages.call("tame")
    assert first == second
    assert first.external_id == "Why people leave 12.5 2026-11-22 09:30:00+00:00 d1"
    assert children() == set()


async def test_printing_does_not_disturb_the_answer(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished) as cages:
        assert (await cages.call("prints")).external_id == "printed"


@pytest.mark.parametrize(
    ("animal", "kind", "reason"),
    [
        ("sleeps", PluginHung, "no answer within 2.5 seconds"),
        ("spins", PluginHung, "no answer within 2.5 seconds"),
        ("exits", PluginDied, "the plugin's process ended with status 3"),
        ("crashes", PluginDied, "the plugin's process was killed by signal 11"),
        ("dies_of_an_odd_signal", PluginDied, "the plugin's process was killed by signal 40"),
        ("forges_a_deep_answer", PluginMisbehaved, "the answer cannot be read"),
        ("exits_politely", RetryLater, "SystemExit: bye"),
        ("raises_beyond", RetryLater, "NotEvenAnException: beyond"),
        ("recurses", RetryLater, "RecursionError: maximum recursion depth exceeded"),
        ("eats_memory", RetryLater, "MemoryError:"),
        ("floods", PluginMisbehaved, "the plugin printed more than 16777216 bytes"),
        (
            "answers_a_dictionary",
            PluginMisbehaved,
            "the hook for script_finished answered dict, not a Receipt",
        ),
        ("answers_nothing", PluginMisbehaved, "the hook for script_finished answered NoneType, not a Receipt"),
        ("answers_an_object", PluginMisbehaved, "the answer cannot be sent: TypeError"),
        ("answers_numbers", PluginMisbehaved, "the answer cannot be read"),
        ("answers_too_much", PluginMisbehaved, "the answer is larger than 1048576 bytes"),
        ("answers_nul", PluginMisbehaved, "the receipt holds a NUL character"),
        ("closes_the_socket", PluginMisbehaved, "the plugin closed the connection to the service"),
    ],
)
async def test_failure_is_named_and_the_next_call_is_served(
    zoo: Path, finished: ScriptFinished, animal: str, kind: type[PluginFailure], reason: str
) -> None:
    async with opened(zoo, finished) as cages:
        failure = await cages.fails(animal)
        assert (type(failure), failure.retry_after) == (kind, None)
        assert failure.reason.startswith(reason)
        assert failure.permanent == (kind is PluginMisbehaved)
        assert (await cages.call("tame")).external_id.startswith("Why people leave")
    assert children() == set()


async def test_plugin_that_asks_for_later_is_heard_within_a_day(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished) as cages:
        asked = [await cages.fails(animal) for animal in ("postpones", "postpones_for_ever", "postpones_by_nonsense")]
    assert [(type(failure), failure.reason, failure.retry_after) for failure in asked] == [
        (RetryLater, "busy", 17.5),
        (RetryLater, "busy", 86400.0),
        (RetryLater, "busy", None),
    ]


async def test_reason_is_one_short_line_without_secrets(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished) as cages:
        raised = await cages.fails("raises")
        given_up = await cages.fails("gives_up")
    assert raised.reason == ("ValueError: no with ******** " + "x" * 500)[:499] + "…"
    assert TOKEN not in raised.output
    assert "ValueError: no" in raised.output
    assert (type(given_up), str(given_up), given_up.permanent) == (GiveUp, "gone for ********", True)


async def test_last_words_are_kept_without_secrets(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished) as cages:
        failure = await cages.fails("exits_with_last_words")
    assert failure.output == "the token is ********\n"


async def test_settings_that_do_not_fit_are_permanent_and_name_the_place(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished) as cages:
        failure = await cages.fails("tame", settings={"animal": 7})
    assert isinstance(failure, GiveUp)
    assert "Expected `str`, got `int` - at $.settings.animal" in failure.reason


async def test_plugin_that_is_not_installed_is_misbehaviour(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished) as cages:
        failure = await cages.fails("tame", plugin="aquarium")
    assert failure.reason == "the plugin cannot be loaded: is enabled but not installed"
    assert children() == set()


async def test_moment_without_a_hook_is_given_up(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished) as cages:
        failure = await cages.fails("tame", moment="script_reopened", event=EXAMPLES["script_reopened"])
    assert (type(failure), failure.reason) == (GiveUp, "the plugin zoo has no hook for script_reopened")


async def test_environment_holds_nothing_of_the_service(
    zoo: Path, finished: ScriptFinished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSVIEW_DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("LANG", "C.UTF-8")
    async with opened(zoo, finished) as cages:
        seen = await cages.call("looks_around", environ={"CROSSVIEW_ZOO_ROOT": "/"})
        fewer = await cages.call("looks_around")
    assert seen.external_id == "['CROSSVIEW_ZOO_ROOT', 'LANG', 'PATH', 'TZ']"
    assert fewer.external_id == "['LANG', 'PATH', 'TZ']"


async def test_crash_dumps_are_off(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished) as cages:
        line = (await cages.call("looks_at_the_service")).external_id
    assert re.split(r"  +", line.strip())[:3] == ["Max core file size", "0", "0"]


async def test_two_connections_never_share_a_process(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished) as cages:
        first = await cages.call("remembers", connection="c1", secrets={"token": "first"})
        second = await cages.call("remembers", connection="c2", secrets={"token": "second"})
        again = await cages.call("remembers", connection="c1", secrets={"token": "first"})
    assert (first.external_id, second.external_id, again.external_id) == ("first", "second", "first")
    assert first.address == again.address != second.address


async def test_what_a_plugin_started_dies_with_it(zoo: Path, finished: ScriptFinished, tmp_path: Path) -> None:
    async with opened(zoo, finished) as cages:
        await cages.fails("leaves_a_child_and_spins", str(tmp_path / "orphan"))
        assert await gone(int((tmp_path / "orphan").read_text()))
        await cages.call("leaves_a_child", str(tmp_path / "other"))
    assert await gone(int((tmp_path / "other").read_text()))


async def test_a_hanging_plugin_holds_up_nobody_else(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished) as cages:
        hanging = asyncio.create_task(cages.fails("spins", connection="c1"))
        served = await cages.call("tame", connection="c2")
        assert not hanging.done()
        assert served.external_id.startswith("Why people leave")
        assert isinstance(await hanging, PluginHung)


async def test_the_child_that_was_idle_longest_makes_room(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished, children=2) as cages:
        pids = [int((await cages.call("tame", connection=name)).address) for name in ("c1", "c2", "c1", "c3")]
        assert pids[0] == pids[2]
        assert children() == {pids[0], pids[3]}


async def test_more_connections_than_places_are_all_served(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished, children=2) as cages:
        calls = [cages.call("tame", connection=f"c{number % 4}") for number in range(12)]
        receipts = await asyncio.gather(*calls)
        assert len(receipts) == 12
        assert len(children()) <= 2


async def test_an_idle_child_ends(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished, idle_seconds=0.1) as cages:
        pid = int((await cages.call("tame")).address)
        assert await gone(pid)
        assert int((await cages.call("tame")).address) != pid


async def test_a_cancelled_call_leaves_no_process(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished) as cages:
        pid = int((await cages.call("tame")).address)
        call = asyncio.create_task(cages.call("sleeps"))
        await asyncio.sleep(0.2)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await gone(pid)
        assert int((await cages.call("tame")).address) != pid


async def test_closing_ends_calls_under_way_and_waiting(zoo: Path, finished: ScriptFinished) -> None:
    async with opened(zoo, finished, children=1) as cages:
        calls = [asyncio.create_task(cages.fails("sleeps", connection=name)) for name in ("c1", "c1", "c2")]
        await asyncio.sleep(0.8)
    failures = await asyncio.gather(*calls)
    assert {type(failure) for failure in failures} == {PluginDied}
    assert children() == set()
    assert (await cages.fails("tame")).reason == "the service is stopping"


async def test_children_die_with_the_service(zoo: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "owner.py"), str(zoo)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert owner.stdout is not None
        busy, idle = (int(owner.stdout.readline()) for _ in range(2))
        assert runs(busy)
        assert runs(idle)
        owner.send_signal(signal.SIGKILL)
        assert await gone(busy)
        assert await gone(idle)
    finally:
        owner.kill()
        owner.wait()
        if owner.stdout is not None:
            owner.stdout.close()


def test_runner_works_on_uvloop_too(zoo: Path, finished: ScriptFinished) -> None:
    async def story() -> list[str]:
        async with opened(zoo, finished) as cages:
            served = await cages.call("tame")
            failures = [await cages.fails(animal) for animal in ("spins", "exits", "floods", "raises")]
            again = await cages.call("prints")
            return [served.external_id[:3], *(type(failure).__name__ for failure in failures), again.external_id]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(story()) == ["Why", "PluginHung", "PluginDied", "PluginMisbehaved", "RetryLater", "printed"]
    assert children() == set()
