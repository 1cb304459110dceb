"""Habits of the code that no tool checks for us: who enters a workspace, who reads a clock, who prints, who silences."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICE, PLUGINS = ROOT / "api" / "crossview", ROOT / "plugins"

MAY_ENTER = {"api/crossview/foundation/db.py"}

READS_THE_CLOCK = {
    "api/crossview/foundation/clock.py": "is the clock",
    "api/crossview/cli/story/finishing.py": "the demo's session lies some days after the day on which it is told",
    "plugins/crossview_webhooks/send.py": "a signature carries the time, and Retry-After may name one; a plugin gets no clock",
}
"""Who may read the wall clock, and why."""

TELLS_THE_WALL_TIME = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}
_ENTERS = re.compile(r"set_config\s*\(|\bset\s+(local\s+|session\s+)?cv\.|\breset\s+(all|role|cv\.)", re.IGNORECASE)


def sources() -> Iterator[tuple[str, str]]:
    """Every Python and SQL file of the service and its plugins, migrations apart, by its path in the repository."""
    for folder in (SERVICE, PLUGINS):
        for path in sorted(folder.rglob("*.*")):
            if path.suffix in (".py", ".sql") and "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def modules() -> dict[str, ast.Module]:
    return {name: ast.parse(text) for name, text in sources() if name.endswith(".py")}


def calls(tree: ast.Module) -> Iterator[str]:
    """What a module calls, as it is written: `datetime.now`, `print`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_workspace_is_entered_in_one_place() -> None:
    entering = {name for name, text in sources() if _ENTERS.search(text)}

    # Migrations step back into the migrating login between two files, in a transaction of their own.
    assert entering - {"api/crossview/foundation/migrations.py"} == MAY_ENTER


@pytest.mark.parametrize(
    "text",
    [
        "select set_config('cv.workspace', $1, false)",
        "SET cv.workspace = 'x'",
        "set local cv.workspace to 'x'",
        "RESET ALL",
    ],
)
def test_trick_with_the_setting_is_found(text: str) -> None:
    assert _ENTERS.search(text)


def test_wall_clock_is_read_by_the_clock_alone() -> None:
    reading = {
        name: found
        for name, tree in modules().items()
        if (found := [call for call in calls(tree) if tells_wall_time(call)])
    }

    assert set(reading) == set(READS_THE_CLOCK), reading


def tells_wall_time(call: str) -> bool:
    """Whether a call asks the machine for the date or the time of day; `time.monotonic` does not."""
    owner, _, name = call.rpartition(".")
    return name in TELLS_THE_WALL_TIME and owner.rsplit(".", 1)[-1] in ("datetime", "date", "time", "Instant")


@pytest.mark.parametrize("call", ["datetime.now", "datetime.datetime.utcnow", "date.today", "time.time", "Instant.now"])
def test_reading_the_wall_clock_is_found(call: str) -> None:
    assert tells_wall_time(call)


@pytest.mark.parametrize("call", ["time.monotonic", "time.perf_counter", "clock.now", "self._clock.now", "visit.time"])
def test_reading_another_clock_is_no_fault(call: str) -> None:
    assert not tells_wall_time(call)


def test_nothing_prints_but_the_command_line() -> None:
    printing = {name for name, tree in modules().items() if "print" in calls(tree)}

    assert {name for name in printing if not name.startswith("api/crossview/cli/")} == set()


def test_every_silenced_finding_is_named() -> None:
    bare = re.compile(r"#\s*type:\s*ignore(?!\[[\w-]+(,\s*[\w-]+)*\])|#\s*noqa(?!:\s*[A-Z]+\d+)")
    tests = (
        (path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob("*.py")
    )

    silent = [
        f"{name}:{number}"
        for name, text in (*sources(), *tests)
        for number, line in enumerate(text.splitlines(), start=1)
        if bare.search(line) and "re.compile" not in line
    ]

    assert silent == []


def test_no_path_of_a_machine_and_no_note_to_oneself_is_left() -> None:
    left = re.compile(r"/root/|/home/\w+/|\bTODO\b|\bFIXME\b|\bXXX\b")

    assert [name for name, text in sources() if left.search(text)] == []


def test_every_package_says_what_lives_in_it() -> None:
    silent = [name for name, tree in modules().items() if not ast.get_docstring(tree)]

    assert silent == []
