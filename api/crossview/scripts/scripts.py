"""Scripts: what a study's interviews are held by, from the first draft on."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossview.context.studies import find_study
from crossview.foundation import events
from crossview.foundation.db import Call, Visit
from crossview.foundation.door import Written, encode, same_version, written
from crossview.foundation.errors import NotFound, Refusal
from crossview.foundation.pages import after_cursor, cursor_at
from crossview.foundation.sql import statements
from crossview.foundation.texts import changed, composed

sql = statements(__package__, "scripts.sql")

Phase = Literal["propose", "judge", "decide", "finished"]
ScriptTitle = Annotated[
    str, Meta(min_length=1, max_length=2_000, pattern=r"^[^\s\u0000-\u001f][^\u0000-\u001f\u2028\u2029]*$(?!\n)")
]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$(?!\n)", max_length=35)]
SessionMinutes = Annotated[int, Meta(ge=1, le=1_440)]

DEFAULT_SESSION_MINUTES = 60


class ScriptFinished(Refusal):
    """The script is finished and stays as it is. Reopen it to make a next version."""

    status = 409
    code = "script_finished"


class NoDepartments(Refusal):
    """No department is invited to this study, so nobody could judge. Invite departments to the study first."""

    status = 409
    code = "no_departments"


class Script(msgspec.Struct, frozen=True):
    """A script without its sections; `version` rises with each edit of any part, never with a ballot."""

    id: UUID
    study_id: UUID
    title: str
    language: str
    session_minutes: int | None
    phase: Phase
    departments: tuple[UUID, ...]
    created_by: UUID
    version: int
    created_at: datetime
    updated_at: datetime


class WrittenPage(msgspec.Struct, frozen=True):
    """Scripts as JSON with commas between, and the one after which the next page begins, None on the last page."""

    items: str
    next_after: UUID | None


class NewScript(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A script to be, empty; `session_minutes` is the length promised to the participant."""

    title: ScriptTitle
    language: Language = "en"
    session_minutes: SessionMinutes | None = DEFAULT_SESSION_MINUTES


class ScriptChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes about a script itself."""

    title: ScriptTitle | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    session_minutes: SessionMinutes | UnsetType | None = UNSET


async def create_script(visit: Visit, study_id: UUID, new: NewScript) -> Script:
    """Open an empty script; the departments of the study are invited to it.

    Raises `NotFound`, `NoDepartments`.
    """
    new = composed(new)
    study = await find_study(visit, study_id)
    if not study.departments:
        raise NoDepartments
    script_id: UUID = await visit.value(
        sql["create_script"],
        visit.workspace_id,
        study_id,
        new.title,
        new.language,
        new.session_minutes,
        visit.actor.member_id,
    )
    await visit.run(sql["invite_departments"], visit.workspace_id, script_id, list(study.departments))
    await events.append(visit, "script.created", script_id, study_id=study_id, script_id=script_id)
    return await find_script(visit, script_id)


async def list_scripts(call: Call, study_id: UUID | None, cursor: str | None, limit: int) -> Written:
    """A page of the scripts that one may read, newest first; of one study when `study_id` is given.

    Raises `InvalidCursor`.
    """
    page = await call.one(WrittenPage, sql["list_scripts"], study_id, after_cursor(cursor, UUID), limit)
    following = None if page.next_after is None else cursor_at(page.next_after)
    return written(b'{"items":[%b],"next_cursor":%b}' % (page.items.encode(), encode(following)))


async def find_script(visit: Visit, script_id: UUID) -> Script:
    """A script that the actor may reach. Raises `NotFound`."""
    script = await visit.one(
        Script, sql["find_script"], visit.workspace_id, script_id, visit.everywhere, visit.actor.department_id
    )
    if script is None:
        raise NotFound(thing="script")
    return script


async def lock_script(visit: Visit, script_id: UUID) -> Script:
    """The script, held until the transaction ends: edits, rounds and finishing take turns. Raises `NotFound`."""
    await visit.run(sql["lock_script"], visit.workspace_id, script_id)
    return await find_script(visit, script_id)


async def lock_draft(visit: Visit, script_id: UUID) -> Script:
    """The script, held for an edit. Raises `NotFound`, `ScriptFinished`."""
    script = await lock_script(visit, script_id)
    if script.phase == "finished":
        raise ScriptFinished
    return script


async def touch_script(visit: Visit, script_id: UUID) -> None:
    """Count an edit of any part of a script."""
    await visit.run(sql["touch_script"], visit.workspace_id, script_id)


async def change_script(visit: Visit, script_id: UUID, expected: int, change: ScriptChange) -> Script:
    """Change title, language or length. Raises `NotFound`, `ScriptFinished`, `StaleVersion`."""
    current = await lock_draft(visit, script_id)
    same_version(current, expected)
    after = changed(current, composed(change))
    await visit.run(
        sql["change_script"], visit.workspace_id, script_id, after.title, after.language, after.session_minutes
    )
    await events.append(visit, "script.changed", script_id, study_id=current.study_id, script_id=script_id)
    return await find_script(visit, script_id)
