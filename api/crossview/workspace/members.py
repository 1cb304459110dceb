"""Members: the people of a workspace, each with one role and at most one home department."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, Refusal, UnknownReference
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.permissions import Role, may_grant
from crossview.foundation.sql import statements
from crossview.foundation.texts import Name, changed
from crossview.workspace.departments import require_department

sql = statements(__package__, "workspace.sql")


class RoleAboveOwn(Refusal):
    """The role `{granted}` is above your own. Ask somebody who holds it."""

    status = 403
    code = "role_above_own"


class OutsideOwnDepartment(Refusal):
    """A lead manages the people of the own department only. Ask an administrator."""

    status = 403
    code = "outside_own_department"


class LastOwner(Refusal):
    """A workspace keeps at least one owner. Make somebody else an owner first."""

    status = 409
    code = "last_owner"


class Member(msgspec.Struct, frozen=True):
    """A member of the workspace."""

    id: UUID
    name: str
    email: str
    role: Role
    department_id: UUID | None
    version: int
    created_at: datetime


class MemberChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes about a member."""

    name: Name | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    department_id: UUID | UnsetType | None = UNSET


async def list_members(visit: Visit, cursor: str | None, limit: int) -> Page[Member]:
    """The active members in the order in which they joined."""
    after = after_cursor(cursor, UUID)
    rows = await visit.many(Member, sql["list_members"], visit.workspace_id, after, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.id))


async def read_member(visit: Visit, member_id: UUID) -> Member:
    """One active member. Raises `NotFound`."""
    member = await visit.one(Member, sql["read_member"], visit.workspace_id, member_id)
    if member is None:
        raise NotFound(thing="member")
    return member


async def change_member(visit: Visit, member_id: UUID, expected: int, change: MemberChange) -> Member:
    """Change name, role or home department; it holds from the member's next request on.

    Raises `NotFound`, `StaleVersion`, `UnknownReference`, `RoleAboveOwn`, `OutsideOwnDepartment`, `LastOwner`.
    """
    # Owners are locked together, so that two of them cannot demote each other at the same moment.
    await visit.many(Member, sql["lock_owners"], visit.workspace_id)
    await visit.run(sql["lock_member"], visit.workspace_id, member_id)
    current = await read_member(visit, member_id)
    same_version(current, expected)
    after = changed(current, change)
    may_manage(visit, after.role, current.department_id)
    may_manage(visit, current.role, after.department_id)
    await require_department(visit, after.department_id, "$.department_id")
    if current.role is Role.OWNER and after.role is not Role.OWNER:
        owners = await visit.value(sql["count_owners"], visit.workspace_id)
        if owners == 1:
            raise LastOwner
    await visit.run(
        sql["change_member"], visit.workspace_id, member_id, after.name, after.role.value, after.department_id
    )
    await events.append(visit, "member.changed", member_id, role=after.role.value)
    return await read_member(visit, member_id)


def may_manage(visit: Visit, role: Role, department_id: UUID | None) -> None:
    """Raises `RoleAboveOwn` or `OutsideOwnDepartment` when the actor may not give `role` in that department."""
    if not may_grant(visit.actor.role, role):
        raise RoleAboveOwn(granted=role.value)
    if not visit.everywhere and (department_id is None or department_id != visit.actor.department_id):
        raise OutsideOwnDepartment


async def require_member(visit: Visit, member_id: UUID, path: str) -> Member:
    """The member that a body names at `path`. Raises `UnknownReference`."""
    member = await visit.one(Member, sql["read_member"], visit.workspace_id, member_id)
    if member is None:
        raise UnknownReference(path=path, thing="member")
    return member
