"""Lines that stand for headings: alone in a paragraph, in bold or in capitals, in a guide with hardly any other heading.

They become sections of the lowest level, so that a document can tell them from the headings that Markdown knows.
"""

import re
from typing import Final

from crossview.scripts.document import Layout
from crossview.scripts.guide.blocks import Block, Outline, Part
from crossview.scripts.guide.minutes import heading_minutes
from crossview.scripts.guide.plain import plain
from crossview.scripts.guide.sections import cue_of
from crossview.scripts.guide.words.lexicon import Lexicon

LINE_LEVEL: Final = 6
_LENGTH: Final = 100
_LEAST: Final = 2
_CAPITALS: Final = 4
_BOLD: Final = re.compile(r"(\*\*|__)(?=\S)[^*_]+(?<=\S)\1(?:\s?[:(\[–—-].{0,40})?")


def is_heading_line(text: str, words: Lexicon) -> bool:
    """Whether a paragraph looks like a heading. With a colon at its end it needs to be called as sections are."""
    if len(text) > _LENGTH or "\n" in text or "?" in text or not (_BOLD.fullmatch(text) or _is_in_capitals(text)):
        return False
    shown = plain(text)
    if shown.endswith(":"):
        return cue_of(text, words) is not None or heading_minutes(text) is not None
    return not shown.endswith((".", "!", "…"))


def lines_are_headings(levels: list[int], lines: int) -> bool:
    """Whether lines that look like headings are some: there are several, and at most one heading below the title's."""
    below = levels[1:] if levels[:1] == [1] else levels
    return lines >= _LEAST and len(below) < _LEAST


def with_heading_lines(outline: Outline, words: Lexicon) -> Outline:
    """The outline in which such lines have become headings."""
    levels = [
        part.level for part in outline.parts if part.heading and not stands_as_line(part.heading, part.level, words)
    ]
    lines = sum(1 for part in outline.parts for block in part.blocks if _is_heading(block, words))
    if not lines_are_headings(levels, lines):
        return outline
    parts: list[Part] = []
    for part in outline.parts:
        blocks, part.blocks = part.blocks, []
        parts.append(part)
        for block in blocks:
            if _is_heading(block, words):
                parts.append(Part(block.line, block.text, LINE_LEVEL, block.layout.ruled, {}))
            else:
                parts[-1].blocks.append(block)
    return Outline(outline.front_matter, outline.said, parts)


def stands_as_line(heading: str, level: int, words: Lexicon) -> bool:
    """Whether a heading may have been such a line."""
    return level == LINE_LEVEL and is_heading_line(heading, words)


def _is_heading(block: Block, words: Lexicon) -> bool:
    layout = Layout(ruled=block.layout.ruled)
    return block.layout == layout and not block.said and not block.blocks and is_heading_line(block.text, words)


def _is_in_capitals(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return text.isupper() and letters >= _CAPITALS and text[:1].isalnum() and 2 * letters > len(text)
