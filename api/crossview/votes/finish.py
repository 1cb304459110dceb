"""Finish a script: all gates at once, then the sealed version, its event and its deliveries together or not at all."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from crossview.deliveries.publish import publish
from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.door import same_version
from crossview.foundation.errors import Fault, Refusal
from crossview.scripts.lifecycle import SealedVersion, Version, keep_reopening, keep_version, read_version
from crossview.scripts.outline import Draft, document, read_draft
from crossview.scripts.scripts import lock_draft, lock_script
from crossview.scripts.seal import LeftOut, Pick, SealedContent
from crossview.votes.brief import Brief, brief_of
from crossview.votes.rounds import Round, newest_round
from crossview.votes.selection import Choice, choose, quoted
from crossview.votes.tally import read_judging

_SPOKEN = frozenset({"question", "probe", "statement", "transition", "task"})


class NotReady(Refusal):
    """The script cannot be finished yet. `errors` lists everything that is in the way; mend it and finish again."""

    status = 409
    code = "not_ready"


class NotFinished(Refusal):
    """The script is not finished, so there is nothing to reopen."""

    status = 409
    code = "not_finished"


class Reopening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a finished script has to be changed once more."""

    reason: Annotated[str, Meta(min_length=1, max_length=4_000, pattern=r"\S")]


async def finish_script(visit: Visit, script_id: UUID, expected: int) -> SealedVersion:
    """Seal the script as it was judged: what the minutes were spent on, and all that is not chosen over.

    Raises `NotFound`, `ScriptFinished`, `StaleVersion`, `NotReady`.
    """
    script = await lock_draft(visit, script_id)
    same_version(script, expected)
    draft = await read_draft(visit, script_id)
    newest = await newest_round(visit, script_id)
    unmet = gates(draft, newest)
    if unmet or newest is None:
        raise NotReady(faults=unmet)
    judging = await read_judging(visit, draft, newest)
    choice = await choose(visit, judging)
    dissent = await brief_of(visit, judging, choice)
    if dissent.unanswered:
        raise NotReady(faults=_unanswered(dissent))
    record = {
        "round": newest.number,
        "order": judging.order,
        "choice": msgspec.to_builtins(choice),
        "dissent": msgspec.to_builtins(dissent),
    }
    version = await keep_version(visit, script_id, _content(draft, choice, newest), record)
    await _tell(visit, "script_finished", script_id, script.study_id, {"number": version.number})
    await events.append(
        visit, "script.finished", script_id, study_id=script.study_id, script_id=script_id, number=version.number
    )
    return await read_version(visit, script_id, version.number)


async def reopen_script(visit: Visit, script_id: UUID, reopening: Reopening) -> Version:
    """Begin the next version of a finished script; the sealed one stays as it is.

    Raises `NotFound`, `NotFinished`.
    """
    script = await lock_script(visit, script_id)
    if script.phase != "finished":
        raise NotFinished
    version = await keep_reopening(visit, script_id, reopening.reason)
    await _tell(visit, "script_reopened", script_id, script.study_id, {"number": version.number})
    await events.append(
        visit, "script.reopened", script_id, study_id=script.study_id, script_id=script_id, number=version.number
    )
    return version


def gates(draft: Draft, newest: Round | None) -> tuple[Fault, ...]:
    """Everything that stands between a draft and its seal, each with the gate's name as path."""
    unmet = []
    if not any(item.kind in _SPOKEN for item in draft.items):
        unmet.append(Fault("gate.empty", "Nothing would be said in the interview. Add a question or a statement."))
    if newest is None:
        unmet.append(Fault("gate.judged", "Nobody has judged the script. Open a round and let the departments judge."))
    elif newest.state == "open":
        unmet.append(Fault("gate.judged", "A round is still open. Close it first."))
    elif draft.script.phase != "decide":
        unmet.append(Fault("gate.judged", "The script was reopened after its last round. Open a new round."))
    return tuple(unmet)


def _unanswered(dissent: Brief) -> tuple[Fault, ...]:
    return tuple(
        Fault(
            "gate.dissent",
            f"{waiting.sentence} Answer it, or take the question out: item {waiting.item_id}, "
            f"department {waiting.department_id}.",
        )
        for waiting in dissent.unanswered
    )


def _content(draft: Draft, choice: Choice, newest: Round) -> SealedContent:
    names = draft.departments

    def name(department_id: UUID | None) -> str:
        return names.get(department_id, "") if department_id else ""

    return SealedContent(
        script=document(draft, without=frozenset(item.item_id for item in choice.left_out)),
        picks=tuple(Pick(pick.text, name(pick.department_id), str(pick.minutes), pick.phase) for pick in choice.picks),
        left_out=tuple(
            LeftOut(item.text, name(item.department_id), item.sentence.replace(quoted(item.text), "It", 1))
            for item in choice.left_out
        ),
        settings=msgspec.to_builtins(newest.settings),
    )


async def _tell(visit: Visit, moment: str, script_id: UUID, study_id: UUID, facts: dict[str, Any]) -> None:
    await publish(visit, moment, object_id=script_id, subject_id=script_id, study_id=study_id, facts=facts)
