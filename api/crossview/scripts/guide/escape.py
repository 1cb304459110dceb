"""Texts that Markdown would take for structure, written with numeric references in place of the signs that do it.

`unescape(escape(text)) == text` for every text, and the escaped text is always the inside of one paragraph: it opens no
heading, list, quote, rule, table or comment, and holds no picture from elsewhere, script, or raw tag.
"""

import re
from itertools import pairwise
from typing import Final

_REFERENCE: Final = re.compile(r"&#([0-9]{1,7});")
_STRUCTURAL_START: Final = "#>-+*=~`|:<[_"
_NUMBER: Final = re.compile(r"([0-9]{1,9})([.)])")
_TAG: Final = re.compile(r"<(?=[A-Za-z/!?])")
_HARMLESS_TAG: Final = re.compile(r"</?(?:br|b|i|u|s|em|strong|del|ins|mark|sub|sup|small|kbd)\s?/?>", re.IGNORECASE)
_WEB_ADDRESS: Final = re.compile(r"<(?:https?://|mailto:)[^\s<>]*>|<[^\s<>@]+@[^\s<>@]+>", re.IGNORECASE)
_COMMENT: Final = re.compile(r"<!--(?! crossview:)(?:[^-<>]|-(?!->))*-->")
_PICTURE: Final = re.compile(r"!\[")
# A backslash or a reference may stand in an address, and Markdown takes it away.
_NAMED: Final = r"[a-z](?:\\?[a-z0-9+.-])*\\?:"
_ELSEWHERE: Final = rf"(?!https?:|mailto:|tel:)(?:{_NAMED}|[^)\s]{{0,40}}&)"
_SCHEME: Final = re.compile(
    rf"\]\(\s*<?\s*{_ELSEWHERE}|\]:\s*<\s*{_ELSEWHERE}|\]:\s*{_ELSEWHERE}\S*[ \t]*(?:$|[\"'(]|\n[ \t]*[\"'(])",
    re.IGNORECASE | re.MULTILINE,
)
_PICTURE_NAME: Final = re.compile(r"!\[[^\[\]\\`<]*+(\]?)")
_REMOTE: Final = re.compile(rf"\](?:\(\s*<?\s*(?:{_NAMED}|[/\\]{{2}}|&)|\[|(?!\())", re.IGNORECASE)


def escape(text: str) -> str:
    """The text with each structural or active sign as a numeric reference."""
    safe = _REFERENCE.sub(lambda found: f"&#38;{found[0][1:]}", text).replace("\r", "&#13;")
    safe = _inactive(safe)
    lines = [_line(line) for line in safe.split("\n")]
    return _joined(lines)


def unescape(text: str) -> str:
    """What `escape` was given."""
    return _REFERENCE.sub(_character, text)


def is_active(text: str) -> bool:
    """Whether a page that shows the text would load, run or hide something its reader did not ask for."""
    return _inactive(text) != text


def _inactive(text: str) -> str:
    text = _tags_inactive(text)
    if _shows_remote_picture(text):
        text = _PICTURE.sub("&#33;[", text)
    if _SCHEME.search(text):
        text = text.replace("[", "&#91;")
    return text


def _shows_remote_picture(text: str) -> bool:
    """Where a picture's name holds brackets of its own or code, any address behind it may be the picture's."""
    for found in _PICTURE_NAME.finditer(text):
        if found[1] and _REMOTE.match(text, found.end() - 1):
            return True
        if not found[1]:
            return _REMOTE.search(text, found.end()) is not None
    return False


def _tags_inactive(text: str) -> str:
    if "<" not in text:
        return text
    parts: list[str] = []
    done = 0
    for found in _TAG.finditer(text):
        start = found.start()
        if start < done:
            continue
        harmless = _HARMLESS_TAG.match(text, start) or _WEB_ADDRESS.match(text, start) or _COMMENT.match(text, start)
        parts.append(text[done:start])
        done = harmless.end() if harmless else start + 1
        parts.append(text[start:done] if harmless else "&#60;")
    parts.append(text[done:])
    return "".join(parts)


def _line(line: str) -> str:
    inside = line.strip()
    if not inside:
        return "".join(map(_reference, line))
    start = line.index(inside[0])
    before, after = line[:start], line[start + len(inside) :]
    number = _NUMBER.match(inside)
    if inside[0] in _STRUCTURAL_START:
        inside = _reference(inside[0]) + inside[1:]
    elif number:
        inside = number[1] + _reference(number[2]) + inside[number.end() :]
    if len(inside) > 1 and inside[-1] in "#\\":
        inside = inside[:-1] + _reference(inside[-1])
    return "".join(map(_reference, before)) + inside + "".join(map(_reference, after))


def _joined(lines: list[str]) -> str:
    ends = ["\n" if before and line else "&#10;" for before, line in pairwise(lines)]
    return "".join(f"{line}{end}" for line, end in zip(lines, [*ends, ""], strict=True))


def _reference(character: str) -> str:
    return f"&#{ord(character)};"


def _character(found: re.Match[str]) -> str:
    code = int(found[1])
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else found[0]
