"""From Markdown to its outline: headings, and below each the blocks a guide is made of, nested as the writer nested them.

Nothing is judged here. CommonMark decides what is a block, with four exceptions that suit guides: an indented line is a
paragraph (writers indent by accident), HTML and link definitions are text, a comment is a block of its own, and what
lies below a certain depth or after a certain line is one paragraph, so that no input takes its reader without end.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final, get_args

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote
from markdown_it.token import Token
from mdit_py_plugins.front_matter import front_matter_plugin

from crossview.scripts.document import DEPTH, QUOTES, Layout, Style
from crossview.scripts.guide.annotation import read_alone, split_annotation
from crossview.scripts.guide.escape import unescape

_LEVELS: Final = 40
_LINES: Final = 30_000
_LEVEL_NAMES: Final = frozenset("123456")
_OPEN_QUOTES: Final = "open quotes"
_BOX: Final = re.compile(r"\[([ xX])\](?:[ \t]+|\n|$)")
_WITHIN: Final = re.compile(r"[ \t>]*(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]+[ \t>]*)*")
_LINE_END: Final = re.compile("\r\n?")
_UNREADABLE: Final = re.compile("[\0\ud800-\udfff]")
_STYLES: Final[dict[str, Style]] = {style: style for style in get_args(Style)}
_NO_CLOSE: Final = "no comment ends before line"


@dataclass(slots=True)
class Block:
    """One block of text that may become an item. `line` counts from 1; `said` is what its annotation says."""

    line: int
    text: str
    layout: Layout
    said: dict[str, str]
    blocks: list["Block"] = field(default_factory=list)


@dataclass(slots=True)
class Part:
    """A heading with the blocks below it; level 0 stands for the text above the first heading."""

    line: int
    heading: str
    level: int
    ruled: bool
    said: dict[str, str]
    quoted: bool = False
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """A whole guide: `said` is what the annotation of the script itself says."""

    front_matter: str
    said: dict[str, str]
    parts: list[Part]


@dataclass(slots=True)
class _Frame:
    """An open list item. `depth` is that of the block its first line became; 0 while it has none."""

    style: Style
    marker: str
    line: int
    ruled: bool
    quote: int = 0
    block: Block | None = None
    depth: int = 0
    begun: bool = False

    @property
    def holds(self) -> bool:
        """Whether blocks inside belong below its own; otherwise they take its place."""
        return self.block is not None and self.depth < DEPTH


def read_outline(markdown: str) -> Outline:
    """The outline of a guide. Line ends, byte order mark and unreadable characters are made plain; text becomes NFC."""
    source = _UNREADABLE.sub("\ufffd", _LINE_END.sub("\n", markdown.removeprefix("\ufeff")))
    source = unicodedata.normalize("NFC", source)
    return _Outliner(source).outline()


class _Outliner:
    """Walks the flat list of tokens once; containers are frames on a stack, never calls on Python's."""

    def __init__(self, source: str) -> None:
        self.lines = source.split("\n")
        self.tokens = _PARSER.parse("\n".join(self.lines[:_LINES]), {})
        self.parts = [Part(1, "", 0, False, {})]
        self.frames: list[_Frame] = []
        self.quote = 0
        self.ruled = False
        self.front_matter = ""
        self.said: dict[str, str] = {}
        self.above: dict[str, str] = {}

    def outline(self) -> Outline:
        at = 0
        while at < len(self.tokens):
            at = self._take(at)
        self._add(_LINES + 1, _tidy("\n".join(self.lines[_LINES:])).strip(), {})
        return Outline(self.front_matter, self.said, self.parts)

    def _take(self, at: int) -> int:
        """Read the token there and whatever belongs to it; answer where the next one stands."""
        token = self.tokens[at]
        match token.type:
            case "front_matter":
                first, last = _lines_of(token)
                self.front_matter = "\n".join(self.lines[first + 1 : last - 1])
            case "blockquote_open":
                self._move_quote(1)
            case "blockquote_close":
                self._move_quote(-1)
            case "list_item_open":
                self._open_item(token)
            case "list_item_close":
                self.frames.pop()
            case "hr":
                self.ruled = True
            case "heading_open":
                self._heading(token, self.tokens[at + 1].content)
                return at + 3
            case "inline":
                self._text(_line_of(token), token.content)
            case "fence":
                content = token.content.removesuffix("\n")
                self._add(_line_of(token), content, {}, "code", f"{token.markup}{token.info.strip()}")
            case "comment":
                self._comment(_line_of(token), token.content)
            case "table_open":
                return self._table(at)
            case _:
                pass
        return at + 1

    def _move_quote(self, step: int) -> None:
        if self.frames:
            self.frames[-1].quote += step
            self.frames[-1].begun = True
        else:
            self.quote += step

    def _open_item(self, token: Token) -> None:
        if self.frames:
            self.frames[-1].begun = True
        marker = f"{token.info}{token.markup}" if token.info else ""
        self.frames.append(_Frame("ordered" if marker else "bullet", marker, _line_of(token), self._rule()))

    def _heading(self, token: Token, content: str) -> None:
        level = int(token.tag[1:])
        content = content.replace("\n", " ")
        if self.frames:
            self._text(_line_of(token), f"{'#' * level} {content}".rstrip())
            return
        heading, said = _said(content)
        self.parts.append(Part(_line_of(token), heading, level, self._rule(), self._with_above(said), self.quote > 0))

    def _text(self, line: int, content: str) -> None:
        """A paragraph: the text of the list item it opens, or a block of its own."""
        text = _tidy(content)
        frame = self.frames[-1] if self.frames else None
        if frame is None or frame.begun:
            self._add(line, *_said(text))
            return
        frame.begun = True
        box = _BOX.match(text)
        if box:
            frame.style = "box" if box[1] == " " else "checked"
            text = text[box.end() :].lstrip()
        text, said = _said(text)
        if not text:
            return
        holders = self.frames[:-1]
        layout = Layout(frame.style, frame.marker, self._quote_within(holders), frame.ruled)
        block = _block(frame.line, text, layout, self._with_above(said))
        frame.depth = self._place(block, holders)
        frame.block = block

    def _comment(self, line: int, content: str) -> None:
        said = read_alone(content)
        if said is None:
            self._add(line, content[4:-3].strip(), {}, "comment")
        elif "script" in said:
            self.said = said
        elif "section" in said:
            level = said.get("level", "1")
            self.parts.append(Part(line, "", int(level) if level in _LEVEL_NAMES else 1, self._rule(), said))
        else:
            self.above = said

    def _table(self, at: int) -> int:
        """The rows as they stand in the source, because Markdown drops cells beyond the last column."""
        first, last = self.tokens[at].map or (0, 0)
        dashes = _WITHIN.sub("", self.lines[first + 1], count=1).strip()
        for line in (first, *range(first + 2, last)):
            row, said = _said(_WITHIN.sub("", self.lines[line], count=1).strip())
            self._add(line + 1, row, said, "row", dashes if line == first else "")
        while self.tokens[at].type != "table_close":
            at += 1
        return at + 1

    def _add(self, line: int, text: str, said: dict[str, str], style: Style = "paragraph", marker: str = "") -> None:
        if self.frames:
            self.frames[-1].begun = True
        said = self._with_above(said)
        layout = Layout(style, marker, self._quote_within(self.frames), self._rule())
        if text:
            self._place(_block(line, text, layout, said), self.frames)

    def _place(self, block: Block, frames: list[_Frame]) -> int:
        """Put the block below the innermost item that may hold it; answer how deep it stands."""
        for frame in reversed(frames):
            if frame.block is not None and frame.holds:
                frame.block.blocks.append(block)
                return frame.depth + 1
        self.parts[-1].blocks.append(block)
        return 1

    def _quote_within(self, frames: list[_Frame]) -> int:
        quote = 0
        for frame in reversed(frames):
            quote += frame.quote
            if frame.holds:
                return quote
        return quote + self.quote

    def _rule(self) -> bool:
        ruled, self.ruled = self.ruled, False
        return ruled

    def _with_above(self, said: dict[str, str]) -> dict[str, str]:
        above, self.above = self.above, {}
        return {**above, **said}


def _line_of(token: Token) -> int:
    return (token.map or [0])[0] + 1


def _lines_of(token: Token) -> tuple[int, int]:
    first, last = token.map or (0, 0)
    return first, last


def _tidy(content: str) -> str:
    """The lines of a paragraph without their indent; two blanks at the end of a line are a break and stay."""
    *before, last = content.split("\n")
    lines = [line.strip(" \t") + ("  " if line.endswith("  ") else "") for line in before if line.strip(" \t")]
    return "\n".join([*lines, last.lstrip(" \t")])


def _said(content: str) -> tuple[str, dict[str, str]]:
    text, said = split_annotation(content)
    if "escaped" in said:
        text = unicodedata.normalize("NFC", unescape(text))
    return text, {name: value for name, value in said.items() if name != "escaped"}


def _block(line: int, text: str, layout: Layout, said: dict[str, str]) -> Block:
    """The block with the layout its annotation gives it: some layouts cannot hold what is nested below them."""
    style = _STYLES.get(said.get("style", ""))
    if style:
        layout = Layout(style, said.get("marker", ""), layout.quote, layout.ruled)
    return Block(line, text, layout, {name: value for name, value in said.items() if name not in ("style", "marker")})


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 2 * _LEVELS}).use(front_matter_plugin).enable("table")
    parser.disable(["reference", "code", "html_block", "inline", "text_join"])
    parser.block.ruler.at("blockquote", _blockquote, {"alt": ["paragraph", "blockquote", "list"]})
    parser.block.ruler.before("table", "too_deep", _too_deep)
    parser.block.ruler.before("table", "comment", _comment, {"alt": ["paragraph", "blockquote", "list"]})
    return parser


def _blockquote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """CommonMark's, a few levels deep: each further level would look at every line once more."""
    open_quotes = state.env.get(_OPEN_QUOTES, 0)
    if open_quotes >= QUOTES:
        return False
    state.env[_OPEN_QUOTES] = open_quotes + 1
    found = blockquote(state, start, end, silent)
    state.env[_OPEN_QUOTES] = open_quotes
    return found


def _too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Below the deepest level everything that is left of the container is one paragraph."""
    if state.level < _LEVELS or silent:
        return False
    line = start
    while line < end and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
        line += 1
    state.line = line
    state.push("paragraph_open", "p", 1).map = [start, line]
    token = state.push("inline", "", 0)
    token.content = state.getLines(start, line, state.blkIndent, False).strip()
    token.map = [start, line]
    token.children = []
    state.push("paragraph_close", "p", -1)
    return True


def _comment(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A comment that begins and ends with a line. Where none ends is remembered, or each opening would look again."""
    begin = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith("<!--", begin) or start < state.env.get(_NO_CLOSE, 0):
        return False
    line = start
    at = begin + 4
    while (close := state.src.find("-->", at, state.eMarks[line])) < 0:
        line += 1
        if line >= end or (state.sCount[line] < state.blkIndent and not state.isEmpty(line)):
            state.env[_NO_CLOSE] = line
            return False
        at = state.bMarks[line]
    if state.src[close + 3 : state.eMarks[line]].strip(" \t"):
        return False
    if silent:
        return True
    state.line = line + 1
    token = state.push("comment", "", 0)
    token.content = state.getLines(start, line + 1, state.blkIndent, False).strip()
    token.map = [start, line + 1]
    return True


_PARSER: Final = _make_parser()
