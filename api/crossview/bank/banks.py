"""Banks of the service: one a namespace, each with the heading that its files have."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossview.bank.files.entries import QuestionBank
from crossview.bank.reference import NEW_NAMESPACE
from crossview.bank.wording.question import Setting
from crossview.foundation import events
from crossview.foundation.db import Visit, refusing
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, Refusal
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.sql import statements
from crossview.foundation.texts import Prose, Title, changed, composed

sql = statements(__package__, "bank.sql")

NewNamespace = Annotated[str, Meta(pattern=NEW_NAMESPACE, max_length=100)]


class BankExists(Refusal):
    """There is a bank with the namespace `{namespace}` already. Import into it, or take another namespace."""

    status = 409
    code = "bank_exists"


class Bank(msgspec.Struct, frozen=True):
    """A bank. `language`, `setting` and `glossary` hold for each question that says nothing else; `entries` counts them."""

    namespace: str
    title: str
    description: str
    language: str | None
    setting: Setting
    glossary: tuple[str, ...]
    entries: int
    created_by: UUID
    version: int
    created_at: datetime

    def of(self, bank: QuestionBank) -> "Bank":
        """The same with the heading of a file; a file without a title leaves the title as it is."""
        return msgspec.structs.replace(
            self, title=bank.title or self.title, language=bank.language, setting=bank.setting, glossary=bank.glossary
        )


class NewBank(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bank to be, without questions. References begin with its namespace, which never changes."""

    namespace: NewNamespace
    title: Title
    description: Prose = ""


class BankChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes about a bank itself; its questions change by an import."""

    title: Title | UnsetType = UNSET
    description: Prose | UnsetType = UNSET


async def open_bank(visit: Visit, new: NewBank) -> Bank:
    """Open a bank without questions. Raises `BankExists`."""
    new = composed(new)
    with refusing("bank_namespace_taken", BankExists(namespace=new.namespace)):
        await visit.run(
            sql["create_bank"],
            visit.workspace_id,
            new.namespace,
            new.title,
            new.description,
            visit.actor.member_id,
        )
    await events.append(visit, "bank.opened", await lock_bank(visit, new.namespace))
    return await find_bank(visit, new.namespace)


async def list_banks(visit: Visit, cursor: str | None, limit: int) -> Page[Bank]:
    """The banks of the workspace, by namespace. Raises `InvalidCursor`."""
    rows = await visit.many(Bank, sql["list_banks"], visit.workspace_id, after_cursor(cursor, str), limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.namespace))


async def find_bank(visit: Visit, namespace: str) -> Bank:
    """One bank. Raises `NotFound`."""
    bank = await visit.one(Bank, sql["find_bank"], visit.workspace_id, namespace)
    if bank is None:
        raise NotFound(thing="bank")
    return bank


async def lock_bank(visit: Visit, namespace: str) -> UUID:
    """Hold a bank until the transaction ends; returns the id that events know it by. Raises `NotFound`."""
    bank_id: UUID | None = await visit.value(sql["lock_bank"], visit.workspace_id, namespace)
    if bank_id is None:
        raise NotFound(thing="bank")
    return bank_id


async def change_bank(visit: Visit, namespace: str, expected: int, change: BankChange) -> Bank:
    """Change a bank's title or description. Raises `NotFound`, `StaleVersion`."""
    bank_id = await lock_bank(visit, namespace)
    current = await find_bank(visit, namespace)
    same_version(current, expected)
    after = changed(current, composed(change))
    await visit.run(sql["change_bank"], visit.workspace_id, namespace, after.title, after.description)
    await events.append(visit, "bank.changed", bank_id)
    return await find_bank(visit, namespace)
