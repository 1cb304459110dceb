"""What the readers of our exports make of them: a Markdown renderer that trusts everything, and a calendar."""

import re
from collections import Counter
from typing import Any

import icalendar
from markdown_it import MarkdownIt
from markdown_it.token import Token

_HARMLESS = re.compile(
    r"</?(?:br|b|i|u|s|em|strong|del|ins|mark|sub|sup|small|kbd)\s?/?>|<!--(?:(?!--!?>).)*-->",
    re.IGNORECASE | re.DOTALL,
)
_SAFE_SCHEME = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_STRUCTURE = {"heading_open", "fence", "code_block", "hr", "table_open"}


def _trusting() -> MarkdownIt:
    """A renderer of CommonMark with tables that takes every address for a link, as some do."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


_MARKDOWN = _trusting()


def dangers(markdown: str) -> list[str]:
    """What a page that shows the text would load, run or hide."""
    return [danger for token in _flat(_MARKDOWN.parse(markdown)) for danger in _danger(token)]


def structure(markdown: str) -> Counter[str]:
    """How many headings, blocks of code, rules and tables a page shows."""
    return Counter(token.type for token in _flat(_MARKDOWN.parse(markdown)) if token.type in _STRUCTURE)


def _flat(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *_flat(token.children or []))]


def _danger(token: Token) -> list[str]:
    if token.type == "image":
        return [f"a picture from {token.attrs.get('src')}"]
    if token.type == "link_open":
        address = str(token.attrs.get("href", ""))
        return [f"a link to {address}"] if _SCHEME.match(address) and not _SAFE_SCHEME.match(address) else []
    if token.type in ("html_block", "html_inline"):
        rest = _HARMLESS.sub("", token.content).strip()
        return [f"HTML: {rest}"] if rest else []
    return []


def calendar_faults(content: bytes) -> list[str]:
    """What is wrong with a calendar file of one event before anybody reads what it says (RFC 5545, section 3.1)."""
    found = []
    lines = content.split(b"\r\n")
    if lines.pop() != b"":
        found.append("the last line has no end")
    for line in lines:
        if len(line) > 75:
            found.append(f"a line of {len(line)} octets")
        if re.search(rb"[\x00-\x08\x0a-\x1f\x7f]", line):
            found.append(f"a control character in {line!r}")
        try:
            text = line.decode()
        except UnicodeDecodeError:
            found.append(f"a character is cut in {line!r}")
        else:
            found += [f"an end of a line in {line!r}"] if len(text.splitlines()) > 1 else []
    components = [component.name for component in icalendar.Calendar.from_ical(content).walk()]
    if components != ["VCALENDAR", "VEVENT"]:
        found.append(f"the components are {components}")
    return found


def properties(content: bytes) -> list[str]:
    """The names of the properties of a calendar file, each line unfolded, in their order."""
    unfolded = re.sub(rb"\r\n[ \t]", b"", content).decode()
    return [re.split("[;:]", line, maxsplit=1)[0] for line in unfolded.split("\r\n") if line]


def event_of(content: bytes) -> Any:
    """The one event of a calendar file."""
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return event
