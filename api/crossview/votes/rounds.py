"""Rounds: the time in which the members of all departments judge the questions of a script."""

import secrets
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from crossview.foundation import events
from crossview.foundation.db import Visit, refusing
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, Refusal
from crossview.foundation.sql import statements
from crossview.scripts.lifecycle import enter_phase
from crossview.scripts.scripts import find_script, lock_draft, lock_script
from crossview.votes.equal_shares import Settings

sql = statements(__package__, "votes.sql")

LOT_BYTES = 32


class RoundOpenAlready(Refusal):
    """A round is open on this script. Close it first."""

    status = 409
    code = "round_open_already"


class RoundClosed(Refusal):
    """No round is open on this script, so nothing can be judged now. Ask for a new round."""

    status = 409
    code = "round_closed"


class Round(msgspec.Struct, frozen=True):
    """A round; `rosters` counts the people of each department when it was closed, null while it is open."""

    id: UUID
    script_id: UUID
    number: int
    state: Literal["open", "closed"]
    settings: Settings
    departments: tuple[UUID, ...]
    rosters: dict[str, int] | None
    opened_by: UUID
    opened_at: datetime
    closed_by: UUID | None
    closed_at: datetime | None
    version: int


class NewRound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A round to be; its settings cannot change once it is open."""

    settings: Settings = Settings()


async def open_round(visit: Visit, script_id: UUID, new: NewRound) -> Round:
    """Let the members judge: freezes departments and settings, draws the lot of the last tie-break.

    Raises `NotFound`, `ScriptFinished`, `RoundOpenAlready`.
    """
    script = await lock_draft(visit, script_id)
    with refusing("round_open_already", RoundOpenAlready()):
        round_id: UUID = await visit.value(
            sql["open_round"],
            visit.workspace_id,
            script_id,
            _settings(new.settings),
            list(script.departments),
            secrets.token_bytes(LOT_BYTES),
            visit.actor.member_id,
        )
    await enter_phase(visit, script_id, "judge")
    await events.append(visit, "round.opened", round_id, study_id=script.study_id, script_id=script_id)
    return await read_round(visit, round_id)


async def read_round(visit: Visit, round_id: UUID) -> Round:
    """One round of a script that the actor may reach. Raises `NotFound`."""
    found = await visit.one(Round, sql["read_round"], visit.workspace_id, round_id)
    if found is None:
        raise NotFound(thing="round")
    await find_script(visit, found.script_id)
    return found


async def list_rounds(visit: Visit, script_id: UUID) -> tuple[Round, ...]:
    """The rounds of a script, newest first. Raises `NotFound`."""
    await find_script(visit, script_id)
    return tuple(await visit.many(Round, sql["list_rounds"], visit.workspace_id, script_id))


async def close_round(visit: Visit, round_id: UUID, expected: int) -> Round:
    """End the judging: from here on no ballot is accepted, and the rosters are counted.

    Voters share the ballot box, so this waits for the ballots that are being written and shuts out those that come.
    Raises `NotFound`, `StaleVersion`, `RoundClosed`.
    """
    script_id = (await read_round(visit, round_id)).script_id
    script = await lock_script(visit, script_id)
    await visit.run(sql["close_ballot_box"], script_id)
    current = await read_round(visit, round_id)
    same_version(current, expected)
    if current.state == "closed":
        raise RoundClosed
    await visit.run(sql["close_round"], visit.workspace_id, round_id, visit.actor.member_id)
    await enter_phase(visit, script_id, "decide")
    await events.append(visit, "round.closed", round_id, study_id=script.study_id, script_id=script_id)
    return await read_round(visit, round_id)


async def newest_round(visit: Visit, script_id: UUID) -> Round | None:
    """The newest round of a script, open or closed, None before the first."""
    return await visit.one(Round, sql["newest_round"], visit.workspace_id, script_id)


def _settings(settings: Settings) -> Any:
    return msgspec.to_builtins(settings)
