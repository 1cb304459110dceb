"""Objections: how a department that is too small for statistics stands against a question."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from crossview.foundation import events
from crossview.foundation.db import Visit, refusing
from crossview.foundation.errors import NotFound, Refusal
from crossview.foundation.sql import statements
from crossview.scripts.document import JUDGED
from crossview.scripts.items import find_item
from crossview.scripts.outline import read_draft
from crossview.scripts.scripts import lock_draft
from crossview.votes.balance import Counts
from crossview.votes.cast import NotJudged
from crossview.votes.dissent import ENOUGH
from crossview.votes.rounds import newest_round
from crossview.votes.tally import read_judging

sql = statements(__package__, "votes.sql")


class ObjectionNotOpen(Refusal):
    """An objection answers a decision, and no round of this script has been closed. Cast a drop with its reason instead."""

    status = 409
    code = "objection_not_open"


class ObjectionDepartmentHasStatistics(Refusal):
    """Your department has {decisive} votes on this question, enough for a finding of its own, so nobody objects for it."""

    status = 422
    code = "objection_department_has_statistics"


class ObjectionWithoutDrop(Refusal):
    """Only who voted to drop the question, worded as it is, may object to it for their department."""

    status = 422
    code = "objection_without_drop"


class ObjectionExists(Refusal):
    """Your department objects to this question already. Its objection stands until the next round."""

    status = 409
    code = "objection_exists"


class Objection(msgspec.Struct, frozen=True):
    """What a department says against a question. It is shown as the department's, never as a person's."""

    id: UUID
    script_id: UUID
    round_id: UUID
    item_id: UUID
    department_id: UUID
    reason: str
    filed_at: datetime


class NewObjection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An objection to be: why the question should not be asked."""

    reason: Annotated[str, Meta(min_length=1, max_length=4_000, pattern=r"\S")]


async def file_objection(visit: Visit, item_id: UUID, new: NewObjection) -> Objection:
    """Object to a question for the actor's department, which has fewer than 3 decisive votes on it.

    It needs an answer before the script is finished, as a blocking finding does. Raises `NotFound`, `NotJudged`,
    `ScriptFinished`, `ObjectionNotOpen`, `ObjectionWithoutDrop`, `ObjectionDepartmentHasStatistics`, `ObjectionExists`.
    """
    item = await find_item(visit, item_id)
    script = await lock_draft(visit, item.script_id)
    if item.kind not in JUDGED:
        raise NotJudged(kind=item.kind)
    newest = await newest_round(visit, script.id)
    if newest is None or newest.state == "open":
        raise ObjectionNotOpen
    department_id: UUID | None = await visit.value(
        sql["drop_of_member"], visit.workspace_id, script.id, item_id, visit.actor.member_id
    )
    if department_id is None:
        raise ObjectionWithoutDrop
    judging = await read_judging(visit, await read_draft(visit, script.id), newest)
    if str(item_id) not in judging.tallies:
        raise NotFound(thing="item")
    decisive = judging.tallies[str(item_id)].get(str(department_id), Counts()).decisive
    if decisive >= ENOUGH:
        raise ObjectionDepartmentHasStatistics(decisive=decisive)
    with refusing("objection_exists", ObjectionExists()):
        filed = await visit.one(
            Objection, sql["file_objection"], visit.workspace_id, script.id, newest.id, item_id, department_id,
            visit.actor.member_id, new.reason,
        )  # fmt: skip
    assert filed is not None
    await events.append(
        visit, "objection.filed", filed.id, study_id=script.study_id, script_id=script.id, item_id=str(item_id)
    )
    return filed
