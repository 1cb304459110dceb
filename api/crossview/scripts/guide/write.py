"""From a script document to Markdown that its team recognises, and that reads back as exactly the same document.

What Markdown says by itself is not said twice: a comment beside a block, and only there, tells what reading the block would
otherwise get wrong. So a guide that came in as plain Markdown goes out as plain Markdown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, assert_never

from crossview.scripts.document import ItemDocument, Layout, ScriptDocument, SectionDocument, walk
from crossview.scripts.guide.annotation import annotation
from crossview.scripts.guide.blocks import Block, read_outline
from crossview.scripts.guide.escape import escape, is_active
from crossview.scripts.guide.headings import LINE_LEVEL, is_heading_line, lines_are_headings, stands_as_line
from crossview.scripts.guide.language import lexicon_of
from crossview.scripts.guide.read import read_guide

_ROUNDS: Final = 4
_LIST: Final = frozenset({"bullet", "ordered", "box", "checked"})
_HEADING: Final = re.compile(r"\s*#{1,6}(?:\s|$)")
_TABLE_BEGINS: Final = re.compile(r"[^\n]*\n[ \t|:-]*-[ \t|:-]*(?:\n|$)")
_BOXES: Final = {"box": "[ ] ", "checked": "[x] "}


def write_guide(document: ScriptDocument) -> str:
    """The Markdown of a document that `document.faults` finds nothing wrong with.

    `read_guide(write_guide(document)).document == document`, and writing what was read gives the same bytes.
    """
    said = _Annotations.none(document)
    if is_active(document.front_matter):
        said.script["front_matter"] = document.front_matter
    for _ in range(_ROUNDS):
        markdown = _written(document, said)
        found = read_guide(markdown).document
        if found == document:
            return markdown
        said.correct(document, found)
    said.say_all(document)
    return _written(document, said)


def write_plain(document: ScriptDocument) -> str:
    """The Markdown of a document for people who read it and never send it back: without a word beside the blocks."""
    return _written(document, _Annotations.none(document))


@dataclass(slots=True)
class _Annotations:
    """What has to be said beside each block. Sections and items are numbered in the order of the document."""

    script: dict[str, str]
    title: dict[str, str]
    sections: list[dict[str, str]]
    timings: list[dict[str, str]]
    items: list[list[dict[str, str]]]
    apart: bool = False

    @classmethod
    def none(cls, document: ScriptDocument) -> "_Annotations":
        sections = document.sections
        return cls(
            {}, {}, [{} for _ in sections], [{} for _ in sections], [[{} for _ in walk(one.items)] for one in sections]
        )

    def correct(self, wanted: ScriptDocument, found: ScriptDocument) -> None:
        """Say what was read otherwise than it was meant."""
        if found.language != wanted.language:
            self.script["language"] = wanted.language
        if found.session_minutes != wanted.session_minutes:
            self.script["minutes"] = str(wanted.session_minutes or "none")
        if (found.title, found.title_level) != (wanted.title, wanted.title_level):
            self._say_title(wanted)
        if len(found.sections) != len(wanted.sections):
            self._say_title(wanted)
            self._say_lines(wanted)
            self.apart = True
            return
        for index, (section, other) in enumerate(zip(wanted.sections, found.sections, strict=True)):
            self._correct_section(index, section, other)

    def _correct_section(self, index: int, wanted: SectionDocument, found: SectionDocument) -> None:
        self.sections[index] |= _difference(_section_words(wanted), _section_words(found))
        if wanted.timing != found.timing:
            self._say_timing(index, wanted)
            return
        for said, item, other in zip(self.items[index], walk(wanted.items), walk(found.items), strict=False):
            said |= _difference(_item_words(item), _item_words(other))

    def say_all(self, document: ScriptDocument) -> None:
        """Say everything, because what is read without being told depends on what stands around it."""
        self._say_title(document)
        self.apart = True
        self.script |= {"language": document.language, "minutes": str(document.session_minutes or "none")}
        for index, section in enumerate(document.sections):
            self.sections[index] |= _section_words(section)
            self._say_timing(index, section)
            for said, item in zip(self.items[index], walk(section.items), strict=True):
                said |= _item_words(item)

    def _say_lines(self, document: ScriptDocument) -> None:
        """An item that looks like a heading is read as one unless something is said beside it."""
        words = lexicon_of(document.language)
        for section, said in zip(document.sections, self.items, strict=True):
            for item, beside in zip(walk(section.items), said, strict=True):
                if is_heading_line(item.text, words):
                    beside["kind"] = item.kind

    def _say_title(self, document: ScriptDocument) -> None:
        if document.title_level:
            self.title["title"] = ""
        else:
            self.script["title"] = document.title

    def _say_timing(self, index: int, section: SectionDocument) -> None:
        """The line below the heading is the section's timing, or just an item that looks like one."""
        if section.timing:
            self.timings[index]["timing"] = ""
        elif section.items:
            self.items[index][0]["kind"] = section.items[0].kind


def _difference(wanted: dict[str, str], found: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in wanted.items() if found.get(name) != value}


def _section_words(section: SectionDocument) -> dict[str, str]:
    alternative = "none" if section.alternative_of is None else str(section.alternative_of)
    return {"kind": section.kind, "minutes": _number(section.minutes), "alternative": alternative}


def _item_words(item: ItemDocument) -> dict[str, str]:
    words = {"kind": item.kind, "minutes": _number(item.minutes), "priority": item.priority}
    texts = {"intent": item.intent, "sensitivity": item.sensitivity, "department": item.department}
    texts["bank_ref"] = item.bank_ref or ""
    return {**words, **{name: text for name, text in texts.items() if text}, **({"pinned": ""} if item.pinned else {})}


def _number(minutes: Decimal | None) -> str:
    return "none" if minutes is None else format(minutes.normalize(), "f")


def _written(document: ScriptDocument, said: _Annotations) -> str:
    """The Markdown with these annotations."""
    lines: list[str] = []
    bare = _bare_headings(document, said)
    if said.script:
        lines += [annotation({"script": "", **said.script}), ""]
    if document.title_level:
        heading = _heading(document.title, document.title_level, said.title, bare)
        lines += [f"> {heading}" if document.title_quoted else heading, ""]
    for index, section in enumerate(document.sections):
        lines += _section(section, said, index, bare)
    body = "\n".join(lines).rstrip("\n") + "\n"
    # Many pages show front matter as any other text, so what is active in it stands in the annotation.
    if document.front_matter and not is_active(document.front_matter):
        return f"---\n{document.front_matter}\n---\n\n{body}"
    return f"***{body[3:]}" if body.startswith("---\n") else body


def _bare_headings(document: ScriptDocument, said: _Annotations) -> frozenset[str]:
    """The headings that are written as the lines they came from; none when they would not be read as headings again."""
    words = lexicon_of(document.language)
    headings = [
        (one.heading, one.level, bool(about)) for one, about in zip(document.sections, said.sections, strict=True)
    ]
    if document.title_level:
        headings.insert(0, (document.title, document.title_level, bool(said.title) or document.title_quoted))
    lines = [
        text for text, level, about in headings if not about and stands_as_line(text, level, words) and _is_line(text)
    ]
    levels = [level for text, level, _ in headings if text and not stands_as_line(text, level, words)]
    return frozenset(lines) if lines_are_headings(levels, len(lines)) else frozenset()


def _section(section: SectionDocument, said: _Annotations, index: int, bare: frozenset[str]) -> list[str]:
    lines = ["---", ""] if section.ruled else []
    words = said.sections[index]
    if section.heading:
        lines += [_heading(section.heading, section.level, words, bare), ""]
    elif not _goes_without_saying(section, said, index):
        lines += [annotation({"section": "", "level": str(section.level), **words}), ""]
    if section.timing:
        lines += [*_text(section.timing, said.timings[index], False), ""]
    items = _render(_blocks(section.items, iter(said.items[index])), 0, False)
    return [*lines, *items, ""] if items else lines


def _goes_without_saying(section: SectionDocument, said: _Annotations, index: int) -> bool:
    """Whether this is simply the text above the first heading."""
    plain = not said.apart and not said.sections[index] and section.level == 1 and not section.ruled
    return index == 0 and plain and not section.timing and bool(section.items)


def _heading(text: str, level: int, words: dict[str, str], bare: frozenset[str]) -> str:
    if text in bare and level == LINE_LEVEL and not words:
        return text
    if text and (is_active(text) or not _is_heading(text)):
        text, words = escape(text), {"escaped": "", **words}
    return " ".join(filter(None, ("#" * level, text, annotation(words) if words else "")))


def _is_line(text: str) -> bool:
    return not is_active(text) and _reads_as([text], Block(0, text, Layout(), {}), False)


def _is_heading(text: str) -> bool:
    parts = read_outline(f"# {text}").parts
    return len(parts) == 2 and parts[1].heading == text and not parts[1].said and not parts[1].blocks


def _blocks(items: tuple[ItemDocument, ...], said: Iterator[dict[str, str]]) -> list[Block]:
    return [Block(0, item.text, item.layout, next(said), _blocks(item.items, said)) for item in items]


def _render(blocks: list[Block], quotes: int, in_list: bool) -> list[str]:
    """The lines of blocks that stand side by side, `quotes` block quotes deep within what holds them.

    Items of one list follow each other directly; between all else stands an empty line.
    """
    lines: list[str] = []
    family = ""
    for group in _groups(blocks, quotes):
        first = group[0]
        chunk, chunk_family = _group(group, quotes, in_list)
        if first.layout.ruled and first.layout.quote <= quotes:
            chunk, family = ["---", "", *chunk], ""
        if lines and not (family and family == chunk_family):
            lines.append("")
        lines += chunk
        family = chunk_family
    return lines


def _groups(blocks: list[Block], quotes: int) -> Iterator[list[Block]]:
    """Neighbours that are one quotation or one table; every other block alone."""
    at = 0
    while at < len(blocks):
        end = at + 1
        if blocks[at].layout.quote > quotes:
            while end < len(blocks) and blocks[end].layout.quote > quotes:
                end += 1
        elif blocks[at].layout.style == "row" and blocks[at].layout.marker:
            while end < len(blocks) and blocks[end].layout == Layout("row", "", blocks[at].layout.quote):
                end += 1
            end = end if _is_table(blocks[at:end]) else at + 1
        yield blocks[at:end]
        at = end


def _group(group: list[Block], quotes: int, in_list: bool) -> tuple[list[str], str]:
    """The lines of a group, and the sign of the list it belongs to, if any."""
    first = group[0]
    if first.layout.quote > quotes:
        return [f"> {line}" if line else ">" for line in _render(group, quotes + 1, in_list)], ""
    match first.layout.style:
        case "bullet" | "ordered" | "box" | "checked":
            return _list_item(first), first.layout.marker[-1:] or "-"
        case "paragraph" if not first.blocks:
            return _text(first.text, first.said, in_list), ""
        case "row" if first.layout.marker and _is_table(group):
            return _table(group), ""
        case "code" | "comment" if not first.blocks and _holds(first, in_list):
            return [*([annotation(first.said)] if first.said else []), *_verbatim(first)], ""
        case "paragraph" | "row" | "code" | "comment":
            return _stand_in(first), "-"
        case _:
            assert_never(first.layout.style)


def _list_item(block: Block) -> list[str]:
    layout = block.layout
    box = _BOXES.get(layout.style, "")
    wanted = Block(0, block.text, Layout(layout.style if box else "bullet"), {})
    if is_active(block.text) or not _reads_as(_item(wanted, "-", box), wanted, False):
        block = Block(0, escape(block.text), layout, {"escaped": "", **block.said}, block.blocks)
    return _item(block, layout.marker or "-", box)


def _stand_in(block: Block) -> list[str]:
    """A list item in place of a block whose own form cannot hold its text or what is nested below it."""
    layout = block.layout
    form = {"style": layout.style, **({"marker": layout.marker} if layout.marker else {})}
    return _item(Block(0, escape(block.text), layout, {"escaped": "", **form, **block.said}, block.blocks), "-", "")


def _item(block: Block, marker: str, box: str) -> list[str]:
    width = len(marker) + 1
    first, *rest = _annotated(block.text.split("\n"), block.said)
    lines = [f"{marker} {box}{first}", *_indented(rest, width)]
    if block.blocks:
        below = _render(block.blocks, 0, True)
        directly = below[0].startswith("- ") and not block.blocks[0].layout.ruled
        lines += _indented(below if directly else ["", *below], width)
    return lines


def _text(text: str, said: dict[str, str], in_list: bool) -> list[str]:
    wanted = Block(0, text, Layout(), {})
    if is_active(text) or not _reads_as(text.split("\n"), wanted, in_list):
        text, said = escape(text), {"escaped": "", **said}
    return _annotated(text.split("\n"), said)


def _verbatim(block: Block) -> list[str]:
    if block.layout.style == "comment":
        return f"<!-- {block.text} -->".split("\n")
    fence = block.layout.marker
    return [fence, *block.text.split("\n"), fence[0] * (len(fence) - len(fence.lstrip(fence[0])))]


def _holds(block: Block, in_list: bool) -> bool:
    """Whether the block's own form holds its text for everybody.

    A browser takes `--!>` for the end of a comment, and some readers see a table in one before they see the comment.
    """
    if block.layout.style == "comment" and ("--!>" in block.text or _TABLE_BEGINS.match(block.text)):
        return False
    return _reads_as(_verbatim(block), block, in_list)


def _is_table(group: list[Block]) -> bool:
    """Whether these rows, written as a table, are read as the same rows."""
    if any(block.blocks for block in group):
        return False
    outline = read_outline("\n".join(_table([Block(0, one.text, one.layout, {}) for one in group])))
    found = outline.parts[0].blocks
    wanted = [(one.text, one.layout.marker) for one in group]
    only = len(outline.parts) == 1 and not outline.front_matter and not any(is_active(one.text) for one in group)
    return (
        only
        and [(one.text, one.layout.marker) for one in found if one.layout.style == "row" and not one.said] == wanted
    )


def _table(group: list[Block]) -> list[str]:
    rows = [_row(block) for block in group]
    return [rows[0], group[0].layout.marker, *rows[1:]]


def _row(block: Block) -> str:
    """A row with its annotation inside the last cell, because a cell more would be a column more."""
    if not block.said:
        return block.text
    inside, bar = (block.text[:-1], "|") if block.text.endswith("|") else (f"{block.text} ", "")
    return f"{inside}{annotation(block.said)}{bar}"


def _annotated(lines: list[str], said: dict[str, str]) -> list[str]:
    return [*lines[:-1], f"{lines[-1]} {annotation(said)}"] if said else lines


def _indented(lines: list[str], width: int) -> list[str]:
    return [" " * width + line if line else "" for line in lines]


def _reads_as(lines: list[str], wanted: Block, in_list: bool) -> bool:
    """Whether lines that stand alone, or below a list item, are read as this one block, and show no heading.

    A heading in a list is a text to our reader and a heading to everybody else.
    """
    if wanted.layout.style != "code" and _HEADING.match(wanted.text):
        return False
    if in_list:
        lines = ["- x", "", *_indented(lines, 2)]
    outline = read_outline("\n".join(lines))
    if len(outline.parts) != 1 or outline.front_matter or outline.said:
        return False
    found = outline.parts[0].blocks
    if in_list and len(found) == 1:
        found = found[0].blocks
    layout = Layout(wanted.layout.style, wanted.layout.marker)
    return [(one.text, one.layout, one.said, one.blocks) for one in found] == [(wanted.text, layout, {}, [])]
