"""HTTP of the workspace: departments, members, invitations, tokens, and the feed of events."""

from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from crossview.foundation.door import OpenDoor
from crossview.foundation.errors import InvalidCursor, NotFound, UnknownReference
from crossview.foundation.events import Event, list_events
from crossview.foundation.operations import operation
from crossview.foundation.pages import Cursor, Limit, Page
from crossview.foundation.permissions import Permission
from crossview.workspace import departments, invitations, members, tokens, workspaces


@get("/v1/workspace", **operation("read_workspace", Permission.READ_WORKSPACE))
async def read_workspace(door: OpenDoor) -> Response[workspaces.Workspace]:
    """The workspace of this token."""
    return await door.read(workspaces.read_workspace)


@get("/v1/me", **operation("read_self", Permission.READ_WORKSPACE))
async def read_self(door: OpenDoor) -> Response[workspaces.Self]:
    """Who this token speaks for."""
    return await door.read(workspaces.read_self)


@post(
    "/v1/departments",
    **operation(
        "create_department",
        Permission.MANAGE_MEMBERS,
        departments.DepartmentExists,
        example={"name": "Customer Success"},
    ),
)
async def create_department(
    door: OpenDoor, data: JSONBody[departments.NewDepartment]
) -> Response[departments.Department]:
    """Add a department."""
    return await door.create(departments.create_department, data)


@get("/v1/departments", **operation("list_departments", Permission.READ_WORKSPACE, InvalidCursor))
async def list_departments(
    door: OpenDoor, cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[departments.Department]]:
    """List the departments."""
    return await door.read(departments.list_departments, cursor, limit)


@get("/v1/departments/{department_id:uuid}", **operation("read_department", Permission.READ_WORKSPACE, NotFound))
async def read_department(door: OpenDoor, department_id: FromPath[UUID]) -> Response[departments.Department]:
    """Read one department."""
    return await door.read(departments.read_department, department_id)


@patch(
    "/v1/departments/{department_id:uuid}",
    **operation(
        "change_department",
        Permission.MANAGE_MEMBERS,
        NotFound,
        departments.DepartmentExists,
        needs_version=True,
        example={"name": "Customer Success & Support"},
    ),
)
async def change_department(
    door: OpenDoor, department_id: FromPath[UUID], data: JSONBody[departments.DepartmentChange]
) -> Response[departments.Department]:
    """Rename a department."""
    return await door.change(departments.change_department, department_id, door.expected, data)


@get("/v1/members", **operation("list_members", Permission.READ_WORKSPACE, InvalidCursor))
async def list_members(door: OpenDoor, cursor: Cursor = None, limit: Limit = 50) -> Response[Page[members.Member]]:
    """List the members."""
    return await door.read(members.list_members, cursor, limit)


@get("/v1/members/{member_id:uuid}", **operation("read_member", Permission.READ_WORKSPACE, NotFound))
async def read_member(door: OpenDoor, member_id: FromPath[UUID]) -> Response[members.Member]:
    """Read one member."""
    return await door.read(members.read_member, member_id)


@patch(
    "/v1/members/{member_id:uuid}",
    **operation(
        "change_member",
        Permission.MANAGE_MEMBERS,
        NotFound,
        UnknownReference,
        members.RoleAboveOwn,
        members.OutsideOwnDepartment,
        members.LastOwner,
        needs_version=True,
        example={"role": "lead", "department_id": "0197c0de-5a1e-7000-8000-000000000001"},
    ),
)
async def change_member(
    door: OpenDoor, member_id: FromPath[UUID], data: JSONBody[members.MemberChange]
) -> Response[members.Member]:
    """Change a member's name, role or home department."""
    return await door.change(members.change_member, member_id, door.expected, data)


@post(
    "/v1/invitations",
    **operation(
        "invite",
        Permission.MANAGE_MEMBERS,
        UnknownReference,
        members.RoleAboveOwn,
        members.OutsideOwnDepartment,
        example={"email": "sue@example.com", "role": "editor", "department_id": "0197c0de-5a1e-7000-8000-000000000001"},
    ),
)
async def invite(door: OpenDoor, data: JSONBody[invitations.NewInvitation]) -> Response[invitations.SentInvitation]:
    """Invite somebody into the workspace."""
    return await door.create(invitations.invite, data)


@get("/v1/invitations", **operation("list_invitations", Permission.MANAGE_MEMBERS, InvalidCursor))
async def list_invitations(
    door: OpenDoor, cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[invitations.Invitation]]:
    """List the invitations, newest first."""
    return await door.read(invitations.list_invitations, cursor, limit)


@delete(
    "/v1/invitations/{invitation_id:uuid}",
    **operation(
        "revoke_invitation",
        Permission.MANAGE_MEMBERS,
        NotFound,
        members.RoleAboveOwn,
        members.OutsideOwnDepartment,
        invitations.InvitationSettled,
        needs_version=True,
    ),
)
async def revoke_invitation(door: OpenDoor, invitation_id: FromPath[UUID]) -> Response[None]:
    """Withdraw an open invitation."""
    return await door.remove(invitations.revoke_invitation, invitation_id, door.expected)


@post(
    "/v1/invitations/accept",
    **operation(
        "accept_invitation",
        None,
        invitations.UnknownInvitation,
        invitations.MemberExists,
        example={"link": "cvi_as-it-came-with-the-invitation", "name": "Sue Support"},
    ),
)
async def accept_invitation(state: State, data: JSONBody[invitations.Acceptance]) -> invitations.Welcome:
    """Become a member by the link of an invitation; the answer holds the first token."""
    return await invitations.accept(state.database, data)


@post(
    "/v1/tokens",
    **operation(
        "issue_token",
        Permission.MANAGE_OWN_TOKENS,
        example={"name": "calendar on my laptop", "scopes": ["read_study", "read_script"], "days": 30},
    ),
)
async def issue_token(door: OpenDoor, data: JSONBody[tokens.NewToken]) -> Response[tokens.IssuedToken]:
    """Make a token for yourself."""
    return await door.create(tokens.issue_token, data)


@post(
    "/v1/members/{member_id:uuid}/tokens",
    **operation(
        "issue_service_token",
        Permission.MANAGE_MEMBERS,
        NotFound,
        members.RoleAboveOwn,
        members.OutsideOwnDepartment,
        tokens.NotAService,
        example={"name": "calendar sync", "scopes": ["view_session"], "days": 30},
    ),
)
async def issue_service_token(
    door: OpenDoor, member_id: FromPath[UUID], data: JSONBody[tokens.NewServiceToken]
) -> Response[tokens.IssuedToken]:
    """Make a token for a service account, with the scopes that are all it may do."""
    return await door.create(tokens.issue_service_token, member_id, data)


@get("/v1/tokens", **operation("list_tokens", Permission.MANAGE_OWN_TOKENS, InvalidCursor))
async def list_tokens(door: OpenDoor, cursor: Cursor = None, limit: Limit = 50) -> Response[Page[tokens.Token]]:
    """List your live tokens."""
    return await door.read(tokens.list_tokens, cursor, limit)


@delete(
    "/v1/tokens/{token_id:uuid}",
    **operation("revoke_token", Permission.MANAGE_OWN_TOKENS, NotFound, needs_version=True),
)
async def revoke_token(door: OpenDoor, token_id: FromPath[UUID]) -> Response[None]:
    """Revoke one of your tokens."""
    return await door.remove(tokens.revoke_token, token_id, door.expected)


@get("/v1/events", **operation("list_events", Permission.READ_EVENTS, InvalidCursor))
async def list_workspace_events(door: OpenDoor, cursor: Cursor = None, limit: Limit = 50) -> Response[Page[Event]]:
    """What happened in the workspace, newest first: ids and states, no content."""
    return await door.read(list_events, cursor, limit)


router = Router(
    path="/",
    tags=["Workspace"],
    route_handlers=[
        read_workspace,
        read_self,
        create_department,
        list_departments,
        read_department,
        change_department,
        list_members,
        read_member,
        change_member,
        invite,
        list_invitations,
        revoke_invitation,
        accept_invitation,
        issue_token,
        issue_service_token,
        list_tokens,
        revoke_token,
        list_workspace_events,
    ],
)
