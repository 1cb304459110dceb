"""The workspace itself: the wall around everything that a company does here."""

from datetime import datetime
from uuid import UUID

import msgspec

from crossview.foundation.auth import Actor
from crossview.foundation.db import Visit
from crossview.foundation.sql import statements

sql = statements(__package__, "workspace.sql")


class Workspace(msgspec.Struct, frozen=True):
    """A workspace."""

    id: UUID
    name: str
    version: int
    created_at: datetime


class Self(msgspec.Struct, frozen=True):
    """Who the token speaks for, and where."""

    member_id: UUID
    name: str
    email: str
    role: str
    department_id: UUID | None
    workspace_id: UUID
    workspace_name: str


async def read_workspace(visit: Visit) -> Workspace:
    """The workspace of this token."""
    workspace = await visit.one(Workspace, sql["read_workspace"], visit.workspace_id)
    assert workspace is not None, "a token always has its workspace"
    return workspace


async def read_self(visit: Visit) -> Self:
    """The member behind this token."""
    actor: Actor = visit.actor
    found = await visit.one(Self, sql["read_self"], actor.workspace_id, actor.member_id)
    assert found is not None, "a token always has its member"
    return found
