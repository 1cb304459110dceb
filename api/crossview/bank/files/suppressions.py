"""Findings that are meant to be: `lint-ignore: CV303 reason="..." until=2027-01-31`, in a comment or in a field."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from typing import Final

import msgspec

from crossview.bank.files.comments import comments
from crossview.bank.files.nodes import Node
from crossview.bank.files.read import BankFile
from crossview.bank.files.source import Fault

_YAML_COMMENT: Final = re.compile(r"(?<![^ \t\r\n])#[ \t]*lint-ignore:([^\r\n]*)")
_MARKDOWN_COMMENT: Final = re.compile(r"<!--\s*lint-ignore:(.*)-->", re.DOTALL)
_SAID: Final = re.compile(
    r"\s*(?P<codes>[A-Z]{2,8}\d{3}(?:\s*,\s*[A-Z]{2,8}\d{3})*)"
    r'(?:\s+reason="(?P<reason>[^"]*)")?(?:\s+until=(?P<until>\S+))?\s*',
    re.IGNORECASE,
)
_BLANK: Final = re.compile(r"[ \t]*+")
_UNREADABLE: Final = 'This lint-ignore cannot be read. Write it as `lint-ignore: CV303 reason="..." until=2027-01-31`.'


class Suppression(msgspec.Struct, frozen=True):
    """What one of them says, from `start` to `end` in its file; `question` is its place in the bank, or None."""

    codes: tuple[str, ...]
    reason: str
    until: date | None
    start: int
    end: int
    question: int | None

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and self.until < today


def suppressions(file: BankFile) -> tuple[list[Suppression], list[Fault]]:
    """Those of a file in its order, and a fault for each that cannot be read."""
    found: list[Suppression] = []
    faults: list[Fault] = []
    for said, start, end, question in sorted(_written(file), key=lambda one: one[1:3]):
        one = _read(said, start, end, question)
        if one is None:
            faults.append(Fault(start, end, _UNREADABLE))
        else:
            found.append(one)
    return found, faults


def _read(said: str, start: int, end: int, question: int | None) -> Suppression | None:
    words = _SAID.fullmatch(said)
    if words is None:
        return None
    try:
        until = date.fromisoformat(words["until"]) if words["until"] else None
    except ValueError:
        return None
    codes = tuple(code.strip().upper() for code in words["codes"].split(","))
    return Suppression(codes, (words["reason"] or "").strip(), until, start, end, question)


def _written(file: BankFile) -> Iterator[tuple[str, int, int, int | None]]:
    for question, node in enumerate(file.nodes):
        fields = node.value
        if (
            isinstance(fields, dict)
            and "lint_ignore" in fields
            and isinstance(said := fields["lint_ignore"][1].value, list)
        ):
            yield from ((str(one.value), one.start, one.end, question) for one in said)
    text = file.source.text
    if "lint-ignore" not in text:
        return
    starts = [file.source.line_start(node.start) for node in file.nodes]
    if file.name.lower().endswith(".md"):
        for start, end in comments(text):
            if found := _MARKDOWN_COMMENT.fullmatch(text, start, end):
                yield found[1], start, end, _question(file, starts, start)
    elif not file.name.lower().endswith(".json"):
        scalars = sorted(_scalars(file.root))
        for found in _YAML_COMMENT.finditer(text):
            before = bisect_right(scalars, (found.start(), len(text)))
            if before == 0 or scalars[before - 1][1] <= found.start():
                yield found[1], found.start(), found.end(), _question(file, starts, found.start())


def _question(file: BankFile, starts: list[int], index: int) -> int | None:
    """The question that a comment belongs to: the one it stands in, or the next when it stands above that and no deeper."""
    following = bisect_right(starts, index)
    line = file.source.line_start(index)
    indent = _indent(file.source.text, line)
    if line + indent == index and following < len(starts) and indent <= _indent(file.source.text, starts[following]):
        return following
    return following - 1 if following else None


def _indent(text: str, line: int) -> int:
    found = _BLANK.match(text, line)
    return len(found[0]) if found else 0


def _scalars(root: Node | None) -> Iterator[tuple[int, int]]:
    waiting = [root] if root else []
    while waiting:
        node = waiting.pop()
        if isinstance(node.value, dict):
            waiting.extend(value for _, value in node.value.values())
        elif isinstance(node.value, list):
            waiting.extend(node.value)
        else:
            yield node.start, node.end
