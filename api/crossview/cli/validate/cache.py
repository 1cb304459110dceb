"""What came of a file last time, kept until the file, the rules or the options change. Whatever goes wrong costs time only."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

import crossview.bank
from crossview.bank.files.check import Asked, Checked, Reported
from crossview.bank.files.discover import read_file
from crossview.bank.files.source import decode
from crossview.cli.validate.options import Options

_TAG: Final = "Signature: 8a477f597d28d172789f06886806bc55\n# What `crossview validate` keeps. It may be deleted.\n"
_HASH: Final = 32


class Kept(msgspec.Struct, frozen=True):
    """What came of a file, without its text."""

    findings: list[Reported]
    asked: list[Asked]
    neutral: int
    suppressed: int


class Cache:
    """A folder with one entry for each file and each choice of rules. It never grows beyond that."""

    def __init__(self, folder: Path, options: Options, today: date) -> None:
        self.folder = folder
        self.rules = "\0".join((_rules(), ",".join(options.select), ",".join(options.ignore)))
        self.today = today.isoformat()

    def get(self, name: str, data: bytes) -> Checked | None:
        """What came of a file of this name and content; None where that is not known, or cannot be read."""
        entry = read_file(self._path(name)).data
        key, checksum, body = entry[:_HASH], entry[_HASH : 2 * _HASH], entry[2 * _HASH :]
        if key != self._key(name, data) or checksum != sha256(body).digest():
            return None
        try:
            kept = msgspec.msgpack.decode(body, type=Kept)
        except msgspec.DecodeError:
            return None
        return Checked(name, decode(data), kept.findings, kept.asked, kept.neutral, kept.suppressed)

    def put(self, checked: Checked, data: bytes) -> None:
        """Keep what came of a file, whole or not at all."""
        kept = Kept(checked.findings, checked.asked, checked.neutral, checked.suppressed)
        with suppress(OSError, UnicodeEncodeError):
            body = msgspec.msgpack.encode(kept)
            self._prepare()
            descriptor, temporary = tempfile.mkstemp(dir=self.folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.writelines((self._key(checked.name, data), sha256(body).digest(), body))
                Path(temporary).replace(self._path(checked.name))
            finally:
                Path(temporary).unlink(missing_ok=True)

    def _prepare(self) -> None:
        """The folder, marked so that neither git nor a backup takes it (bford.info/cachedir)."""
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True)
            (self.folder / ".gitignore").write_text("*\n", encoding="utf-8")
            (self.folder / "CACHEDIR.TAG").write_text(_TAG, encoding="utf-8")

    def _path(self, name: str) -> Path:
        return self.folder / _hash(self.rules, name).hex()

    def _key(self, name: str, data: bytes) -> bytes:
        """A suppression may end with a day, so a file that has one is known for that day only."""
        return _hash(self.rules, name, self.today if b"until=" in data else "", sha256(data).hexdigest())


def _hash(*parts: str) -> bytes:
    return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).digest()


@cache
def _rules() -> str:
    """The version of the rules: their code itself, and that of what reads the files."""
    from importlib.metadata import version

    digest = sha256()
    for path in sorted(_sources()):
        digest.update(path.read_bytes())
    return "\0".join((digest.hexdigest(), sys.version, version("pyyaml"), version("markdown-it-py")))


def _sources() -> Iterator[Path]:
    for folder in crossview.bank.__path__:
        yield from Path(folder).rglob("*.py")
