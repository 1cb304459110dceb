"""Cast a ballot: one member's judgement of one item, on the text that they read."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from crossview.foundation.db import Call, Visit, refusing
from crossview.foundation.errors import NotFound, Refusal
from crossview.foundation.sql import statements
from crossview.scripts.document import JUDGED, ItemKind
from crossview.scripts.items import find_item
from crossview.votes.rounds import RoundClosed

sql = statements(__package__, "votes.sql")

Choice = Literal["keep", "drop", "pass"]


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
    """What was known of an item when a ballot came for it; `cast_at` is None when the ballot was not written."""

    kind: ItemKind | None
    revision: int
    on_roster: bool
    round_open: bool
    cast_at: datetime | None


async def cast_ballot(call: Call, item_id: UUID, new: NewBallot) -> Ballot:
    """Write the actor's ballot on an item, in place of an earlier one.

    Raises `NotFound`, `NotJudged`, `NotOnRoster`, `RoundClosed`, `StaleBallot`.
    """
    # Somebody may remove the item while the ballot is on its way.
    with refusing("ballot_workspace_id_item_id_fkey", NotFound(thing="item")):
        judged = await call.one(
            Judged, sql["cast_ballot"], item_id, new.revision, new.choice, new.grade, new.reason, sorted(JUDGED)
        )
    if judged.kind is None:
        raise NotFound(thing="item")
    if judged.kind not in JUDGED:
        raise NotJudged(kind=judged.kind)
    if not judged.on_roster:
        raise NotOnRoster
    if not judged.round_open:
        raise RoundClosed
    if judged.revision != new.revision:
        raise StaleBallot(revision=judged.revision, judged=new.revision)
    assert judged.cast_at is not None, "whatever keeps a ballot out is refused above"
    return Ballot(item_id, new.revision, new.choice, new.grade, new.reason, stale=False, at=judged.cast_at)


async def read_own_ballot(visit: Visit, item_id: UUID) -> Ballot:
    """The actor's ballot on an item. Raises `NotFound`."""
    await find_item(visit, item_id)
    ballot = await visit.one(Ballot, sql["read_own_ballot"], visit.workspace_id, item_id, visit.actor.member_id)
    if ballot is None:
        raise NotFound(thing="ballot of yours")
    return ballot
