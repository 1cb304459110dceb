"""Suppressions: findings in an item that are meant to be, who said so, why, and until when."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from crossview.bank.linting.rules import UnknownRule
from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.errors import NotFound, Refusal, beginning
from crossview.foundation.sql import statements
from crossview.foundation.texts import composed
from crossview.scripts.document import SuppressionDocument
from crossview.scripts.items import find_item
from crossview.scripts.scripts import lock_draft, touch_script

sql = statements(__package__, "scripts.sql")

CODE: Final = re.compile(r"[A-Z]{2,8}[0-9]{3}")
"""What every code looks like, of a rule that comes along or of a plugin's, be the plugin there or not."""
Reason = Annotated[str, Meta(min_length=1, max_length=2_000, pattern=r"\S")]


class StaleSuppression(Refusal):
    """The item is at revision {revision}; your suppression is for revision {read}. Read it again, with its findings."""

    status = 409
    code = "stale_suppression"


class NewSuppression(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a finding is meant to be, in which revision of the item, and until which day, that day included."""

    revision: Annotated[int, Meta(ge=1, le=2_147_483_647)]
    reason: Reason
    until: date | None = None


class Suppression(msgspec.Struct, frozen=True):
    """A suppression; it holds as long as the item has the wording of that `revision`, and up to the end of `until`."""

    code: str
    reason: str
    until: date | None
    revision: int
    member_id: UUID
    at: datetime


class StoredSuppression(Suppression, frozen=True):
    """A suppression with the item that it is for and the wording that it holds for; it never leaves the service."""

    item_id: UUID
    wording: bytes

    @property
    def shown(self) -> Suppression:
        """What readers see of it."""
        return Suppression(*msgspec.structs.astuple(self)[: len(Suppression.__struct_fields__)])


async def suppress(visit: Visit, item_id: UUID, code: str, new: NewSuppression, *, known: bool) -> Suppression:
    """Say that what a rule finds in an item is meant to be; takes the place of what was said before.

    `known` tells whether there is a rule of that code. Raises `NotFound`, `ScriptFinished`, `UnknownRule`, `StaleSuppression`.
    """
    new = composed(new)
    script = await lock_draft(visit, (await find_item(visit, item_id)).script_id)
    item = await find_item(visit, item_id)
    if not known:
        raise UnknownRule(rule=beginning(code))
    if new.revision != item.revision:
        raise StaleSuppression(revision=item.revision, read=new.revision)
    kept = await visit.one(
        Suppression, sql["suppress"], visit.workspace_id, item_id, code, new.reason, new.until, visit.actor.member_id
    )
    assert kept is not None
    await touch_script(visit, script.id)
    await events.append(visit, "finding.suppressed", item_id, study_id=script.study_id, script_id=script.id, code=code)
    return kept


async def import_suppressions(visit: Visit, held: Sequence[tuple[UUID, SuppressionDocument]]) -> None:
    """Write those of imported items as the actor's, for the wordings as they are."""
    await visit.run(
        sql["import_suppressions"],
        visit.workspace_id,
        [item_id for item_id, _ in held],
        [suppression.code for _, suppression in held],
        [suppression.reason for _, suppression in held],
        [suppression.until for _, suppression in held],
        visit.actor.member_id,
    )


async def lift_suppression(visit: Visit, item_id: UUID, code: str) -> None:
    """Take a suppression away, whether it held for anything or not. Raises `NotFound`, `ScriptFinished`."""
    script = await lock_draft(visit, (await find_item(visit, item_id)).script_id)
    if not CODE.fullmatch(code) or not await visit.run(sql["lift_suppression"], visit.workspace_id, item_id, code):
        raise NotFound(thing="suppression")
    await touch_script(visit, script.id)
    await events.append(visit, "suppression.lifted", item_id, study_id=script.study_id, script_id=script.id, code=code)


async def list_suppressions(visit: Visit, script_id: UUID) -> list[StoredSuppression]:
    """All suppressions in a script, by item and code."""
    return await visit.many(StoredSuppression, sql["list_suppressions"], visit.workspace_id, script_id)
