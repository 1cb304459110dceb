"""Context cards: what each department brings to a study before anybody writes a question."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from crossview.context.studies import Study, find_study, study_in_sight
from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, Refusal
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.sql import statements
from crossview.foundation.texts import Sentence, changed
from crossview.workspace.departments import require_department

sql = statements(__package__, "context.sql")


class DepartmentNotNamed(Refusal):
    """You belong to no department. Name in `department_id` the one that this card speaks for."""

    status = 422
    code = "department_not_named"


class DepartmentNotInvited(Refusal):
    """The department of this card is not invited to the study. Invite it first, or name another in `department_id`."""

    status = 422
    code = "department_not_invited"


class AnotherDepartment(Refusal):
    """You write cards for your own department only. Leave `department_id` out, or ask a member of the other one."""

    status = 403
    code = "another_department"


class AnotherAuthor(Refusal):
    """Only the author of a card or an administrator changes it. Write a card of your own beside it."""

    status = 403
    code = "another_author"


class CardKind(StrEnum):
    """What a card says."""

    PRESSURE = "pressure"
    """What presses us."""
    SIGNAL = "signal"
    """What we hear."""
    LEARNING = "learning"
    """What we want to learn."""


class ContextCard(msgspec.Struct, frozen=True):
    """A context card; after `expires_on` (a date without zone) it no longer speaks for its department."""

    id: UUID
    study_id: UUID
    department_id: UUID
    author_id: UUID
    kind: CardKind
    text: str
    expires_on: date | None
    version: int
    created_at: datetime


class NewContextCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A card to be: `pressure` is what presses us, `signal` what we hear, `learning` what we want to learn.

    Without `department_id` it speaks for the author's own department.
    """

    kind: CardKind
    text: Sentence
    expires_on: date | None = None
    department_id: UUID | None = None


class ContextCardChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes about a card; null takes the date of expiry away."""

    kind: CardKind | UnsetType = UNSET
    text: Sentence | UnsetType = UNSET
    expires_on: date | UnsetType | None = UNSET


async def write_card(visit: Visit, study_id: UUID, new: NewContextCard) -> ContextCard:
    """Leave a card for a department.

    Raises `NotFound`, `AnotherDepartment`, `UnknownReference`, `DepartmentNotNamed`, `DepartmentNotInvited`.
    """
    study = await find_study(visit, study_id)
    department_id = await _speaking_department(visit, study, new.department_id)
    card = await visit.one(
        ContextCard,
        sql["create_card"],
        visit.workspace_id,
        study_id,
        department_id,
        visit.actor.member_id,
        new.kind.value,
        new.text,
        new.expires_on,
    )
    assert card is not None
    await events.append(visit, "context_card.written", card.id, study_id=study_id, card_kind=new.kind.value)
    return card


async def list_cards(visit: Visit, study_id: UUID, cursor: str | None, limit: int) -> Page[ContextCard]:
    """The cards of a study in the order in which they were written. Raises `NotFound`."""
    await find_study(visit, study_id)
    after = after_cursor(cursor, UUID)
    rows = await visit.many(ContextCard, sql["list_cards"], visit.workspace_id, study_id, after, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.id))


async def read_card(visit: Visit, card_id: UUID) -> ContextCard:
    """One card of a study that the actor may see. Raises `NotFound`."""
    card = await visit.one(ContextCard, sql["find_card"], visit.workspace_id, card_id)
    if card is None or await study_in_sight(visit, card.study_id) is None:
        raise NotFound(thing="context card")
    return card


async def change_card(visit: Visit, card_id: UUID, expected: int, change: ContextCardChange) -> ContextCard:
    """Change a card. Raises `NotFound`, `AnotherAuthor`, `StaleVersion`."""
    current = await _lock_card(visit, card_id, expected)
    after = changed(current, change)
    await visit.run(sql["change_card"], visit.workspace_id, card_id, after.kind.value, after.text, after.expires_on)
    await events.append(visit, "context_card.changed", card_id, study_id=current.study_id)
    return await read_card(visit, card_id)


async def remove_card(visit: Visit, card_id: UUID, expected: int) -> None:
    """Take a card away. Raises `NotFound`, `AnotherAuthor`, `StaleVersion`."""
    current = await _lock_card(visit, card_id, expected)
    await visit.run(sql["remove_card"], visit.workspace_id, card_id)
    await events.append(visit, "context_card.removed", card_id, study_id=current.study_id)


async def _lock_card(visit: Visit, card_id: UUID, expected: int) -> ContextCard:
    await visit.run(sql["lock_card"], visit.workspace_id, card_id)
    current = await read_card(visit, card_id)
    if not visit.everywhere and current.author_id != visit.actor.member_id:
        raise AnotherAuthor
    same_version(current, expected)
    return current


async def _speaking_department(visit: Visit, study: Study, named: UUID | None) -> UUID:
    own = visit.actor.department_id
    if not visit.everywhere and named not in (None, own):
        raise AnotherDepartment
    speaking = named or own
    if speaking is None:
        raise DepartmentNotNamed
    await require_department(visit, speaking, "$.department_id")
    if speaking not in study.departments:
        raise DepartmentNotInvited
    return speaking
