"""From an interview guide in Markdown to a script document. What is not understood is kept as an instruction, and said."""

import re
from decimal import Decimal, InvalidOperation
from typing import Final, get_args

import msgspec

from crossview.bank.reference import reference
from crossview.scripts.document import (
    MINUTES,
    ItemDocument,
    Layout,
    Priority,
    ScriptDocument,
    SectionDocument,
    SectionKind,
)
from crossview.scripts.guide.blocks import Block, Outline, Part, read_outline
from crossview.scripts.guide.cues import Lead, Sight
from crossview.scripts.guide.headings import with_heading_lines
from crossview.scripts.guide.items import Habits, Judged, habits_of, judge
from crossview.scripts.guide.language import language_of, lexicon_of
from crossview.scripts.guide.minutes import heading_minutes, line_minutes, trailing_minutes
from crossview.scripts.guide.plain import plain
from crossview.scripts.guide.sections import aboves, section_kinds
from crossview.scripts.guide.session import alternatives, session_minutes
from crossview.scripts.guide.titles import front_matter_title, title_part
from crossview.scripts.guide.words.lexicon import Lexicon
from crossview.scripts.guide.words.match import lowered, opens

_EXCERPT: Final = 60
_SECTION_KINDS: Final[dict[str, SectionKind]] = {kind: kind for kind in get_args(SectionKind)}
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_VERBATIM: Final = frozenset({"code", "comment"})
_PRIORITIES: Final[dict[str, Priority]] = {priority: priority for priority in get_args(Priority)}


class Note(msgspec.Struct, frozen=True):
    """One place that was not understood: its line, counted from 1, the beginning of its text, and what was done with it."""

    line: int
    text: str
    reason: str


class Reading(msgspec.Struct, frozen=True):
    """A guide as a document, and what its reader should look at. Whether it may be kept, `document.faults` tells."""

    document: ScriptDocument
    notes: tuple[Note, ...]


def read_guide(markdown: str) -> Reading:
    """Read a guide. Any text is a guide: nothing is refused and nothing is left out."""
    outline = read_outline(markdown)
    said = outline.said
    outline.front_matter = said.get("front_matter", outline.front_matter)
    language = said.get("language", "")
    if not _LANGUAGE.fullmatch(language):
        language = language_of(_sample(outline))
    words = lexicon_of(language)
    outline = with_heading_lines(outline, words)
    title, level, quoted, parts = _titled(outline, words)
    sight = Sight(words)
    kinds = section_kinds(parts, sight)
    habits = habits_of([block for part in parts for block in part.blocks], sight)
    leads = [_lead_of_heading(part, above, words) for part, above in zip(parts, aboves(parts), strict=True)]
    others = alternatives([(part.heading, part.level) for part in parts], words)
    sections: list[SectionDocument] = []
    notes: list[Note] = []
    for part, kind, other, lead in zip(parts, kinds, others, leads, strict=True):
        section, found = _section(part, kind, other, habits, lead, sight)
        sections.append(section)
        notes.extend(found)
    total = session_minutes(title, outline.front_matter, sections, words)
    document = ScriptDocument(
        title=title,
        sections=tuple(sections),
        language=language,
        session_minutes=_whole(said["minutes"], total) if "minutes" in said else total,
        title_level=level,
        title_quoted=quoted,
        front_matter=outline.front_matter,
    )
    return Reading(document, tuple(notes))


def _sample(outline: Outline) -> str:
    """Enough of the guide's own words to tell its language by; placeholders and code are as good as any."""
    texts = [part.heading for part in outline.parts]
    waiting = [block for part in outline.parts for block in part.blocks]
    texts.extend(block.text for block in waiting)
    texts.extend(child.text for block in waiting for child in block.blocks)
    return "\n".join(texts)


def _titled(outline: Outline, words: Lexicon) -> tuple[str, int, bool, list[Part]]:
    """The title, the level of its own heading, whether that is quoted, and the parts that are sections.

    A heading that gives the title further down, or below other text, stays a section as well.
    """
    above, *headed = outline.parts
    flagged = next((part for part in headed if "title" in part.said), None)
    named = outline.said.get("title")
    part = flagged or (title_part(outline, words) if named is None else None)
    if part is not None and part is headed[0]:
        above = Part(above.line, "", 0, False, {}, False, [*above.blocks, *part.blocks])
        sections = headed[1:]
        title, level, quoted = part.heading, part.level, part.quoted
    else:
        sections = headed
        title = named if named is not None else part.heading if part else front_matter_title(outline.front_matter)
        level, quoted = 0, False
    return title, level, quoted, [above, *sections] if above.blocks else sections


def _lead_of_heading(part: Part, above: int | None, words: Lexicon) -> Lead:
    """A heading below another that speaks of probes leads in the lists under it."""
    return "probe" if above is not None and opens(words.probe_label, lowered(plain(part.heading))) else ""


def _section(
    part: Part, kind: SectionKind, other: int | None, habits: Habits, lead: Lead, sight: Sight
) -> tuple[SectionDocument, list[Note]]:
    said = part.said
    kind = _SECTION_KINDS.get(said.get("kind", ""), kind)
    in_heading = heading_minutes(part.heading)
    first = part.blocks[0] if part.blocks else None
    timing = first is not None and bool(part.level) and _is_timing(first, in_heading is None)
    below = line_minutes(plain(first.text)) if timing and first else None
    judged = judge(part.blocks[1:] if timing else part.blocks, kind, habits, lead, sight)
    notes: list[Note] = []
    section = SectionDocument(
        kind=kind,
        heading=part.heading,
        level=part.level or 1,
        minutes=_minutes(said, in_heading if in_heading is not None else below),
        timing=first.text if timing and first else "",
        alternative_of=_index(said["alternative"]) if "alternative" in said else other,
        ruled=part.ruled,
        items=tuple(_item(one, notes) for one in judged),
    )
    return section, notes


def _is_timing(block: Block, wanted: bool) -> bool:
    """Whether the line below a heading only states its minutes; a heading that states them itself wants none."""
    if block.layout != Layout() or block.blocks or "\n" in block.text:
        return False
    return "timing" in block.said or (wanted and not block.said and line_minutes(plain(block.text)) is not None)


def _item(judged: Judged, notes: list[Note]) -> ItemDocument:
    """The item; its notes are added in the order of the lines."""
    block, said = judged.block, judged.block.said
    reason = _noted(judged)
    if reason:
        notes.append(Note(block.line, block.text[:_EXCERPT], reason))
    return ItemDocument(
        kind=judged.kind,
        text=block.text,
        minutes=_minutes(said, trailing_minutes(plain(block.text)) if block.layout.style not in _VERBATIM else None),
        intent=said.get("intent", ""),
        pinned="pinned" in said,
        priority=_PRIORITIES.get(said.get("priority", ""), "should"),
        sensitivity=said.get("sensitivity", ""),
        department=said.get("department", ""),
        layout=block.layout,
        bank_ref=said.get("bank_ref") if reference(said.get("bank_ref", "")) else None,
        items=tuple(_item(one, notes) for one in judged.below),
    )


def _noted(judged: Judged) -> str:
    if judged.block.layout.style == "comment":
        return "This comment is kept as an instruction that no page shows."
    if judged.kind == "instruction" and not judged.sure:
        return "Nothing tells whether this is spoken; it is kept as an instruction, so that it is not read aloud."
    return ""


def _minutes(said: dict[str, str], stated: Decimal | None) -> Decimal | None:
    if "minutes" not in said:
        return stated
    try:
        minutes = Decimal(said["minutes"])
    except InvalidOperation:
        return None
    return minutes if minutes.is_finite() and 0 < minutes <= MINUTES and minutes == round(minutes, 2) else stated


def _whole(value: str, stated: int | None) -> int | None:
    if value == "none":
        return None
    return (
        int(value)
        if value.isascii() and value.isdigit() and 0 < len(value) <= 4 and 0 < int(value) <= MINUTES
        else stated
    )


def _index(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 3 else None
