"""Entries: the questions of a bank, each with every version that it had."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from crossview.bank.banks import find_bank
from crossview.bank.files.entries import Entry
from crossview.bank.reference import Reference
from crossview.foundation.db import Visit
from crossview.foundation.errors import NotFound
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.permissions import Permission
from crossview.foundation.sql import statements

sql = statements(__package__, "bank.sql")


class BankEntry(msgspec.Struct, frozen=True):
    """A question of a bank in its newest version; `withdrawn_at` says that it is asked no more, `note` why or what instead."""

    namespace: str
    id: str
    bank_ref: str
    number: int
    content: Entry
    sha256: str
    withdrawn_at: datetime | None
    note: str
    author_id: UUID
    at: datetime


class EntryVersion(msgspec.Struct, frozen=True):
    """A question as it was from `at` on. It never changes: `sha256` is that of its content as canonical JSON (RFC 8785)."""

    bank_ref: str
    number: int
    content: Entry
    sha256: str
    author_id: UUID
    at: datetime


class KeptText(msgspec.Struct, frozen=True):
    """What a version asks."""

    namespace: str
    entry_id: str
    number: int
    text: str

    @property
    def reference(self) -> Reference:
        """Its name."""
        return Reference(self.namespace, self.entry_id, self.number)


class State(msgspec.Struct, frozen=True):
    """How it stands with an entry: the number of its newest version, and whether it was withdrawn."""

    namespace: str
    entry_id: str
    newest: int
    withdrawn_at: datetime | None
    note: str


class _Kept(msgspec.Struct, frozen=True):
    content: Entry


async def list_entries(visit: Visit, namespace: str, cursor: str | None, limit: int) -> Page[BankEntry]:
    """The entries of a bank by id, withdrawn ones included. Raises `NotFound`, `InvalidCursor`."""
    await find_bank(visit, namespace)
    rows = await visit.many(
        BankEntry, sql["list_entries"], visit.workspace_id, namespace, after_cursor(cursor, str), limit + 1
    )
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.id))


async def find_entry(visit: Visit, namespace: str, entry_id: str) -> BankEntry:
    """One entry in its newest version. Raises `NotFound`."""
    entry = await visit.one(BankEntry, sql["find_entry"], visit.workspace_id, namespace, entry_id)
    if entry is None:
        raise NotFound(thing="bank entry")
    return entry


async def list_entry_versions(
    visit: Visit, namespace: str, entry_id: str, cursor: str | None, limit: int
) -> Page[EntryVersion]:
    """The versions that an entry had, newest first. Raises `NotFound`, `InvalidCursor`."""
    await find_entry(visit, namespace, entry_id)
    before = after_cursor(cursor, int)
    rows = await visit.many(
        EntryVersion, sql["list_entry_versions"], visit.workspace_id, namespace, entry_id, before, limit + 1
    )
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.number))


async def read_content(visit: Visit, named: Reference) -> Entry | None:
    """What a version says, None when it is not here. Raises `NotAllowed` for whom the banks are closed to."""
    visit.actor.reach(Permission.READ_BANK)
    kept = await visit.one(
        _Kept, sql["read_content"], visit.workspace_id, named.namespace, named.entry_id, named.number
    )
    return None if kept is None else kept.content


async def read_texts(visit: Visit, named: Iterable[Reference]) -> dict[Reference, str]:
    """What the versions ask that are named and are here. Raises as `read_content` does."""
    visit.actor.reach(Permission.READ_BANK)
    wanted = sorted(set(named))
    rows = await visit.many(
        KeptText,
        sql["read_texts"],
        visit.workspace_id,
        [one.namespace for one in wanted],
        [one.entry_id for one in wanted],
        [one.number for one in wanted],
    )
    return {row.reference: row.text for row in rows}


async def read_states(visit: Visit, named: Iterable[Reference]) -> dict[tuple[str, str], State]:
    """How it stands with the entries that are named and are here, by namespace and id. Raises as `read_content` does."""
    visit.actor.reach(Permission.READ_BANK)
    wanted = sorted({one.entry for one in named})
    rows = await visit.many(
        State,
        sql["list_states"],
        visit.workspace_id,
        [namespace for namespace, _ in wanted],
        [entry_id for _, entry_id in wanted],
    )
    return {(row.namespace, row.entry_id): row for row in rows}
