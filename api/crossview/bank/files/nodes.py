"""What a file holds, in whatever form it is written, with the place of each value; and the way from a text to its places."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from crossview.bank.files.source import DEPTH, VALUES, Broken

Style = Literal["plain", "single", "double", "block"]
Value: TypeAlias = "str | int | float | bool | list[Node] | dict[str, tuple[int, Node]] | None"

_ESCAPED: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r\n|.)|[^\\]",
    re.DOTALL,
)
_SINGLE: Final = re.compile("''|.", re.DOTALL)
_HEADER: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)")
_ONE_LETTER: Final = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029", "\n": "", "\r": "", "\r\n": "",
}  # fmt: skip


@dataclass(slots=True)
class Node:
    """A value and where it stands, in characters of the file. The names of a mapping have their place before their value."""

    start: int
    end: int
    value: Value
    style: Style = "plain"

    def plain(self) -> Any:
        """The value without places; a field that is empty is left out, as if nobody had written it."""
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        if isinstance(self.value, dict):
            return {name: node.plain() for name, (_, node) in self.value.items() if node.value is not None}
        return self.value


class Builder:
    """Puts a tree together from what a reader meets in the order of the file, without a call on Python's stack.

    Raises Broken for a name that stands twice, for what is nested too deeply and for too many values.
    """

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._names: list[tuple[str, int] | None] = []
        self._values = 0

    @property
    def within(self) -> Node | None:
        """The mapping or list that is open."""
        return self._open[-1] if self._open else None

    @property
    def wants_name(self) -> bool:
        """Whether the next thing is a name of a mapping."""
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._names[-1] is None

    def name(self, name: str, start: int, end: int) -> None:
        """The name of the value that comes next."""
        fields = self._open[-1].value
        if isinstance(fields, dict) and name in fields:
            raise Broken(f"`{_short(name)}` stands here for the second time. Keep one of the two.", start, end)
        self._names[-1] = (name, start)

    def add(self, node: Node) -> None:
        """A value, in what is open."""
        self._values += 1
        if self._values > VALUES:
            raise Broken(f"The file holds more than {VALUES:,} values. Split it into several.", node.start)
        if not self._open:
            self.root = node
            return
        holder = self._open[-1].value
        if isinstance(holder, list):
            holder.append(node)
        elif isinstance(holder, dict) and (name := self._names[-1]) is not None:
            holder[name[0]] = (name[1], node)
            self._names[-1] = None

    def open(self, node: Node) -> None:
        """A mapping or a list that what follows stands in."""
        self.add(node)
        if len(self._open) == DEPTH:
            raise Broken(f"This is nested more than {DEPTH} levels deep. A bank needs four.", node.start)
        self._open.append(node)
        self._names.append(None)

    def close(self, end: int) -> None:
        """The end of what was opened last."""
        self._open.pop().end = end
        self._names.pop()


def spans(text: str, node: Node) -> list[tuple[int, int]] | None:
    """Where each character of a text stands in its file, from and to; None where the two cannot be matched.

    Whatever the quoting and folding, only white space changes on the way from file to text. So the other characters are
    matched one by one, and white space is matched with the white space between them.
    """
    if not isinstance(node.value, str):
        return None
    written = list(_written(text, node))
    found: list[tuple[int, int]] = []
    at = 0
    for character in node.value:
        blank = character.isspace()
        while not blank and at < len(written) and written[at][0].isspace():
            at += 1
        if at < len(written) and (written[at][0] == character or (blank and written[at][0].isspace())):
            found.append(written[at][1:])
            at += 1
        elif blank and found:
            found.append((found[-1][1], found[-1][1]))
        else:
            return None
    return found


def within(text: str, node: Node) -> tuple[int, int]:
    """From where to where the value of a scalar goes, without its quotes or the line that begins a block."""
    if node.style == "block":
        header = _HEADER.match(text, node.start, node.end)
        return (header.end() if header else node.end), node.end
    inset = int(node.style != "plain")
    return node.start + inset, node.end - inset


def _written(text: str, node: Node) -> Iterator[tuple[str, int, int]]:
    """Each character that the file writes, with where it begins and ends."""
    start, end = within(text, node)
    if node.style == "double":
        for found in _ESCAPED.finditer(text, start, end):
            if character := _unescaped(found[0]):
                yield character, *found.span()
    elif node.style == "single":
        for found in _SINGLE.finditer(text, start, end):
            yield found[0][0], *found.span()
    else:
        for index in range(start, end):
            yield text[index], index, index + 1


def _unescaped(written: str) -> str:
    if written[0] != "\\":
        return written
    if len(written) == 12:
        return str(json.loads(f'"{written}"'))
    if len(written) > 2 and written[1] in "xuU":
        return chr(int(written[2:], 16))
    return _ONE_LETTER.get(written[1:], written[1:])


def _short(name: str) -> str:
    return name if len(name) <= 60 else name[:59] + "…"
