"""Found a workspace: the operator's way in, before anybody has a token."""

from uuid import UUID

from crossview.foundation import events
from crossview.foundation.db import Database
from crossview.foundation.permissions import Reach, Role
from crossview.foundation.sql import statements
from crossview.workspace.invitations import NewInvitation, SentInvitation, invite

sql = statements(__package__, "workspace.sql")


async def found_workspace(database: Database, name: str, email: str) -> tuple[UUID, SentInvitation]:
    """Make a workspace and invite its first owner. Returns its id and the invitation."""
    async with database.outside() as connection:
        workspace_id: UUID = await connection.fetchval(sql["draw_workspace_id"])
    async with database.visit_as_service(workspace_id) as visit:
        await visit.run(sql["create_workspace"], workspace_id, name)
        await events.append(visit, "workspace.founded", workspace_id)
    return workspace_id, await invite_as_operator(database, workspace_id, email, Role.OWNER)


async def invite_as_operator(database: Database, workspace_id: UUID, email: str, role: Role) -> SentInvitation:
    """Invite somebody into a workspace that stands, without a member's rights."""
    async with database.visit_as_service(workspace_id) as visit:
        visit.actor, visit.reach = visit.actor.as_operator(), Reach.ALL
        return await invite(visit, NewInvitation(email=email, role=role))
