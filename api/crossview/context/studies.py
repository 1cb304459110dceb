"""Studies: one research goal each, with the departments that are invited to it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, Refusal, UnknownReference
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.permissions import Permission, Reach, reach
from crossview.foundation.sql import statements
from crossview.foundation.texts import Prose, Title, changed

sql = statements(__package__, "context.sql")

Departments: TypeAlias = Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=100)]


class OwnDepartmentMissing(Refusal):
    """`$.departments` leaves out your own department, and you would lose sight of the study. Add it to the list.

    You see the studies to which your department is invited. Somebody without a department asks a lead for one first.
    """

    status = 422
    code = "own_department_missing"


class Stage(StrEnum):
    """How far along the thing is that the study asks about."""

    DISCOVERY = "discovery"
    CONCEPT = "concept"
    PROTOTYPE = "prototype"
    BETA = "beta"
    LIVE = "live"


class Study(msgspec.Struct, frozen=True):
    """A study; `departments` are the ids of the invited ones, in ascending order."""

    id: UUID
    title: str
    goal: str
    stage: Stage
    departments: tuple[UUID, ...]
    created_by: UUID
    version: int
    created_at: datetime


class NewStudy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A study to be. Without `departments` all departments of the workspace are invited."""

    title: Title
    goal: Prose = ""
    stage: Stage = Stage.DISCOVERY
    departments: Departments | UnsetType = UNSET


class StudyChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes about a study."""

    title: Title | UnsetType = UNSET
    goal: Prose | UnsetType = UNSET
    stage: Stage | UnsetType = UNSET
    departments: Departments | UnsetType = UNSET


async def open_study(visit: Visit, new: NewStudy) -> Study:
    """Open a study and invite departments to it. Raises `UnknownReference`, `OwnDepartmentMissing`."""
    invited = await _invited(visit, new.departments)
    study_id: UUID = await visit.value(
        sql["create_study"], visit.workspace_id, new.title, new.goal, new.stage.value, visit.actor.member_id
    )
    await visit.run(sql["invite_departments"], visit.workspace_id, study_id, invited)
    await events.append(visit, "study.opened", study_id, study_id=study_id)
    return await find_study(visit, study_id)


async def list_studies(visit: Visit, cursor: str | None, limit: int) -> Page[Study]:
    """The studies that the actor may see, newest first."""
    before = after_cursor(cursor, UUID)
    rows = await visit.many(Study, sql["list_studies"], visit.workspace_id, *_sight(visit), before, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.id))


async def find_study(visit: Visit, study_id: UUID) -> Study:
    """One study that the actor may see. Raises `NotFound`."""
    study = await study_in_sight(visit, study_id)
    if study is None:
        raise NotFound(thing="study")
    return study


async def require_study(visit: Visit, study_id: UUID, path: str) -> Study:
    """The study that a body names at `path`. Raises `UnknownReference`."""
    study = await study_in_sight(visit, study_id)
    if study is None:
        raise UnknownReference(path=path, thing="study")
    return study


async def lock_study(visit: Visit, study_id: UUID) -> Study:
    """The same as `find_study`, with its row locked until the transaction ends. Raises `NotFound`."""
    await visit.run(sql["lock_study"], visit.workspace_id, study_id)
    return await find_study(visit, study_id)


async def change_study(visit: Visit, study_id: UUID, expected: int, change: StudyChange) -> Study:
    """Change a study or whom it invites; what a department wrote stays when it is no longer invited.

    Raises `NotFound`, `StaleVersion`, `UnknownReference`, `OwnDepartmentMissing`.
    """
    current = await lock_study(visit, study_id)
    same_version(current, expected)
    after = changed(current, change)
    if change.departments is not UNSET:
        invited = await _invited(visit, change.departments)
        await visit.run(sql["withdraw_departments"], visit.workspace_id, study_id, invited)
        await visit.run(sql["invite_departments"], visit.workspace_id, study_id, invited)
    await visit.run(sql["change_study"], visit.workspace_id, study_id, after.title, after.goal, after.stage.value)
    await events.append(visit, "study.changed", study_id, study_id=study_id)
    return await find_study(visit, study_id)


async def study_in_sight(visit: Visit, study_id: UUID) -> Study | None:
    """The study, or None when there is none or the actor may not see it."""
    return await visit.one(Study, sql["find_study"], visit.workspace_id, *_sight(visit), study_id)


def _sight(visit: Visit) -> tuple[bool, UUID | None]:
    """Whether every study is in sight, and the department whose studies are in sight otherwise.

    An editor may create scripts everywhere, yet only in studies that an editor can read.
    """
    return visit.everywhere and not _reads_own_only(visit), visit.actor.department_id


def _reads_own_only(visit: Visit) -> bool:
    return reach(visit.actor.role, Permission.READ_STUDY) is Reach.OWN


async def _invited(visit: Visit, named: tuple[UUID, ...] | UnsetType) -> list[UUID]:
    if named is UNSET:
        departments: list[UUID] = await visit.value(sql["all_departments"], visit.workspace_id)
    else:
        departments = list(named)
        unknown: int | None = await visit.value(sql["first_unknown_department"], visit.workspace_id, departments)
        if unknown is not None:
            raise UnknownReference(path=f"$.departments[{unknown}]", thing="department")
    if _reads_own_only(visit) and visit.actor.department_id not in departments:
        raise OwnDepartmentMissing
    return departments
