"""The transferable script: what export writes, import reads, and the seal of a finished version covers.

A document holds no ids: it is the same script in any workspace. `schemas/script-export.schema.json` is generated from it.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeVar, cast

import msgspec
from msgspec import Meta

from crossview.bank.reference import BankRef
from crossview.foundation.errors import Fault

ItemKind = Literal["question", "probe", "statement", "instruction", "transition", "task"]
JUDGED: Final = frozenset[ItemKind]({"question", "task"})
"""Kinds of item that departments judge. A probe rides along with its question."""
SectionKind = Literal["introduction", "consent", "warm_up", "core", "task", "wrap_up", "debrief", "logistics"]
Priority = Literal["must", "should", "could"]
Style = Literal["paragraph", "bullet", "ordered", "box", "checked", "code", "row", "comment"]

Value = TypeVar("Value")

TEXT_LENGTH: Final = 20_000
LINE_LENGTH: Final = 2_000
FRONT_MATTER_LENGTH: Final = 10_000
SECTIONS: Final = 200
ITEMS: Final = 2_000
DEPTH: Final = 8
SUPPRESSIONS: Final = 200
QUOTES: Final = 3
LINES: Final = 10_000
MINUTES: Final = Decimal(1_440)

Text = Annotated[str, Meta(min_length=1, max_length=TEXT_LENGTH)]
Line = Annotated[str, Meta(max_length=LINE_LENGTH)]


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the writer set an item in Markdown; it never changes what the item means.

    `marker` is what the style needs to come back as it was: the number of an `ordered` item ("12." or "3)", also of a
    numbered `box`), the opening fence with its info string of `code`, the line of dashes under the first `row` of a table.
    `quote` counts the block quotes around the item, within the item it is nested in. `ruled`: a rule stands above it.
    A `row` keeps its bars, a `code` item its lines; a `comment` is not shown to any reader of the page.
    """

    style: Style = "paragraph"
    marker: Annotated[str, Meta(max_length=LINE_LENGTH)] = ""
    quote: Annotated[int, Meta(ge=0, le=QUOTES)] = 0
    ruled: bool = False


class SuppressionDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A finding that is meant to be: the code of its rule, why, and the last day on which that holds."""

    code: Annotated[str, Meta(pattern=r"^[A-Z]{2,8}[0-9]{3}$(?!\n)")]
    reason: Annotated[str, Meta(min_length=1, max_length=LINE_LENGTH, pattern=r"\S")]
    until: date | None = None


class ItemDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One item with what is nested below it.

    `text` is inline Markdown as its writer typed it (`crossview.scripts.guide.plain` takes the markup off), so links,
    emphasis and placeholders survive. `minutes` are more than 0, with two places at most. `intent` says why it is asked;
    `department` is the name of the department that proposed it; `sensitivity` names what makes it delicate. `bank_ref` is
    the version of a question in a bank that it was made from, `namespace/id@version`.
    """

    kind: ItemKind
    text: Text
    minutes: Decimal | None = None
    intent: Line = ""
    pinned: bool = False
    priority: Priority = "should"
    sensitivity: Line = ""
    department: Line = ""
    layout: Layout = Layout()
    suppressions: Annotated[tuple[SuppressionDocument, ...], Meta(max_length=SUPPRESSIONS)] = ()
    bank_ref: BankRef | None = None
    items: tuple["ItemDocument", ...] = ()


class SectionDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One section: a heading of `level` (empty above the first heading) and its items.

    Sections are flat and in the order of the guide; `level` keeps the writer's hierarchy. `alternative_of` is the index of
    the section in whose place this one is held: their minutes are not added up. `timing` is the writer's own line below
    the heading when that is where the minutes are stated. `ruled`: a rule stands above the heading.
    """

    kind: SectionKind
    heading: Line = ""
    level: Annotated[int, Meta(ge=1, le=6)] = 2
    minutes: Decimal | None = None
    timing: Line = ""
    alternative_of: Annotated[int, Meta(ge=0, lt=SECTIONS)] | None = None
    ruled: bool = False
    items: tuple[ItemDocument, ...] = ()


class ScriptDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole script.

    `title_level` is the level of the title's own heading at the top; 0 means that it has none there, because the front
    matter or one of the sections' headings holds it. `title_quoted`: that heading stands in a block quote. `language` is a
    BCP 47 tag, "und" when it could not be told. `session_minutes` is the length promised to the participant.
    `front_matter` is what stood between the two lines of dashes at the top, verbatim.
    """

    title: Line
    sections: tuple[SectionDocument, ...] = ()
    format: Literal["crossview-script/1"] = "crossview-script/1"
    language: Annotated[str, Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$(?!\n)", max_length=35)] = "en"
    session_minutes: Annotated[int, Meta(ge=1, le=1_440)] | None = None
    title_level: Annotated[int, Meta(ge=0, le=6)] = 1
    title_quoted: bool = False
    front_matter: Annotated[str, Meta(max_length=FRONT_MATTER_LENGTH)] = ""


def walk(items: tuple[ItemDocument, ...]) -> Iterator[ItemDocument]:
    """Each item and what is nested below it, in the order of the guide."""
    waiting = list(reversed(items))
    while waiting:
        item = waiting.pop()
        yield item
        waiting.extend(reversed(item.items))


def faults(document: ScriptDocument) -> tuple[Fault, ...]:
    """What is wrong with the document beyond its types, each with its JSON path; empty when it may be kept.

    A document that was decoded from JSON has had its lengths checked already; one that was read from Markdown has not.
    """
    return tuple(_document_faults(document))


def normalised(document: ScriptDocument) -> ScriptDocument:
    """The same document with every text in Unicode normalisation form C, the form in which texts are kept.

    A text may be longer then than its type allows, which `faults` finds.
    """
    return _in_form_c(document)


def _in_form_c(value: Value) -> Value:
    """What is in that form already comes back as the same object, so that a default is still known for one."""
    found: Any = value
    if isinstance(value, str):
        found = unicodedata.normalize("NFC", value)
    elif isinstance(value, tuple):
        found = tuple(map(_in_form_c, value))
    elif isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        found = msgspec.structs.replace(value, **{name: _in_form_c(field) for name, field in fields.items()})
    return value if found == value else cast(Value, found)


def _document_faults(document: ScriptDocument) -> Iterator[Fault]:
    yield from _line_faults("$.title", document.title)
    if document.title_quoted and not document.title_level:
        yield Fault("$.title_quoted", "A title without a heading of its own cannot be quoted.")
    yield from _text_faults("$.front_matter", document.front_matter, FRONT_MATTER_LENGTH)
    if any(_FRONT_MATTER_END.fullmatch(line) for line in document.front_matter.split("\n")):
        yield Fault("$.front_matter", "A line of dashes or three dots would end the front matter; take it out.")
    if "\r" in document.front_matter:
        yield Fault("$.front_matter", "Lines end with a line feed alone.")
    if len(document.sections) > SECTIONS:
        yield Fault("$.sections", f"A script has at most {SECTIONS} sections; this one has {len(document.sections)}.")
    for index, section in enumerate(document.sections):
        yield from _section_faults(f"$.sections[{index}]", index, section, len(document.sections))
    count = sum(1 for section in document.sections for _ in walk(section.items))
    if count > ITEMS:
        yield Fault("$.sections", f"A script has at most {ITEMS} items; this one has {count}.")
    lines = sum(item.text.count("\n") + 1 for section in document.sections for item in walk(section.items))
    if lines > LINES:
        yield Fault("$.sections", f"The texts of a script have at most {LINES} lines; these have {lines}.")


def _section_faults(path: str, index: int, section: SectionDocument, sections: int) -> Iterator[Fault]:
    yield from _line_faults(f"{path}.heading", section.heading)
    yield from _line_faults(f"{path}.timing", section.timing)
    yield from _minutes_faults(f"{path}.minutes", section.minutes)
    if section.alternative_of is not None and (section.alternative_of == index or section.alternative_of >= sections):
        yield Fault(f"{path}.alternative_of", "Name the index of another section of this script.")
    waiting = [(f"{path}.items[{at}]", item, 1, 0) for at, item in enumerate(section.items)][::-1]
    while waiting:
        where, item, depth, outer = waiting.pop()
        yield from _item_faults(where, item)
        quotes = outer + item.layout.quote
        if quotes > QUOTES:
            yield Fault(f"{where}.layout.quote", f"Block quotes are nested at most {QUOTES} deep.")
        if depth == DEPTH and item.items:
            yield Fault(f"{where}.items", f"Items are nested at most {DEPTH} deep; lift these up.")
            continue
        children = [(f"{where}.items[{at}]", child, depth + 1, quotes) for at, child in enumerate(item.items)]
        waiting.extend(reversed(children))


def _item_faults(path: str, item: ItemDocument) -> Iterator[Fault]:
    if not item.text:
        yield Fault(f"{path}.text", "An item needs a text.")
    yield from _text_faults(f"{path}.text", item.text, TEXT_LENGTH)
    yield from _text_faults(f"{path}.intent", item.intent, LINE_LENGTH)
    yield from _text_faults(f"{path}.sensitivity", item.sensitivity, LINE_LENGTH)
    yield from _text_faults(f"{path}.department", item.department, LINE_LENGTH)
    yield from _minutes_faults(f"{path}.minutes", item.minutes)
    yield from _line_faults(f"{path}.layout.marker", item.layout.marker)
    codes: set[str] = set()
    for at, suppression in enumerate(item.suppressions):
        yield from _text_faults(f"{path}.suppressions[{at}].reason", suppression.reason, LINE_LENGTH)
        if suppression.code in codes:
            yield Fault(f"{path}.suppressions[{at}].code", f"{suppression.code} is suppressed once already.")
        codes.add(suppression.code)
    if not _MARKER[item.layout.style].fullmatch(item.layout.marker):
        yield Fault(f"{path}.layout.marker", f"This is no marker of the style {item.layout.style}.")


def _line_faults(path: str, text: str) -> Iterator[Fault]:
    yield from _text_faults(path, text, LINE_LENGTH)
    if "\n" in text or "\r" in text:
        yield Fault(path, "This text has to stay on one line.")


def _text_faults(path: str, text: str, length: int) -> Iterator[Fault]:
    if len(text) > length:
        yield Fault(path, f"This text has {len(text)} characters; {length} are allowed.")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        yield Fault(path, "NUL and lone surrogates are not text; take them out.")
    elif not unicodedata.is_normalized("NFC", text):
        yield Fault(path, "This text is not in Unicode normalisation form C; normalise it first.")


def _minutes_faults(path: str, minutes: Decimal | None) -> Iterator[Fault]:
    if minutes is None:
        return
    if not minutes.is_finite() or not 0 < minutes <= MINUTES:
        yield Fault(path, f"Minutes are more than 0 and at most {MINUTES}.")
    elif minutes != round(minutes, 2):
        yield Fault(path, "Minutes have at most two decimal places.")


_FRONT_MATTER_END: Final = re.compile(r"(-{3,}|\.\.\.)[ \t]*")
_MARKER: Final[dict[Style, re.Pattern[str]]] = {
    "paragraph": re.compile(""),
    "bullet": re.compile(""),
    "ordered": re.compile(r"[0-9]{1,9}[.)]"),
    "box": re.compile(r"([0-9]{1,9}[.)])?"),
    "checked": re.compile(r"([0-9]{1,9}[.)])?"),
    "code": re.compile(r"`{3,}([^`\s][^`]*)?|~{3,}([^~\s].*)?"),
    "row": re.compile(r"(\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?)?"),
    "comment": re.compile(""),
}
