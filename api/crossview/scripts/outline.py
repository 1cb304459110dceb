"""A script as a whole: its rows put into reading order, and the document that leaves the service."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

import msgspec

from crossview.foundation.db import Visit
from crossview.foundation.errors import NotFound
from crossview.foundation.sql import statements
from crossview.scripts.document import (
    JUDGED,
    ItemDocument,
    ItemKind,
    Layout,
    Priority,
    ScriptDocument,
    SectionDocument,
    SectionKind,
    SuppressionDocument,
    normalised,
)
from crossview.scripts.scripts import Phase, Script

sql = statements(__package__, "scripts.sql")


class StoredSection(msgspec.Struct, frozen=True):
    """A section as it is stored, without its place."""

    id: UUID
    kind: SectionKind
    heading: str
    level: int
    minutes: Decimal | None
    timing: str
    alternative_of: UUID | None
    ruled: bool
    version: int


class StoredItem(msgspec.Struct, frozen=True):
    """An item as it is stored, without its place."""

    id: UUID
    parent_id: UUID | None
    kind: ItemKind
    text: str
    revision: int
    minutes: Decimal | None
    intent: str
    pinned: bool
    priority: Priority
    sensitivity: str
    layout: Layout
    bank_ref: str | None
    department_id: UUID | None
    author_id: UUID
    version: int


class OutlineItem(StoredItem, frozen=True):
    """An item where it stands: `position` counts from 1 among its siblings, `depth` from 0 on top of the section."""

    position: int
    depth: int


class OutlineSection(StoredSection, frozen=True):
    """A section where it stands, with its items in reading order: each one before what is nested below it."""

    position: int
    items: tuple[OutlineItem, ...]


class Outline(msgspec.Struct, frozen=True):
    """A whole script; `version` rises with each edit of any part."""

    id: UUID
    study_id: UUID
    title: str
    language: str
    session_minutes: int | None
    phase: Phase
    departments: tuple[UUID, ...]
    created_by: UUID
    version: int
    created_at: datetime
    updated_at: datetime
    sections: tuple[OutlineSection, ...]


class ItemRow(StoredItem, frozen=True):
    """An item with what its section and its ballots know it by; it never leaves the service."""

    section_id: UUID
    wording: bytes


class Head(msgspec.Struct, frozen=True):
    """What a document says about the script itself."""

    title: str
    title_level: int
    title_quoted: bool
    language: str
    session_minutes: int | None
    front_matter: str


class NamedDepartment(msgspec.Struct, frozen=True):
    """A department of the workspace by its name."""

    id: UUID
    name: str


class Draft(msgspec.Struct, frozen=True):
    """Everything stored of one script at one moment."""

    script: Script
    head: Head
    sections: tuple[StoredSection, ...]
    items: tuple[ItemRow, ...]
    named: tuple[NamedDepartment, ...]

    @property
    def departments(self) -> dict[UUID, str]:
        """The names of the workspace's departments, by id."""
        return {department.id: department.name for department in self.named}

    def below(self) -> "Mapping[tuple[UUID, UUID | None], Sequence[ItemRow]]":
        """The items by section and parent, in order."""
        found: dict[tuple[UUID, UUID | None], list[ItemRow]] = defaultdict(list)
        for item in self.items:
            found[item.section_id, item.parent_id].append(item)
        return found

    def in_order(self) -> Iterator[tuple[StoredSection, ItemRow]]:
        """Each item with its section, in reading order."""
        below = self.below()
        for section in self.sections:
            for item, _, _ in _walk(below, section.id):
                yield section, item


def competes(section: StoredSection, item: ItemRow) -> bool:
    """Whether the minutes decide if an item is asked: the questions and tasks at the core that nobody pinned."""
    return section.kind == "core" and section.alternative_of is None and item.kind in JUDGED and not item.pinned


async def read_draft(visit: Visit, script_id: UUID) -> Draft:
    """Everything stored of one script. Raises `NotFound`."""
    draft = await visit.one(
        Draft, sql["read_draft"], visit.workspace_id, script_id, visit.everywhere, visit.actor.department_id
    )
    if draft is None:
        raise NotFound(thing="script")
    return draft


async def read_outline(visit: Visit, script_id: UUID) -> Outline:
    """A script as a whole. Raises `NotFound`."""
    return outline(await read_draft(visit, script_id))


def outline(draft: Draft) -> Outline:
    """The rows of a script in reading order."""
    below = draft.below()
    sections = tuple(
        OutlineSection(
            **msgspec.structs.asdict(section),
            position=position,
            items=tuple(_placed(item, place, depth) for item, place, depth in _walk(below, section.id)),
        )
        for position, section in enumerate(draft.sections, start=1)
    )
    return Outline(**msgspec.structs.asdict(draft.script), sections=sections)


def document(
    draft: Draft,
    *,
    without: frozenset[UUID] = frozenset(),
    suppressions: Mapping[UUID, Sequence[SuppressionDocument]] = MappingProxyType({}),
) -> ScriptDocument:
    """The transferable script, without the items named and what belongs to them: what is nested below, and their probes.

    `suppressions` are those of its items; what is sealed has none, since they say how it was written and not what is asked.
    """
    below = draft.below()
    names = draft.departments
    places = {section.id: index for index, section in enumerate(draft.sections)}

    def items(section_id: UUID, parent_id: UUID | None) -> tuple[ItemDocument, ...]:
        return tuple(
            ItemDocument(
                kind=row.kind,
                text=row.text,
                minutes=row.minutes,
                intent=row.intent,
                pinned=row.pinned,
                priority=row.priority,
                sensitivity=row.sensitivity,
                department=names.get(row.department_id, "") if row.department_id else "",
                layout=row.layout,
                suppressions=tuple(suppressions.get(row.id, ())),
                bank_ref=row.bank_ref,
                items=items(section_id, row.id),
            )
            for row in _without(below.get((section_id, parent_id), ()), without)
        )

    whole = ScriptDocument(
        title=draft.head.title,
        title_level=draft.head.title_level,
        title_quoted=draft.head.title_quoted,
        language=draft.head.language,
        session_minutes=draft.head.session_minutes,
        front_matter=draft.head.front_matter,
        sections=tuple(
            SectionDocument(
                kind=row.kind,
                heading=row.heading,
                level=row.level,
                minutes=row.minutes,
                timing=row.timing,
                alternative_of=places.get(row.alternative_of) if row.alternative_of else None,
                ruled=row.ruled,
                items=items(row.id, None),
            )
            for row in draft.sections
        ),
    )
    # A default is left out of JSON only when it is the default's own object, and a text from the database never is.
    return msgspec.convert(msgspec.to_builtins(normalised(whole)), ScriptDocument)


def _without(siblings: Sequence[ItemRow], left_out: frozenset[UUID]) -> Iterator[ItemRow]:
    """The siblings that stay. Probes that stand behind their question go with it, and so does the label above them."""
    leaving = False
    for row, following in zip(siblings, (*siblings[1:], None), strict=False):
        label = row.kind == "instruction" and following is not None and following.kind == "probe"
        leaving = row.id in left_out or (leaving and (row.kind == "probe" or label))
        if not leaving:
            yield row


def _placed(row: ItemRow, position: int, depth: int) -> OutlineItem:
    stored = {name: getattr(row, name) for name in StoredItem.__struct_fields__}
    return OutlineItem(**stored, position=position, depth=depth)


def _walk(
    below: Mapping[tuple[UUID, UUID | None], Sequence[ItemRow]],
    section_id: UUID,
    parent_id: UUID | None = None,
    depth: int = 0,
) -> Iterator[tuple[ItemRow, int, int]]:
    for position, row in enumerate(below.get((section_id, parent_id), ()), start=1):
        yield row, position, depth
        yield from _walk(below, section_id, row.id, depth + 1)
