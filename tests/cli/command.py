"""The command as its users run it: a process of its own, in a folder of its own, with an environment of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = Path(sys.executable).with_name("crossview")
PATIENCE = 60.0


def environment(**variables: str) -> dict[str, str]:
    """Ours without any setting of Crossview, and with those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CROSSVIEW_")}
    return {**kept, "NO_COLOR": "1", "COLUMNS": "200", **variables}


def crossview(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end in a folder."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Running:
    """A command that runs until it is told to stop."""

    def __init__(self, folder: Path, arguments: tuple[str, ...], variables: dict[str, str]) -> None:
        self._output = folder / "output.txt"
        self._errors = folder / "errors.txt"
        with self._output.open("w") as output, self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                [COMMAND, *arguments], cwd=folder, env=environment(**variables), stdout=output, stderr=errors
            )

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    @property
    def errors(self) -> str:
        return self._errors.read_text(encoding="utf-8")

    def wait_for(self, words: str) -> str:
        """Wait until it has said something; returns all that it said."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.output:
            assert self.process.poll() is None, f"it ended before it said {words!r}: {self.output}{self.errors}"
            assert time.monotonic() < deadline, f"it never said {words!r}: {self.output}{self.errors}"
            time.sleep(0.05)
        return self.output

    def children(self) -> list[int]:
        """The processes that it leads, and theirs."""
        return descendants(self.process.pid)

    def stop(self, number: signal.Signals) -> int:
        """Send a signal, if it still runs, and wait for the end; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def running(folder: Path, *arguments: str, **variables: str) -> Iterator[Running]:
    """A command in the background; killed at the end if it still runs."""
    started = Running(folder, arguments, variables)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()


def descendants(pid: int) -> list[int]:
    """The living processes below one, from the list of all (proc(5)); zombies have ended."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    found = [pid]
    for one in found:
        found.extend(child for child, parent in parents.items() if parent == one)
    return found[1:]


def alive(pids: list[int]) -> list[int]:
    """Those of the processes that still run."""
    return [pid for pid in pids if _state(pid) not in ("", "Z")]


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
