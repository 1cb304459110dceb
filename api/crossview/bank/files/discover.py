"""Which files are question banks, and how one is opened: only regular files, and none outside of the folder that was named."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from crossview.bank.files.read import SUFFIXES
from crossview.bank.files.source import BYTES

LEFT_OUT: Final = frozenset(
    ("node_modules", "bower_components", "vendor", "site-packages", "__pycache__", "venv", "build", "dist", "target")
)
_OPEN: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_CLOEXEC", 0)


class Found(msgspec.Struct, frozen=True):
    """A file by its name as it is shown, with what it holds or why it cannot be read."""

    name: str
    data: bytes = b""
    fault: str = ""


def is_bank(path: Path) -> bool:
    """Whether a file in a folder is a bank by its name: `*.bank.yaml`, or anything readable in a folder `questions`."""
    if path.suffix.lower() not in SUFFIXES:
        return False
    in_questions = path.parent.name == "questions" and path.stem.upper() != "README"
    return in_questions or path.stem.lower().endswith(".bank")


def find_banks(paths: list[Path]) -> Iterator[Found]:
    """What the paths name, in their order and each file once; folders are looked through in the order of their names.

    A file that is named is read whatever its name. In folders, hidden ones are left out, and those that are not one's own:
    `LEFT_OUT`, and the plain names of folders in a `.gitignore`. A link is never followed out of its folder.
    """
    seen: set[Path] = set()
    for path in paths:
        for found in _walk(path) if path.is_dir() else [path]:
            if (real := _absolute(found)) not in seen:
                seen.add(real)
                yield read_file(found) if found == path else _read_within(found, path)


def read_file(path: Path) -> Found:
    """A regular file. A pipe or a device is not opened, and what is not there, or goes away meanwhile, is a fault."""
    name = str(path)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return Found(name, fault="The folder cannot be looked through. Look at its permissions.")
        if not stat.S_ISREG(mode):
            return Found(name, fault="This is no regular file. Name a file or a folder.")
        descriptor = os.open(path, _OPEN)
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return Found(name, fault="This is no regular file. Name a file or a folder.")
            return Found(name, opened.read(BYTES + 1))
    except FileNotFoundError:
        return Found(name, fault="The file is not there. Look at its name.")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be used"
        return Found(name, fault=f"The file cannot be read: {reason}.")


def _read_within(path: Path, folder: Path) -> Found:
    if path.is_symlink() and not _is_inside(path, folder):
        return Found(str(path), fault=f"This link leads out of {folder}, or nowhere. Name the file itself.")
    return read_file(path)


def _is_inside(path: Path, folder: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def _walk(folder: Path) -> Iterator[Path]:
    """The banks below a folder; links to folders are not entered."""
    ignored: dict[Path, frozenset[str]] = {}
    denied: list[OSError] = []
    for root, folders, files in os.walk(folder, onerror=denied.append, followlinks=False):
        here = Path(root)
        ignored[here] = ignored.get(here.parent, LEFT_OUT) | _ignored(here)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in ignored[here] and name not in links
        )
        banks = [here / name for name in sorted(files) if not name.startswith(".")]
        yield from (path for path in banks if is_bank(path))
    yield from (Path(error.filename) for error in denied)


def _ignored(folder: Path) -> frozenset[str]:
    """The folders that a `.gitignore` names plainly; its patterns are left to git."""
    lines = read_file(folder / ".gitignore").data.decode("utf-8", "replace").split("\n")
    names = (line.strip().removeprefix("/").removesuffix("/") for line in lines)
    return frozenset(name for name in names if name and not any(sign in name for sign in "*?[!#\\/"))


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - links stay as they are
