"""How fast the whole command is: beside two linters of prose on the same questions, and on a bank of 100,000.

Contestants take turns in random order, each as the process that its user starts; a figure is the median of its rounds.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
ROUNDS = 7

_OPENINGS = (
    "Tell me about the last time", "What did you do when", "How did you notice that", "Walk me through the day on which",
    "What happened after", "Who else was there when", "What surprised you when", "How did your team find out that",
    "Where were you when", "What did it cost you that", "Don't you agree it is bad that", "Would you pay more if",
)  # fmt: skip
_WHO = (
    "you", "a colleague", "the accountant", "your manager", "a customer", "the night shift", "a supplier", "the newcomer",
    "the warehouse", "a driver", "the front desk", "an auditor",
)  # fmt: skip
_DID = (
    "closed", "exported", "sent back", "printed", "looked for", "lost", "corrected", "signed", "copied", "postponed", "ordered",
    "counted", "shared", "cancelled", "compared", "explained",
)  # fmt: skip
_WHAT = (
    "an invoice", "the monthly report", "a parcel", "the budget", "a delivery note", "the price list", "a timesheet",
    "an order", "the stock list", "a contract", "the payroll", "a reminder", "the tax form", "a complaint", "a photograph",
    "the schedule",
)  # fmt: skip
_WHEN = (
    "last week", "on the last day", "before a holiday", "from a phone", "in the old system", "for the first time",
    "in a hurry", "on behalf of somebody else", "without the password", "in another language", "by mail", "at the counter",
    "after the move", "with two people on leave", "on a train", "during the audit",
)  # fmt: skip


class Run(msgspec.Struct, frozen=True):
    """What one process took: seconds by the clock and of processor time, and its largest memory in MiB."""

    seconds: float
    cpu: float
    memory: float


def questions(number: int) -> Iterator[str]:
    """Questions, always the same."""
    dice = random.Random(7)
    for _ in range(number):
        opening, *rest = (dice.choice(words) for words in (_OPENINGS, _WHO, _DID, _WHAT, _WHEN))
        yield f"{opening} {' '.join(rest)}?"


def tables() -> str:
    """All of it, as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        return "\n".join((*_thousand(room), "", *_hundred_thousand(room), "", *_start(room)))


def _bank(room: Path, number: int, name: str) -> Path:
    path = room / name
    entries = (f"  - id: q{place}\n    text: {text}\n" for place, text in enumerate(questions(number)))
    path.write_text("questions:\n" + "".join(entries), encoding="utf-8")
    return path


def _thousand(room: Path) -> Iterator[str]:
    bank = _bank(room, 1_000, "thousand.bank.yaml")
    text = room / "thousand.txt"
    text.write_text("\n\n".join(questions(1_000)) + "\n", encoding="utf-8")
    runs = _in_turns({
        "crossview validate": [BIN / "crossview", "validate", bank],
        "write-good": [HERE / "node_modules" / ".bin" / "write-good", text],
        "proselint": [BIN / "proselint", "check", text],
    })  # fmt: skip
    yield "| 1,000 questions, whole process | seconds | to write-good | to proselint | processor s | MiB |"
    yield "|---|---|---|---|---|---|"
    for name, run in runs.items():
        ratios = (f"{run.seconds / runs[other].seconds:.2f}" for other in ("write-good", "proselint"))
        yield f"| {name} | {run.seconds:.2f} | {' | '.join(ratios)} | {run.cpu:.2f} | {run.memory:.0f} |"


def _hundred_thousand(room: Path) -> Iterator[str]:
    bank = _bank(room, 100_000, "large.bank.yaml")
    kept = room / "kept"
    arguments: list[str | Path] = [BIN / "crossview", "validate", bank]
    runs = {
        "first": _run(arguments, room / "one", PYTHONHASHSEED="1"),
        "again": _run(arguments, room / "two", PYTHONHASHSEED="2"),
        "filling a cache": _run([*arguments, "--cache-dir", kept], room / "three"),
        "from the cache": _run([*arguments, "--cache-dir", kept], room / "four"),
    }
    outputs = {(room / name).read_bytes() for name in ("one", "two", "three", "four")}
    yield f"| 100,000 questions in one file, {bank.stat().st_size / 2**20:.1f} MiB | seconds | processor s | MiB |"
    yield "|---|---|---|---|"
    for name, run in runs.items():
        yield f"| {name} | {run.seconds:.1f} | {run.cpu:.1f} | {run.memory:.0f} |"
    same = "the same bytes" if len(outputs) == 1 else f"{len(outputs)} DIFFERENT OUTPUTS"
    yield f"\nThe four runs wrote {same}: {len(next(iter(outputs))) / 2**20:.0f} MiB of findings."


def _start(room: Path) -> Iterator[str]:
    runs = _in_turns({
        'python -c "import argparse, msgspec, json"': [sys.executable, "-c", "import argparse, msgspec, json"],
        "crossview --version": [BIN / "crossview", "--version"],
        "crossview validate --help": [BIN / "crossview", "validate", "--help"],
        "crossview validate, one question": [BIN / "crossview", "validate", _bank(room, 1, "one.bank.yaml")],
    })  # fmt: skip
    bare = next(iter(runs.values()))
    yield "| start | seconds | ratio | processor s | ratio |"
    yield "|---|---|---|---|---|"
    for name, run in runs.items():
        ratios = (run.seconds / bare.seconds, run.cpu / bare.cpu)
        yield f"| {name} | {run.seconds:.2f} | {ratios[0]:.1f} | {run.cpu:.2f} | {ratios[1]:.1f} |"


def _in_turns(contestants: dict[str, Sequence[str | Path]]) -> dict[str, Run]:
    runs: dict[str, list[Run]] = {name: [] for name in contestants}
    dice = random.Random(ROUNDS)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            for name in dice.sample(list(contestants), len(contestants)):
                runs[name].append(_run(contestants[name], Path(folder) / "output"))
    return {
        name: Run(*(statistics.median(getattr(run, field) for run in each) for field in Run.__struct_fields__))
        for name, each in runs.items()
    }


def _run(arguments: Sequence[str | Path], output: Path, **variables: str) -> Run:
    """Start a process and wait for its end; what it says goes into a file."""
    with output.open("wb") as file:
        begun = time.perf_counter()
        actions = [(os.POSIX_SPAWN_DUP2, file.fileno(), 1), (os.POSIX_SPAWN_DUP2, file.fileno(), 2)]
        environment = {**os.environ, "NO_COLOR": "1", **variables}
        pid = os.posix_spawn(
            os.fspath(arguments[0]), [os.fspath(one) for one in arguments], environment, file_actions=actions
        )
        _, _, used = os.wait4(pid, 0)
        return Run(time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
