"""The comment beside a block that says what its Markdown alone would not: `<!-- crossview: kind=probe minutes=3 -->`.

A value is a bare word or a JSON string; a name without a value is a flag. In a JSON string the signs that could end the
comment, or a table's cell, are written as escapes, so no text can leave its annotation or forge another one.
"""

import json
import re
from collections.abc import Mapping
from typing import Final

OPENING: Final = "<!-- crossview:"

_PAIR: Final = re.compile(r'([a-z_]+)(?:=("(?:[^"\\]|\\.)*"|[A-Za-z0-9._-]+))?(?: +|$)')
_BARE: Final = re.compile(r"[A-Za-z0-9._]+(-[A-Za-z0-9._]+)*")
_AT_END: Final = re.compile(r"<!-- crossview:([^<>]*)-->(\|?)$")
_ALONE: Final = re.compile(r"<!-- crossview:([^<>]*)-->")


def annotation(pairs: Mapping[str, str]) -> str:
    """The comment for these names and values, in their order; an empty value is written as a flag."""
    words = [name if value == "" else f"{name}={_value(value)}" for name, value in pairs.items()]
    return f"{OPENING} {' '.join(words)} -->"


def split_annotation(text: str) -> tuple[str, dict[str, str]]:
    """The text without the annotation at its end, and what the annotation says; only one is taken off."""
    start = text.rfind(OPENING)
    found = _AT_END.match(text, start) if start >= 0 else None
    pairs = _pairs(found[1]) if found else None
    if found is None or pairs is None:
        return text, {}
    return (text[:start] + "|" if found[2] else text[:start].removesuffix(" ")), pairs


def read_alone(comment: str) -> dict[str, str] | None:
    """What a comment says that stands on lines of its own; None when it is somebody else's comment."""
    found = _ALONE.fullmatch(comment)
    return _pairs(found[1]) if found else None


def _value(value: str) -> str:
    if _BARE.fullmatch(value):
        return value
    quoted = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e")
    return quoted.replace("|", "\\u007c").replace("--", "-\\u002d").replace("--", "-\\u002d")


def _pairs(words: str) -> dict[str, str] | None:
    words = words.strip(" ")
    pairs: dict[str, str] = {}
    at = 0
    while at < len(words):
        found = _PAIR.match(words, at)
        if found is None:
            return None
        value = found[2] or ""
        try:
            pairs[found[1]] = json.loads(value) if value.startswith('"') else value
        except ValueError:
            return None
        at = found.end()
    return pairs
