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
from crossview.scripts.outline import Draft, read_draft
from crossview.scripts.scripts import lock_draft, lock_script
from crossview.votes.brief import Brief, brief_of
from crossview.votes.content import sealed_content
from crossview.votes.rounds import Round, newest_round
from crossview.votes.selection import choose
from crossview.votes.signoffs import sign_offs_of, unmet
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
    unjudged = gates(draft, newest)
    if unjudged or newest is None:
        raise NotReady(faults=unjudged)
    judging = await read_judging(visit, draft, newest)
    choice = await choose(visit, judging)
    content = sealed_content(draft, choice, newest)
    dissent = await brief_of(visit, judging, choice)
    sign_offs = await sign_offs_of(visit, judging, content)
    unheard = (*_unanswered(dissent), *(Fault("gate.sign_off", told) for told in unmet(sign_offs, draft.departments)))
    if unheard:
        raise NotReady(faults=unheard)
    record = {
        "round": newest.number,
        "order": judging.order,
        "choice": msgspec.to_builtins(choice),
        "dissent": msgspec.to_builtins(dissent),
        "sign_offs": msgspec.to_builtins(sign_offs),
    }
    version = await keep_version(visit, script_id, content, record)
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


async def _tell(visit: Visit, moment: str, script_id: UUID, study_id: UUID, facts: dict[str, Any]) -> None:
    await publish(visit, moment, object_id=script_id, subject_id=script_id, study_id=study_id, facts=facts)
