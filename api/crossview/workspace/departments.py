"""Departments: the sides that a question is seen from, each counting alike."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from crossview.foundation import events
from crossview.foundation.db import Visit, refusing
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, Refusal, UnknownReference
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.sql import statements
from crossview.foundation.texts import Name, changed

sql = statements(__package__, "workspace.sql")


class DepartmentExists(Refusal):
    """There is a department called "{name}" already. Take that one, or another name."""

    status = 409
    code = "department_exists"


class Department(msgspec.Struct, frozen=True):
    """A department; `people` counts its active members."""

    id: UUID
    name: str
    people: int
    version: int
    created_at: datetime


class NewDepartment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A department to be."""

    name: Name


class DepartmentChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes about a department."""

    name: Name | UnsetType = UNSET


async def create_department(visit: Visit, new: NewDepartment) -> Department:
    """Add a department. Raises `DepartmentExists`."""
    with refusing("department_name_taken", DepartmentExists(name=new.name)):
        department = await visit.one(Department, sql["create_department"], visit.workspace_id, new.name)
    assert department is not None
    await events.append(visit, "department.created", department.id)
    return department


async def list_departments(visit: Visit, cursor: str | None, limit: int) -> Page[Department]:
    """The departments in the order in which they were made."""
    after = after_cursor(cursor, UUID)
    rows = await visit.many(Department, sql["list_departments"], visit.workspace_id, after, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.id))


async def read_department(visit: Visit, department_id: UUID) -> Department:
    """One department. Raises `NotFound`."""
    department = await visit.one(Department, sql["read_department"], visit.workspace_id, department_id)
    if department is None:
        raise NotFound(thing="department")
    return department


async def change_department(visit: Visit, department_id: UUID, expected: int, change: DepartmentChange) -> Department:
    """Rename a department. Raises `NotFound`, `StaleVersion`, `DepartmentExists`."""
    await visit.run(sql["lock_department"], visit.workspace_id, department_id)
    current = await read_department(visit, department_id)
    same_version(current, expected)
    after = changed(current, change)
    with refusing("department_name_taken", DepartmentExists(name=after.name)):
        await visit.run(sql["change_department"], visit.workspace_id, department_id, after.name)
    await events.append(visit, "department.changed", department_id)
    return await read_department(visit, department_id)


async def require_department(visit: Visit, department_id: UUID | None, path: str) -> None:
    """Check a department that a body names at `path`. Raises `UnknownReference`."""
    if department_id is not None and not await visit.value(sql["department_exists"], visit.workspace_id, department_id):
        raise UnknownReference(path=path, thing="department")
