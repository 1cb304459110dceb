"""Cast a ballot: one member's judgement of one item, on the text that they read."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.errors import NotFound, Refusal
from crossview.foundation.sql import statements
from crossview.scripts.document import ItemKind
from crossview.scripts.items import find_item
from crossview.votes.rounds import RoundClosed

sql = statements(__package__, "votes.sql")

Choice = Literal["keep", "drop", "pass"]
JUDGED: frozenset[ItemKind] = frozenset({"question", "task"})


class StaleBallot(Refusal):
    """The item is at revision {revision}; your ballot is for revision {judged}. Read it again and judge it as it is now."""

    status = 409
    code = "stale_ballot"


class NotJudged(Refusal):
    """Only questions and tasks are judged, and this is a {kind}. A probe rides along with its question."""

    status = 409
    code = "not_judged"


class NotOnRoster(Refusal):
    """Your department is not among those that judge this script. Ask its owner to invite your department."""

    status = 403
    code = "not_on_roster"


class Ballot(msgspec.Struct, frozen=True):
    """A member's own ballot; it is stale, and counts nowhere, once the item's wording has changed."""

    item_id: UUID
    revision: int
    choice: Choice
    grade: int | None
    reason: str
    stale: bool
    at: datetime


class NewBallot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A judgement: keep, drop or pass ("not my field"), on the revision that was read, perhaps graded 0 to 5."""

    revision: Annotated[int, Meta(ge=1, le=1_000_000)]
    choice: Choice
    grade: Annotated[int, Meta(ge=0, le=5)] | None = None
    reason: Annotated[str, Meta(max_length=4_000)] = ""


class Judged(msgspec.Struct, frozen=True):
    """What must be known of an item to judge it; `open` is None when no round is open."""

    script_id: UUID
    study_id: UUID
    kind: ItemKind
    revision: int
    wording: bytes
    on_roster: bool
    open: UUID | None


async def cast_ballot(visit: Visit, item_id: UUID, new: NewBallot) -> Ballot:
    """Write the actor's ballot on an item, in place of an earlier one.

    Raises `NotFound`, `NotJudged`, `NotOnRoster`, `RoundClosed`, `StaleBallot`.
    """
    await find_item(visit, item_id)
    # Voters share the round, and a close waits for them all: after it is acknowledged, no ballot comes in.
    await visit.run(sql["share_open_round"], visit.workspace_id, item_id)
    judged = await visit.one(Judged, sql["read_judged"], visit.workspace_id, item_id, visit.actor.department_id)
    if judged is None:
        raise NotFound(thing="item")
    if judged.kind not in JUDGED:
        raise NotJudged(kind=judged.kind)
    if not judged.on_roster:
        raise NotOnRoster
    if judged.open is None:
        raise RoundClosed
    if judged.revision != new.revision:
        raise StaleBallot(revision=judged.revision, judged=new.revision)
    await visit.run(
        sql["cast_ballot"],
        visit.workspace_id,
        judged.script_id,
        visit.actor.member_id,
        item_id,
        visit.actor.department_id,
        judged.revision,
        judged.wording,
        new.choice,
        new.grade,
        new.reason,
    )
    await events.append(visit, "ballot.cast", item_id, study_id=judged.study_id, script_id=judged.script_id)
    return await read_own_ballot(visit, item_id)


async def read_own_ballot(visit: Visit, item_id: UUID) -> Ballot:
    """The actor's ballot on an item. Raises `NotFound`."""
    await find_item(visit, item_id)
    ballot = await visit.one(Ballot, sql["read_own_ballot"], visit.workspace_id, item_id, visit.actor.member_id)
    if ballot is None:
        raise NotFound(thing="ballot of yours")
    return ballot
