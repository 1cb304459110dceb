"""A bank in JSON (RFC 8259), read token by token, because no decoder says where a value stands or which name stands twice."""

import json
import re
from typing import Final

from crossview.bank.files.nodes import Builder, Node, Style
from crossview.bank.files.source import Broken, Source

_TOKEN: Final = re.compile(
    r'[ \t\r\n]*+(?:(?P<text>"[^"\\\n\r]*+(?:\\.[^"\\\n\r]*+)*+")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?)"
    r"|(?P<word>true|false|null)|(?P<sign>[][{},:]))"
)
_BLANK: Final = re.compile(r"[ \t\r\n]*+")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def read_json(source: Source) -> Node | None:
    """The tree of a JSON text, None where it is empty.

    Raises Broken for what is no JSON, names that stand twice, and halves of characters (lone surrogates).
    """
    return _Reader(source.text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.builder = Builder()
        self.expected = "a value"

    def read(self) -> Node | None:
        at = self._skip(0)
        if at == len(self.text):
            return None
        while self.builder.root is None or self.builder.within is not None:
            at = self._take(at)
        if (rest := self._skip(at)) < len(self.text):
            raise Broken("The text goes on after its end. Take away what is too much.", rest)
        return self.builder.root

    def _take(self, at: int) -> int:
        found = _TOKEN.match(self.text, at)
        if found is None:
            raise self._unexpected(at)
        kind = found.lastgroup or ""
        start, end = found.span(kind)
        written = found[kind]
        if kind == "sign":
            self._sign(written, start, end)
        elif self.builder.wants_name:
            if kind != "text" or "name" not in self.expected:
                raise self._unexpected(at)
            self.builder.name(self._value(written, start, end), start, end)
            self.expected = "a colon"
        elif "value" in self.expected:
            style: Style = "double" if kind == "text" else "plain"
            self.builder.add(Node(start, end, self._value(written, start, end), style))
            self.expected = "a comma or the end"
        else:
            raise self._unexpected(at)
        return end

    def _sign(self, sign: str, start: int, end: int) -> None:
        within = self.builder.within
        closing = "" if within is None else "}" if isinstance(within.value, dict) else "]"
        if sign in "{[" and "value" in self.expected and not self.builder.wants_name:
            self.builder.open(Node(start, end, {} if sign == "{" else []))
            self.expected = "a name or the end" if sign == "{" else "a value or the end"
        elif sign == ":" and self.expected == "a colon":
            self.expected = "a value"
        elif sign == "," and "comma" in self.expected and closing:
            self.expected = "a name" if closing == "}" else "a value"
        elif sign == closing and "end" in self.expected:
            self.builder.close(end)
            self.expected = "a comma or the end"
        else:
            raise self._unexpected(start)

    def _value(self, written: str, start: int, end: int) -> str:
        try:
            value = json.loads(written)
        except ValueError:
            raise Broken("This value cannot be read. Look at its escapes and its length.", start, end) from None
        if isinstance(value, str) and _SURROGATE.search(value):
            raise Broken("This text holds half of a character (a lone surrogate). Write it whole.", start, end)
        return value  # type: ignore[no-any-return]

    def _skip(self, at: int) -> int:
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def _unexpected(self, at: int) -> Broken:
        at = self._skip(at)
        if at >= len(self.text):
            return Broken(f"The text ends where {self.expected} is expected. Complete it.", max(at - 1, 0))
        return Broken(f"This is no valid JSON: {self.expected} is expected here.", at)
