"""Whether a plugin brings rules of wording, found out without importing one, or anything that a plugin needs."""

import os
import sys
from collections.abc import Sequence
from typing import Final

GROUP: Final = "crossview.wording"
"""The group of entry points that name such plugins."""


def is_any_installed(folders: Sequence[str] | None = None) -> bool:
    """Whether one of the folders that Python imports from holds such an entry point.

    A few milliseconds, where reading the entry points of everything takes longer than checking a bank.
    """
    return any(_names_one(folder) for folder in (sys.path if folders is None else folders))


def _names_one(folder: str) -> bool:
    try:
        with os.scandir(folder or ".") as entries:
            records = [entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
    except OSError:
        return False
    return any(_has_group(record) for record in records)


def _has_group(record: str) -> bool:
    try:
        with open(os.path.join(record, "entry_points.txt"), "rb") as file:  # noqa: PTH118, PTH123 - a path costs as much as a read
            return GROUP.encode() in file.read()
    except OSError:
        return False
