"""Offered updates: an item whose question has a newer version in its bank, merged, for somebody to take or to leave."""

import unicodedata
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossview.bank.entries import State, read_states, read_texts
from crossview.bank.reference import Reference, reference
from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.door import Written, encode, same_version, written
from crossview.foundation.errors import Refusal, UnknownReference
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.sql import statements
from crossview.foundation.texts import composed
from crossview.scripts.document import TEXT_LENGTH
from crossview.scripts.items import Item, Text, find_item, keep_revision
from crossview.scripts.merge import Merge, Piece, merge
from crossview.scripts.scripts import find_script, lock_draft, touch_script
from crossview.scripts.wording import wording

sql = statements(__package__, "scripts.sql")


class NotFromBank(Refusal):
    """The item was made from no bank, so there is no update for it. Change its text as that of any other item."""

    status = 409
    code = "not_from_bank"


class NothingNewer(Refusal):
    """The item has version {number} of its question already. GET /v1/scripts/{script_id}/bank-updates lists newer ones."""

    status = 409
    code = "nothing_newer"


class MergeConflict(Refusal):
    """The script and the bank changed the same words. Send the `text` that the item shall have.

    GET /v1/scripts/{script_id}/bank-updates shows both sides. The same is said when the merge is empty or too long.
    """

    status = 409
    code = "merge_conflict"


class Withdrawal(msgspec.Struct, frozen=True):
    """Since when a question is asked no more, and why or what instead."""

    at: datetime
    note: str


class BankUpdate(msgspec.Struct, frozen=True):
    """What a bank has for an item of `version`: the number of a newer version and how it merges, or that it was withdrawn.

    `merge` is null where the item has the newest version.
    """

    item_id: UUID
    version: int
    bank_ref: str
    newest: int
    merge: Merge | None
    withdrawn: Withdrawal | None


class TakenUpdate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The number of the version that is taken, and for a conflict the text that the item shall have."""

    number: Annotated[int, Meta(ge=1, le=999_999_999)]
    text: Text | UnsetType = UNSET


class BankItem(msgspec.Struct, frozen=True):
    """An item that was made from a bank."""

    id: UUID
    text: str
    bank_ref: str
    version: int

    @property
    def named(self) -> Reference:
        """The version that it was made from."""
        found = reference(self.bank_ref)
        assert found is not None, "an item keeps nothing else for a reference"
        return found


class Offer(msgspec.Struct, frozen=True):
    """An item beside the state of its entry, with what its own and the newest version ask; empty for one that is not here."""

    item: BankItem
    state: State
    base: str
    theirs: str


class Offers(msgspec.Struct, frozen=True):
    """A page of offers before their words are merged."""

    items: tuple[Offer, ...]
    next_cursor: str | None


async def gather_updates(visit: Visit, script_id: UUID, cursor: str | None, limit: int) -> Offers:
    """The items of a script whose question was changed or withdrawn since, in the order of their making.

    Raises `NotFound`, `InvalidCursor`.
    """
    await find_script(visit, script_id)
    after = after_cursor(cursor, UUID)
    made = await visit.many(BankItem, sql["list_bank_items"], visit.workspace_id, script_id)
    states = await read_states(visit, [item.named for item in made])
    news = [
        (item, state)
        for item in made
        if (after is None or item.id > after)
        and (state := states.get(item.named.entry)) is not None
        and (state.newest > item.named.number or state.withdrawn_at is not None)
    ][: limit + 1]
    versions = [one for item, state in news for one in (item.named, item.named.at(state.newest))]
    texts = await read_texts(visit, versions)
    offers = [
        Offer(item, state, texts.get(item.named, ""), texts.get(item.named.at(state.newest), ""))
        for item, state in news
    ]
    return Offers(tuple(offers[:limit]), next_cursor(offers, limit, lambda offer: offer.item.id))


def write_updates(offers: Offers) -> Written:
    """The offers with their words merged, as JSON."""
    return written(encode(Page(tuple(_update(offer) for offer in offers.items), offers.next_cursor)))


async def take_update(visit: Visit, item_id: UUID, expected: int, taken: TakenUpdate) -> Item:
    """Give an item the words of a newer version of its question, merged with its own; an edit like any other.

    Raises `NotFound`, `ScriptFinished`, `StaleVersion`, `NotFromBank`, `NothingNewer`, `UnknownReference`, `MergeConflict`.
    """
    taken = composed(taken)
    script = await lock_draft(visit, (await find_item(visit, item_id)).script_id)
    item = await find_item(visit, item_id)
    same_version(item, expected)
    of = reference(item.bank_ref or "")
    if of is None:
        raise NotFromBank
    if taken.number <= of.number:
        raise NothingNewer(number=of.number, script_id=script.id)
    newer = of.at(taken.number)
    text = await _text(visit, item, of, newer, taken)
    revision = item.revision + (text != item.text)
    await visit.run(sql["take_update"], visit.workspace_id, item_id, text, wording(text), revision, str(newer))
    if revision != item.revision:
        await keep_revision(visit, item_id, revision, script.id, text)
    await touch_script(visit, script.id)
    await events.append(
        visit, "item.changed", item_id, study_id=script.study_id, script_id=script.id, revision=revision
    )
    return await find_item(visit, item_id)


async def _text(visit: Visit, item: Item, of: Reference, newer: Reference, taken: TakenUpdate) -> str:
    texts = await read_texts(visit, (of, newer))
    if newer not in texts:
        raise UnknownReference(path="$.number", thing="version of the item's question")
    if taken.text is not UNSET:
        return taken.text
    merged = merged_item(texts[of], item.text, texts[newer])
    if merged.text is None:
        raise MergeConflict
    return merged.text


def merged_item(base: str, ours: str, theirs: str) -> Merge:
    """The merge of two texts of an item; what no item can hold is a conflict of the whole."""
    merged = merge(base, ours, theirs)
    if merged.text is None:
        return merged
    text = unicodedata.normalize("NFC", merged.text)
    if not text.strip() or len(text) > TEXT_LENGTH:
        return Merge("conflict", None, (Piece(None, ours, theirs),))
    return msgspec.structs.replace(merged, text=text)


def _update(offer: Offer) -> BankUpdate:
    item, state = offer.item, offer.state
    merged = merged_item(offer.base, item.text, offer.theirs) if state.newest > item.named.number else None
    withdrawn = None if state.withdrawn_at is None else Withdrawal(state.withdrawn_at, state.note)
    return BankUpdate(item.id, item.version, item.bank_ref, state.newest, merged, withdrawn)
