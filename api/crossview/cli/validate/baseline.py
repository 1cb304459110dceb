"""Old debt: findings that were there when checking began, by their fingerprints. New ones are shown, those are not."""

from pathlib import Path

import msgspec

from crossview.bank.files.check import UNREADABLE, Reported
from crossview.bank.files.discover import read_file
from crossview.cli.failures import Unreadable


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """One finding that is known; question and code are there for the reader."""

    question: str
    code: str
    fingerprint: str


class Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file, as it is kept beside the banks."""

    version: int
    findings: tuple[Known, ...]


def read_baseline(path: Path) -> frozenset[str]:
    """The fingerprints of a baseline. Raises Unreadable for a file that is none."""
    found = read_file(path)
    if found.fault:
        raise Unreadable(f"{path}: {found.fault} `--write-baseline` makes one.")
    try:
        baseline = msgspec.json.decode(found.data, type=Baseline)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"{path}: this is no baseline: {error}. `--write-baseline` makes one.") from None
    return frozenset(known.fingerprint for known in baseline.findings)


def write_baseline(path: Path, findings: list[Reported]) -> int:
    """Write what is there now, in an order that keeps changes small; returns how many. What cannot be read is never known."""
    known = sorted({Known(one.question, one.code, one.fingerprint) for one in findings if one.code != UNREADABLE.code})
    text = msgspec.json.format(msgspec.json.encode(Baseline(1, tuple(known))), indent=2) + b"\n"
    try:
        path.write_bytes(text)
    except OSError as error:
        raise Unreadable(f"{path}: the baseline cannot be written: {error.strerror}.") from None
    return len(known)
