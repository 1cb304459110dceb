"""Sign-off: before a script is finished, each invited department says yes, yes with a note, or no with its reason.

Whoever signs says what was read, by its hash, so a script that was changed afterwards is not signed. Who lets the deadline
pass is written down as having let it pass, which is no consent. An objection is heard and answered; it is no veto.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.errors import NotFound, Refusal
from crossview.foundation.sql import statements
from crossview.scripts.outline import read_draft
from crossview.scripts.scripts import lock_draft
from crossview.scripts.seal import SealedContent, canonical, seal
from crossview.votes.cast import NotOnRoster
from crossview.votes.content import sealed_content
from crossview.votes.selection import choose, closed_round
from crossview.votes.tally import Judging, read_judging

sql = statements(__package__, "votes.sql")

Decision = Literal["approved", "approved_with_note", "objected"]
State = Literal["waiting", "lapsed", "approved", "approved_with_note", "objected"]
Words = Annotated[str, Meta(min_length=1, max_length=4_000, pattern=r"\S")]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]


class DeadlinePassed(Refusal):
    """The departments need time to read: name a deadline that lies ahead."""

    status = 422
    code = "deadline_passed"


class NotAskedToSign(Refusal):
    """Nobody has been asked to sign off this script. Whoever may finish it asks first."""

    status = 409
    code = "not_asked_to_sign"


class SignedAnotherText(Refusal):
    """The script is not what you read: its hash is {sha256} now. Read it again, and sign what it is."""

    status = 409
    code = "signed_another_text"


class NoteMissing(Refusal):
    """An objection and an approval with a note need the note: say what the others should know."""

    status = 422
    code = "note_missing"


class SignOffRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Until when the departments have time to sign, with its offset from UTC."""

    deadline: Annotated[datetime, Meta(tz=True)]


class NewSignOff(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a department says to the script whose hash is `sha256`, as the list of sign-offs gives it."""

    sha256: Hash
    decision: Decision
    note: Annotated[str, Meta(max_length=4_000)] = ""


class NewSignOffAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a department that objects is told."""

    text: Words


class SignOff(msgspec.Struct, frozen=True):
    """Where one department stands. `lapsed` let the deadline pass; `outdated` signed what the script is not any more."""

    department_id: UUID
    state: State
    outdated: bool
    note: str
    signed_at: datetime | None
    answer: str | None


class SignOffs(msgspec.Struct, frozen=True):
    """What the departments say to the script as it would be sealed now, with the hash `sha256`. Null where nobody was asked."""

    script_id: UUID
    round_id: UUID
    sha256: str
    asked_at: datetime | None
    deadline: datetime | None
    departments: tuple[SignOff, ...]


class _Asked(msgspec.Struct, frozen=True):
    deadline: datetime
    asked_at: datetime
    is_over: bool


class _Signed(msgspec.Struct, frozen=True):
    department_id: UUID
    seal: bytes
    decision: Decision
    note: str
    signed_at: datetime
    answer: str | None


async def ask_for_sign_off(visit: Visit, script_id: UUID, request: SignOffRequest) -> SignOffs:
    """Ask the departments of the newest round, or move the deadline.

    Raises `NotFound`, `ScriptFinished`, `NotDecided`, `DeadlinePassed`.
    """
    script = await lock_draft(visit, script_id)
    newest = await closed_round(visit, script_id)
    if not await visit.value(sql["is_ahead"], request.deadline):
        raise DeadlinePassed
    await visit.run(
        sql["ask_for_sign_off"], visit.workspace_id, newest.id, script_id, request.deadline, visit.actor.member_id
    )
    await events.append(visit, "sign_off.asked", script_id, study_id=script.study_id, script_id=script_id)
    return await read_sign_offs(visit, script_id)


async def read_sign_offs(visit: Visit, script_id: UUID) -> SignOffs:
    """Where the departments stand. Raises `NotFound`, `NotDecided`."""
    draft = await read_draft(visit, script_id)
    judging = await read_judging(visit, draft, await closed_round(visit, script_id))
    return await sign_offs_of(visit, judging, sealed_content(draft, await choose(visit, judging), judging.round))


async def sign_offs_of(visit: Visit, judging: Judging, content: SealedContent) -> SignOffs:
    """Where the departments of a round that have people stand, on the content that would be sealed."""
    now = seal(canonical(content))
    asked = await visit.one(_Asked, sql["read_sign_off_request"], visit.workspace_id, judging.round.id)
    signed = {
        one.department_id: one
        for one in await visit.many(_Signed, sql["list_sign_offs"], visit.workspace_id, judging.round.id)
    }
    return SignOffs(
        script_id=judging.draft.script.id,
        round_id=judging.round.id,
        sha256=now.hex(),
        asked_at=asked.asked_at if asked else None,
        deadline=asked.deadline if asked else None,
        departments=tuple(
            _standing(department, signed.get(department), now, is_over=asked.is_over)
            for department in map(UUID, judging.roster.people)
        )
        if asked
        else (),
    )


def unmet(sign_offs: SignOffs, names: dict[UUID, str]) -> list[str]:
    """What keeps the script from being finished, a sentence for each department."""
    told = []
    for one in sign_offs.departments:
        name = names[one.department_id]
        if one.state == "waiting" and one.outdated:
            told.append(f"{name} signed a text that has changed since. Let it sign again, or wait for the deadline.")
        elif one.state == "waiting":
            told.append(f"{name} has not signed off yet. Wait for it, or for the deadline.")
        elif one.state == "objected" and one.answer is None:
            told.append(f"{name} objects: “{one.note}” Answer it, or change the script.")
    return told


async def sign_off(visit: Visit, script_id: UUID, new: NewSignOff) -> SignOffs:
    """Sign for the actor's department, in place of what it said before.

    Raises `NotFound`, `ScriptFinished`, `NotDecided`, `NotOnRoster`, `NotAskedToSign`, `NoteMissing`, `SignedAnotherText`.
    """
    script = await lock_draft(visit, script_id)
    current = await read_sign_offs(visit, script_id)
    if current.deadline is None:
        raise NotAskedToSign
    department_id = visit.actor.department_id
    if department_id not in {one.department_id for one in current.departments}:
        raise NotOnRoster
    if new.decision != "approved" and not new.note.strip():
        raise NoteMissing
    if new.sha256 != current.sha256:
        raise SignedAnotherText(sha256=current.sha256)
    await visit.run(
        sql["sign_off"], visit.workspace_id, current.round_id, department_id, bytes.fromhex(new.sha256), new.decision,
        new.note, visit.actor.member_id,
    )  # fmt: skip
    await events.append(
        visit, "sign_off.given", script_id, study_id=script.study_id, script_id=script_id,
        department_id=str(department_id), decision=new.decision,
    )  # fmt: skip
    return await read_sign_offs(visit, script_id)


async def answer_sign_off(visit: Visit, script_id: UUID, department_id: UUID, new: NewSignOffAnswer) -> SignOffs:
    """Answer a department that objects. Raises `NotFound`, `ScriptFinished`, `NotDecided`."""
    script = await lock_draft(visit, script_id)
    if department_id not in script.departments:
        raise NotFound(thing="department of this script")
    newest = await closed_round(visit, script_id)
    if not await visit.run(sql["answer_sign_off"], visit.workspace_id, newest.id, department_id, new.text):
        raise NotFound(thing="objection of this department")
    await events.append(
        visit, "sign_off.answered", script_id, study_id=script.study_id, script_id=script_id,
        department_id=str(department_id),
    )  # fmt: skip
    return await read_sign_offs(visit, script_id)


def _standing(department_id: UUID, signed: _Signed | None, now: bytes, *, is_over: bool) -> SignOff:
    nothing: State = "lapsed" if is_over else "waiting"
    if signed is None:
        return SignOff(department_id, nothing, outdated=False, note="", signed_at=None, answer=None)
    outdated = signed.seal != now
    return SignOff(
        department_id,
        nothing if outdated else signed.decision,
        outdated=outdated,
        note=signed.note,
        signed_at=signed.signed_at,
        answer=signed.answer,
    )
