"""What the rules find in the items of a script, with what is meant to be.

Linting takes its time, so it begins when the transaction has ended in which the script was read.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Final
from uuid import UUID

import msgspec

from crossview.bank.files.check import EXPIRED, UNUSED, Upkeep
from crossview.bank.linting.drafts import DraftFinding, failed, shown
from crossview.bank.linting.linter import Linter
from crossview.bank.linting.rules import rule_address
from crossview.bank.wording.findings import Finding, Level
from crossview.bank.wording.rulebook import Linted, Rulebook
from crossview.foundation.db import Visit
from crossview.foundation.door import Written, encode
from crossview.foundation.errors import NotFound, Refusal
from crossview.scripts.items import Item, find_item
from crossview.scripts.outline import Draft, ItemRow, read_draft
from crossview.scripts.structure import outline_of
from crossview.scripts.suppressions import StoredSuppression, Suppression, list_suppressions
from crossview.scripts.surroundings import Placed, placed_items

CHARACTERS: Final = 500_000
"""Characters of items that are linted at once, as many as a guide may have that is imported."""


class TooLongToLint(Refusal):
    """The items of this script have {length} characters together, and {limit} are linted at once. Read the findings of each
    item by itself."""

    status = 409
    code = "too_long_to_lint"


class ItemFinding(DraftFinding, frozen=True):
    """A finding in an item; `suppressed` is there when it is meant to be, and says who says so, why, and until when."""

    suppressed: Suppression | None = None


class ItemFindings(msgspec.Struct, frozen=True):
    """What was found in one item, by place, and all suppressions in it, those too that hold for nothing any more."""

    item_id: UUID
    revision: int
    findings: tuple[ItemFinding, ...]
    suppressions: tuple[Suppression, ...]


class ScriptRemark(msgspec.Struct, frozen=True):
    """What a rule of structure says about the script as a whole; `item_id` is where it shows, if anywhere."""

    code: str
    name: str
    level: Level
    item_id: UUID | None
    message: str
    rule: str


class ScriptFindings(msgspec.Struct, frozen=True):
    """The items with a finding or a suppression, in reading order, and what is to be said of the script as a whole.

    `neutral` tells that only the rules ran that look at no words, since the script is in another language than English.
    """

    items: tuple[ItemFindings, ...]
    structure: tuple[ScriptRemark, ...]
    neutral: bool


class LintedItem(Item, frozen=True):
    """An item with what was found in it. Its ETag tells of both; a change needs only what it says of the item."""

    findings: tuple[ItemFinding, ...]
    suppressions: tuple[Suppression, ...]


class Manuscript(msgspec.Struct, frozen=True):
    """What was read of a script to be linted, and the day on which that was; `item` is the one that is asked about."""

    draft: Draft
    suppressions: list[StoredSuppression]
    today: date
    item: Item | None = None


class Proof(msgspec.Struct, frozen=True):
    """The findings of a script of that version, and whether every rule could be asked."""

    version: int
    findings: ScriptFindings
    whole: bool


async def read_manuscript(visit: Visit, script_id: UUID) -> Manuscript:
    """A script to be linted. Raises `NotFound`."""
    draft = await read_draft(visit, script_id)
    return Manuscript(draft, await list_suppressions(visit, script_id), visit.now.date())


async def read_item(visit: Visit, item_id: UUID) -> Manuscript:
    """An item to be linted, with the script around it. Raises `NotFound`."""
    item = await find_item(visit, item_id)
    manuscript = await read_manuscript(visit, item.script_id)
    # Whoever edits meanwhile is seen by the second statement, and what is shown is what is linted.
    row = next((row for row in manuscript.draft.items if row.id == item_id), None)
    if row is None:
        raise NotFound(thing="item")
    shared = {name: getattr(row, name) for name in Item.__struct_fields__ if name in ItemRow.__struct_fields__}
    return msgspec.structs.replace(manuscript, item=msgspec.structs.replace(item, **shared))


async def lint_item(linter: Linter, manuscript: Manuscript) -> Written:
    """The item that is asked about, with its findings."""
    item = manuscript.item
    assert item is not None
    wanted = [row for row in manuscript.draft.items if row.id == item.id]
    (one,), _ = await _lint(linter, manuscript, wanted, list(placed_items(manuscript.draft)))
    body = encode(LintedItem(**msgspec.structs.asdict(item), findings=one.findings, suppressions=one.suppressions))
    return Written(body, "application/json", f"{item.version}-{hashlib.sha256(body).hexdigest()[:32]}")


async def lint_script(linter: Linter, manuscript: Manuscript) -> Proof:
    """The findings of a whole script. Raises `TooLongToLint`."""
    draft = manuscript.draft
    length = sum(len(item.text) for item in draft.items)
    if length > CHARACTERS:
        raise TooLongToLint(length=length, limit=CHARACTERS)
    placed = list(placed_items(draft))
    items, whole = await _lint(linter, manuscript, [item for _, item in draft.in_order()], placed)
    told = tuple(item for item in items if item.findings or item.suppressions)
    words_read = all(linter.rulebook.reads_words(place.question) for place in placed)
    structure = await _review(linter, draft)
    return Proof(draft.script.version, ScriptFindings(told, structure, neutral=not words_read), whole)


async def _review(linter: Linter, draft: Draft) -> tuple[ScriptRemark, ...]:
    outline, rows = outline_of(draft)
    return tuple(
        ScriptRemark(
            remark.code,
            remark.name,
            remark.level,
            None if remark.item is None else rows[remark.item].id,
            remark.message,
            rule_address(remark.code),
        )
        for remark in await linter.review(outline)
    )


async def _lint(
    linter: Linter, manuscript: Manuscript, wanted: Sequence[ItemRow], placed: Sequence[Placed]
) -> tuple[list[ItemFindings], bool]:
    """What is said about each of the items that are wanted, and whether every rule could be asked."""
    places = {place.item.id: place for place in placed}
    heard = [places[item.id] for item in wanted if item.id in places]
    linted = await linter.lint([place.question for place in heard])
    found = {place.item.id: findings for place, findings in zip(heard, linted.findings, strict=True)}
    failures: dict[UUID, list[ItemFinding]] = defaultdict(list)
    for failure in linted.failures:
        failures[heard[failure.question].item.id].append(ItemFinding(**msgspec.structs.asdict(failed(failure))))
    held: dict[UUID, list[StoredSuppression]] = defaultdict(list)
    for suppression in manuscript.suppressions:
        held[suppression.item_id].append(suppression)
    items = []
    for item in wanted:
        mine = held[item.id]
        place = places.get(item.id)
        told = judged(
            item,
            place,
            found.get(item.id, ()),
            mine,
            manuscript.today,
            partial(_ran, linter.rulebook, linted, place),
        )
        findings = (*told, *failures[item.id])
        items.append(ItemFindings(item.id, item.revision, findings, tuple(one.shown for one in mine)))
    return items, not linted.failures


def judged(
    item: ItemRow,
    place: Placed | None,
    found: Sequence[Finding],
    suppressions: Sequence[StoredSuppression],
    today: date,
    ran: Callable[[str], bool],
) -> Iterator[ItemFinding]:
    """What is to be said about an item: what was found, what of it is meant to be, and suppressions to look at again.

    A suppression holds for the wording for which it was given; `ran` tells whether the rule of a code was asked. Pure.
    """
    concerned = [finding for finding in found if place is not None and place.concerns(finding.category)]
    holding = {
        one.code: one.shown
        for one in suppressions
        if one.wording == item.wording and not (one.until and one.until < today)
    }
    for finding in concerned:
        yield ItemFinding(**msgspec.structs.asdict(shown(finding)), suppressed=holding.get(finding.code))
    for one in suppressions:
        if one.until and one.until < today:
            yield _upkeep(EXPIRED, f"The suppression of {one.code} ended on {one.until}. Lift it, or set another day.")
        elif one.wording != item.wording:
            yield _upkeep(
                UNUSED,
                f"{one.code} was suppressed in revision {one.revision}, and the words have changed since. "
                "Lift the suppression, or give it again.",
            )
        elif one.code not in {finding.code for finding in concerned} and ran(one.code):
            yield _upkeep(UNUSED, f"{one.code} is suppressed and finds nothing here. Lift the suppression.")


def _ran(rulebook: Rulebook, linted: Linted, place: Placed | None, code: str) -> bool:
    return linted.complete(code) and (place is None or rulebook.runs(code, place.question))


def _upkeep(rule: Upkeep, message: str) -> ItemFinding:
    return ItemFinding(rule.code, rule.name, rule.level, None, 0, 0, message, rule_address(rule.code))
