"""Items: what is asked, said, shown or done, each with its history of wordings."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossview.bank.entries import read_content
from crossview.bank.files.entries import Entry
from crossview.bank.reference import BankRef, reference
from crossview.foundation import events
from crossview.foundation.db import Call, Visit
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, Refusal, UnknownReference, misfit
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.sql import statements
from crossview.foundation.texts import composed, given
from crossview.scripts.document import DEPTH, ITEMS, TEXT_LENGTH, ItemKind, Layout, Priority
from crossview.scripts.order import Sibling, behind, last
from crossview.scripts.scripts import Phase, ScriptFinished, lock_draft, touch_script
from crossview.scripts.sections import Minutes, kept_minutes, lock_section
from crossview.scripts.wording import wording

sql = statements(__package__, "scripts.sql")

Text = Annotated[str, Meta(min_length=1, max_length=TEXT_LENGTH, pattern=r"\S")]
Intent = Annotated[str, Meta(max_length=2_000)]


class TooManyItems(Refusal):
    """A script has at most {limit} items. Remove some, or start a second script."""

    status = 409
    code = "too_many_items"


class TooDeep(Refusal):
    """Items nest at most {limit} deep, and never below themselves. Take a place higher up."""

    status = 422
    code = "too_deep"


class Item(msgspec.Struct, frozen=True):
    """An item; `revision` counts its texts, `version` every change of it, `department_id` proposed it.

    `bank_ref` is the version of a question in a bank that it was made from, `namespace/id@version`.
    """

    id: UUID
    script_id: UUID
    section_id: UUID
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
    created_at: datetime


class ItemOutcome(Item, frozen=True):
    """An item as a change left it: `changed` tells whether the change was made. All is None when there is no such item."""

    changed: bool | None
    script_phase: Phase | None


class Revision(msgspec.Struct, frozen=True):
    """One text that an item had, and who wrote it."""

    number: int
    text: str
    author_id: UUID
    department_id: UUID | None
    at: datetime


class NewItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item to be. A pinned one is in the script whatever the ballots say.

    It stands below `parent_id` (or on top of the section), behind its sibling `after`: first for null, last when left out.
    With `bank_ref` it is made from a version of a question in a bank, which gives what is left out here: kind, text, minutes,
    intent and sensitivity. Without it, kind and text are needed.
    """

    kind: ItemKind | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    bank_ref: BankRef | None = None
    minutes: Minutes | None = None
    intent: Intent = ""
    pinned: bool = False
    priority: Priority = "should"
    sensitivity: Intent = ""
    parent_id: UUID | None = None
    after: UUID | UnsetType | None = UNSET


class FilledItem(msgspec.Struct, frozen=True):
    """What an item to be says, with all that its bank gave."""

    kind: ItemKind
    text: str
    minutes: Decimal | None
    intent: str
    sensitivity: str


class ItemChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes about an item; a new text makes a new revision."""

    kind: ItemKind | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    minutes: Minutes | UnsetType | None = UNSET
    intent: Intent | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    sensitivity: Intent | UnsetType = UNSET


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an item goes: into a section, below a parent or on top, behind a sibling (first for null)."""

    section_id: UUID
    parent_id: UUID | None = None
    after: UUID | None = None


class Place(msgspec.Struct, frozen=True):
    """What has to be known of an item before something is put below it."""

    id: UUID
    section_id: UUID
    parent_id: UUID | None


async def add_item(visit: Visit, section_id: UUID, new: NewItem) -> Item:
    """Propose an item for the own department.

    Raises `NotFound`, `ScriptFinished`, `UnknownReference`, `UnknownPlace`, `TooDeep`, `TooManyItems`.
    """
    new = composed(new)
    item = await _with_bank(visit, new)
    script, _ = await lock_section(visit, section_id)
    script_id = script.id
    places = await _places(visit, script_id)
    if len(places) >= ITEMS:
        raise TooManyItems(limit=ITEMS)
    _check_parent(places, new.parent_id, section_id)
    _check_depth(places, new.parent_id, subtree=1)
    siblings = await _siblings(visit, section_id, new.parent_id, moving=None)
    item_id: UUID = await visit.value(
        sql["add_item"],
        visit.workspace_id,
        script_id,
        section_id,
        new.parent_id,
        last(siblings) if new.after is UNSET else behind(siblings, new.after, "item"),
        item.kind,
        item.text,
        wording(item.text),
        item.minutes,
        item.intent,
        new.pinned,
        new.priority,
        item.sensitivity,
        Layout(style="bullet"),
        new.bank_ref,
        visit.actor.department_id,
        visit.actor.member_id,
    )
    await keep_revision(visit, item_id, 1, script_id, item.text)
    await touch_script(visit, script_id)
    await events.append(visit, "item.added", item_id, study_id=script.study_id, script_id=script_id)
    return await find_item(visit, item_id)


async def find_item(visit: Visit, item_id: UUID) -> Item:
    """An item of a script that the actor may reach. Raises `NotFound`."""
    item = await visit.one(
        Item, sql["find_item"], visit.workspace_id, item_id, visit.everywhere, visit.actor.department_id
    )
    if item is None:
        raise NotFound(thing="item")
    return item


async def change_item(call: Call, item_id: UUID, expected: int, change: ItemChange) -> Item:
    """Change an item. Raises `NotFound`, `ScriptFinished`, `StaleVersion`."""
    fields = given(composed(change))
    if "minutes" in fields:
        fields["minutes"] = kept_minutes(fields["minutes"])
    text = fields.pop("text", None)
    outcome = await call.one(
        ItemOutcome,
        sql["change_item"],
        item_id,
        expected,
        fields,
        text,
        None if text is None else wording(text),
    )
    if outcome.script_phase is None:
        raise NotFound(thing="item")
    if outcome.script_phase == "finished":
        raise ScriptFinished
    item = Item(*msgspec.structs.astuple(outcome)[: len(Item.__struct_fields__)])
    if not outcome.changed:
        same_version(item, expected)
    return item


async def move_item(visit: Visit, item_id: UUID, expected: int, move: Move) -> Item:
    """Put an item with all below it somewhere else in its script.

    Raises `NotFound`, `ScriptFinished`, `StaleVersion`, `UnknownReference`, `UnknownPlace`, `TooDeep`.
    """
    script_id = (await find_item(visit, item_id)).script_id
    script = await lock_draft(visit, script_id)
    current = await find_item(visit, item_id)
    same_version(current, expected)
    if (await _section_of(visit, move.section_id)) != script_id:
        raise UnknownReference(path="$.section_id", thing="section of this script")
    places = await _places(visit, script_id)
    below = _subtree(places, item_id)
    _check_parent(places, move.parent_id, move.section_id)
    if move.parent_id in below:
        raise TooDeep(limit=DEPTH)
    _check_depth(places, move.parent_id, subtree=_height(places, item_id))
    siblings = await _siblings(visit, move.section_id, move.parent_id, moving=item_id)
    await visit.run(
        sql["move_item"],
        visit.workspace_id,
        item_id,
        move.section_id,
        move.parent_id,
        behind(siblings, move.after, "item"),
    )
    await visit.run(sql["move_subtree"], visit.workspace_id, list(below - {item_id}), move.section_id)
    await touch_script(visit, script_id)
    await events.append(visit, "item.moved", item_id, study_id=script.study_id, script_id=script_id)
    return await find_item(visit, item_id)


async def remove_item(visit: Visit, item_id: UUID, expected: int) -> None:
    """Remove an item with all below it. Raises `NotFound`, `ScriptFinished`, `StaleVersion`."""
    script_id = (await find_item(visit, item_id)).script_id
    script = await lock_draft(visit, script_id)
    current = await find_item(visit, item_id)
    same_version(current, expected)
    await visit.run(sql["remove_item"], visit.workspace_id, item_id)
    await touch_script(visit, script_id)
    await events.append(visit, "item.removed", item_id, study_id=script.study_id, script_id=script_id)


async def list_revisions(visit: Visit, item_id: UUID, cursor: str | None, limit: int) -> Page[Revision]:
    """The texts that an item had, newest first. Raises `NotFound`."""
    await find_item(visit, item_id)
    before = after_cursor(cursor, int)
    rows = await visit.many(Revision, sql["list_revisions"], visit.workspace_id, item_id, before, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.number))


async def _with_bank(visit: Visit, new: NewItem) -> FilledItem:
    """What an item says, the version that it names included. Raises `UnknownReference`, `InvalidInput`."""
    entry = None
    if new.bank_ref is not None:
        named = reference(new.bank_ref)
        entry = await read_content(visit, named) if named else None
        if entry is None:
            raise UnknownReference(path="$.bank_ref", thing="version of a bank's entry")
    if entry is None and new.kind is UNSET:
        raise misfit("Object missing required field `kind`")
    if entry is None and new.text is UNSET:
        raise misfit("Object missing required field `text`")
    return filled(new, entry)


def filled(new: NewItem, entry: Entry | None) -> FilledItem:
    """An item to be with what a bank's entry gives: its own words come first.

    Minutes have two places in a script and more in a bank, so that they are rounded.
    """
    entry = entry or Entry(id="", text="")
    minutes = kept_minutes(new.minutes)
    if minutes is None and entry.minutes is not None:
        minutes = round(Decimal(str(entry.minutes)), 2) or None
    return FilledItem(
        kind="question" if new.kind is UNSET else new.kind,
        text=entry.text if new.text is UNSET else new.text,
        minutes=minutes,
        intent=new.intent or entry.intent,
        sensitivity=new.sensitivity or entry.sensitivity,
    )


async def keep_revision(visit: Visit, item_id: UUID, number: int, script_id: UUID, text: str) -> None:
    """Write down a text that an item has from now on."""
    await visit.run(
        sql["keep_revision"],
        visit.workspace_id,
        item_id,
        number,
        script_id,
        text,
        wording(text),
        visit.actor.member_id,
        visit.actor.department_id,
    )


async def _siblings(visit: Visit, section_id: UUID, parent_id: UUID | None, moving: UUID | None) -> list[Sibling]:
    return await visit.many(Sibling, sql["list_item_ranks"], visit.workspace_id, section_id, parent_id, moving)


async def _places(visit: Visit, script_id: UUID) -> dict[UUID, Place]:
    rows = await visit.many(Place, sql["list_places"], visit.workspace_id, script_id)
    return {place.id: place for place in rows}


async def _section_of(visit: Visit, section_id: UUID) -> UUID | None:
    script_id: UUID | None = await visit.value(sql["script_of_section"], visit.workspace_id, section_id)
    return script_id


def _check_parent(places: dict[UUID, Place], parent_id: UUID | None, section_id: UUID) -> None:
    if parent_id is not None and (parent_id not in places or places[parent_id].section_id != section_id):
        raise UnknownReference(path="$.parent_id", thing="item of this section")


def _check_depth(places: dict[UUID, Place], parent_id: UUID | None, subtree: int) -> None:
    depth = 0
    while parent_id is not None:
        depth += 1
        parent_id = places[parent_id].parent_id
    if depth + subtree > DEPTH:
        raise TooDeep(limit=DEPTH)


def _subtree(places: dict[UUID, Place], item_id: UUID) -> set[UUID]:
    found = {item_id}
    grown = True
    while grown:
        more = {place.id for place in places.values() if place.parent_id in found} - found
        found |= more
        grown = bool(more)
    return found


def _height(places: dict[UUID, Place], item_id: UUID) -> int:
    children = [place.id for place in places.values() if place.parent_id == item_id]
    return 1 + max((_height(places, child) for child in children), default=0)
