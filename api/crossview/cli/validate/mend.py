"""`--fix` and `--diff`: the rewriting that is always right, written into the banks or only shown."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from difflib import unified_diff
from pathlib import Path
from typing import Final

from crossview.bank.files.discover import find_banks, read_file
from crossview.bank.files.fix import Fixed, fix
from crossview.bank.files.read import read_bank
from crossview.cli.failures import CommandFailed, Unreadable
from crossview.cli.validate.options import Options
from crossview.cli.validate.report import printable, shown_name

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def mend(options: Options, today: date) -> tuple[int, int]:
    """Write every bank anew that has something to rewrite, whole or not at all; returns how many places and files.

    Raises CommandFailed for a file that cannot be written, or that somebody else changed meanwhile; those before it are done.
    """
    places = files = 0
    for name, data, fixed in _fixed(options, today, []):
        if read_file(Path(name)).data != data:
            raise CommandFailed(f"{shown_name(name)} was changed meanwhile. Run the command again.")
        _write(Path(name), fixed.data)
        places, files = places + fixed.places, files + 1
    return places, files


def differences(options: Options, today: date) -> Iterator[str]:
    """What `mend` would change, as one unified diff, line by line.

    Raises Unreadable at its end, where a bank could not be read.
    """
    unreadable: list[str] = []
    for name, _, fixed in _fixed(options, today, unreadable):
        shown = shown_name(name)
        before, after = _LINE.findall(fixed.before), _LINE.findall(fixed.after)
        for line in unified_diff(before, after, shown, shown):
            text = line.rstrip("\r\n")
            yield printable(text) + (line[len(text) :] or "\n\\ No newline at end of file\n")
    if unreadable:
        raise Unreadable(f"{', '.join(unreadable)} cannot be read. Run the command without --diff to see why.")


def _fixed(options: Options, today: date, unreadable: list[str]) -> Iterator[tuple[str, bytes, Fixed]]:
    for found in find_banks([Path(path) for path in options.paths]):
        file = read_bank(found.name, found.data)
        if found.fault or file.faults:
            unreadable.append(shown_name(found.name))
        elif fixed := fix(file, found.data, options.selected, today):
            yield found.name, found.data, fixed


def _write(path: Path, data: bytes) -> None:
    """In a file beside it first, which then takes its place; a link goes on leading to what it led to."""
    real = Path(os.path.realpath(path))
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=".crossview-", dir=real.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            shutil.copymode(real, temporary)
            Path(temporary).replace(real)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise CommandFailed(f"{shown_name(str(path))} cannot be written: {error.strerror}. It is as it was.") from None
