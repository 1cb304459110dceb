"""The text of a file with its places, and what is wrong with a file as such."""

import re
from bisect import bisect_right
from functools import cached_property
from typing import Final

import msgspec

BYTES: Final = 16 * 2**20
VALUES: Final = 1_000_000
DEPTH: Final = 16

_LINE_END: Final = re.compile("\r\n|\n|\r")
_CONTROL: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


class Place(msgspec.Struct, frozen=True, order=True):
    """A place in a file: lines and columns count from 1, columns in characters."""

    line: int
    column: int


class Fault(msgspec.Struct, frozen=True):
    """Why a file, or a part of it, cannot be read as a bank; `start` and `end` are characters of its text."""

    start: int
    end: int
    message: str


class Broken(Exception):
    """Nothing more of this file can be read."""

    def __init__(self, message: str, start: int = 0, end: int | None = None) -> None:
        super().__init__(message)
        self.fault = Fault(start, start + 1 if end is None else end, message)


class Source:
    """A text whose lines end with LF, CRLF or CR, as editors count them."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE_END.finditer(self.text))]

    def place(self, index: int) -> Place:
        """The line and column of a character."""
        line = bisect_right(self._starts, index)
        return Place(line, index - self._starts[line - 1] + 1)

    def line_start(self, index: int) -> int:
        """Where the line begins that a character stands in."""
        return self._starts[bisect_right(self._starts, index) - 1]

    def line(self, number: int) -> tuple[int, int]:
        """From where to where a line goes, without its end."""
        if number >= len(self._starts):
            return self._starts[-1], len(self.text)
        start, end = self._starts[number - 1], self._starts[number] - 1
        return start, end - self.text.startswith("\r\n", end - 1)


def decode(data: bytes) -> Source:
    """The text of a file, which should be UTF-8; a byte order mark at its beginning is no part of it."""
    if data.startswith(_UTF_16):
        return Source("")
    return Source(data.decode("utf-8", "replace").removeprefix("\ufeff"))


def refuse_unreadable(data: bytes, source: Source) -> None:
    """Raises Broken for another encoding than UTF-8, and for characters that no bank has."""
    if data.startswith(_UTF_16):
        raise Broken("The file is in UTF-16. Save it as UTF-8.")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        at = len(data[: error.start].decode("utf-8").removeprefix("\ufeff"))
        raise Broken(f"The byte 0x{data[error.start]:02x} is no UTF-8. Save the file as UTF-8.", at) from None
    if found := _CONTROL.search(source.text):
        character = ord(found[0])
        raise Broken(f"The control character U+{character:04X} stands here. Take it out.", found.start())
