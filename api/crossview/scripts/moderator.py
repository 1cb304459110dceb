"""The moderator's copy of a finished script: what is asked, for how long and why, to read in the session and print.

It is for people and is never read back, so nothing hides in comments: minutes stand beside headings and questions, what is not
said aloud stands in italics, and behind the script stand what was left out, and the seal.
"""

from decimal import Decimal

import msgspec

from crossview.scripts.document import ItemDocument, Layout, SectionDocument
from crossview.scripts.guide.write import write_plain
from crossview.scripts.seal import LeftOut, Pick, SealedContent

_ITALIC = ("*", "_")
_AS_WRITTEN = frozenset({"code", "row", "comment"})


def moderators_copy(content: SealedContent, seal_line: str) -> str:
    """The Markdown of a sealed script; `seal_line` names its version and hash."""
    script = content.script
    sections = [_section(section) for section in script.sections]
    if len(content.picks) > 1:
        sections.append(_cut_order(content.picks))
    if content.left_out:
        items = tuple(_left_out(item) for item in content.left_out)
        sections.append(SectionDocument(kind="logistics", heading="Left out, and why", items=items))
    sections.append(SectionDocument(kind="logistics", heading="Seal", items=(_aside(seal_line, "paragraph"),)))
    return write_plain(msgspec.structs.replace(script, sections=tuple(sections)))


def _cut_order(picks: tuple[Pick, ...]) -> SectionDocument:
    """What to leave out when time runs out. What the departments bought last meant least to them; the first stays."""
    items = tuple(_aside(f"{pick.text} ({pick.minutes} min)", "bullet") for pick in reversed(picks[1:]))
    return SectionDocument(kind="logistics", heading="If time runs out, leave out from the top", items=items)


def _section(section: SectionDocument) -> SectionDocument:
    told = section.heading + _minutes(section.minutes, section.heading + section.timing)
    heading = told if section.heading else section.heading
    return msgspec.structs.replace(section, heading=heading, items=tuple(_item(item) for item in section.items))


def _item(item: ItemDocument) -> ItemDocument:
    inner = tuple(_item(nested) for nested in item.items)
    if item.layout.style in _AS_WRITTEN:
        return msgspec.structs.replace(item, items=inner)
    text = item.text + _minutes(item.minutes, item.text)
    if item.kind == "instruction" and not text.startswith(_ITALIC) and "\n" not in text:
        text = f"*{text}*"
    if item.intent:
        inner = (_aside(f"*Why we ask: {item.intent}*", "bullet"), *inner)
    return msgspec.structs.replace(item, text=text, items=inner)


def _minutes(minutes: Decimal | None, beside: str) -> str:
    """The minutes in brackets, unless the text beside them states that number already."""
    if minutes is None or str(minutes) in beside:
        return ""
    return f" ({minutes:f} min)"


def _left_out(item: LeftOut) -> ItemDocument:
    by = f" ({item.department})" if item.department else ""
    question = _aside(item.text + by, "bullet")
    return msgspec.structs.replace(question, items=(_aside(f"*{item.reason}*", "bullet"),))


def _aside(text: str, style: str) -> ItemDocument:
    layout = msgspec.convert({"style": style}, Layout)
    return ItemDocument(kind="instruction", text=" ".join(text.split()), layout=layout)
