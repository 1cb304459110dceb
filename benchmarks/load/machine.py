"""What the machine spends: processor time and memory of a process and all below it, from /proc (proc(5))."""

import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
MIB = 2**20


def tree(pid: int) -> set[int]:
    """A process and its descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, open_pids = set(), [pid]
    while open_pids:
        one = open_pids.pop()
        found.add(one)
        open_pids.extend(parents.get(one, []))
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process tree, ended children included."""
    spent = 0
    for one in tree(pid):
        if fields := _stat(one):
            spent += sum(int(fields[index]) for index in (11, 12, 13, 14))
    return spent / TICK


def resident(pid: int) -> float:
    """Resident memory of a process tree in MiB."""
    pages = 0
    for one in tree(pid):
        try:
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third one on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
