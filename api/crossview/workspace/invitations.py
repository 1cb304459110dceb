"""Invitations: a link that makes one person a member, once."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from crossview.foundation import events
from crossview.foundation.auth import LINK_PREFIX, TOKEN_PREFIX, digest, new_secret
from crossview.foundation.db import Database, Visit, refusing
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, NotSignedIn, Refusal
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.permissions import Role
from crossview.foundation.sql import statements
from crossview.foundation.texts import Address, Name
from crossview.workspace.departments import require_department
from crossview.workspace.members import Member, may_manage, read_member
from crossview.workspace.tokens import TOKEN_DAYS, store_token

sql = statements(__package__, "workspace.sql")

INVITATION_DAYS = 14


class UnknownInvitation(Refusal):
    """This invitation was used, withdrawn, has expired or never was. Ask for a new one."""

    status = 404
    code = "unknown_invitation"


class MemberExists(Refusal):
    """Somebody with this address is a member already. Sign in with the token you have, or ask for another address."""

    status = 409
    code = "member_exists"


class InvitationSettled(Refusal):
    """The invitation was accepted or withdrawn before. Nothing is left to withdraw."""

    status = 409
    code = "invitation_settled"


class Invitation(msgspec.Struct, frozen=True):
    """An invitation as its sender sees it; `version` is 1 while it is open and 2 when it is settled."""

    id: UUID
    email: str
    role: Role
    department_id: UUID | None
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None
    created_at: datetime
    version: int


class NewInvitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is invited, and as what."""

    email: Address
    role: Role
    department_id: UUID | None = None


class SentInvitation(msgspec.Struct, frozen=True):
    """A fresh invitation with its link, which is shown this once."""

    invitation: Invitation
    link: str


class Acceptance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The link that came with the invitation, and the name one wants to be known by."""

    link: Annotated[str, Meta(min_length=8, max_length=200, pattern=r"^cvi_[A-Za-z0-9_-]+$(?!\n)")]
    name: Name


class Welcome(msgspec.Struct, frozen=True):
    """A new member and the first token, which is shown this once."""

    member: Member
    token: str


async def invite(visit: Visit, new: NewInvitation) -> SentInvitation:
    """Invite somebody. Raises `RoleAboveOwn`, `OutsideOwnDepartment`, `UnknownReference`."""
    may_manage(visit, new.role, new.department_id)
    await require_department(visit, new.department_id, "$.department_id")
    link = new_secret(LINK_PREFIX)
    invitation = await visit.one(
        Invitation,
        sql["create_invitation"],
        visit.workspace_id,
        new.email,
        new.role.value,
        new.department_id,
        link.hash,
        visit.actor.member_id if visit.actor.member_id.int else None,
        visit.now + timedelta(days=INVITATION_DAYS),
    )
    assert invitation is not None
    await events.append(visit, "invitation.sent", invitation.id, role=new.role.value)
    return SentInvitation(invitation=invitation, link=link.text)


async def list_invitations(visit: Visit, cursor: str | None, limit: int) -> Page[Invitation]:
    """All invitations, newest first."""
    before = after_cursor(cursor, UUID)
    rows = await visit.many(Invitation, sql["list_invitations"], visit.workspace_id, before, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.id))


async def revoke_invitation(visit: Visit, invitation_id: UUID, expected: int) -> None:
    """Withdraw an open invitation. Raises `NotFound`, `StaleVersion`, `InvitationSettled`, and as `invite` does."""
    invitation = await visit.one(Invitation, sql["lock_invitation"], visit.workspace_id, invitation_id)
    if invitation is None:
        raise NotFound(thing="invitation")
    may_manage(visit, invitation.role, invitation.department_id)
    same_version(invitation, expected)
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise InvitationSettled
    await visit.run(sql["revoke_invitation"], visit.workspace_id, invitation_id, visit.now)
    await events.append(visit, "invitation.revoked", invitation_id)


async def accept(database: Database, acceptance: Acceptance) -> Welcome:
    """Turn a link into a member with a first token; of two at once, one wins.

    Raises `UnknownInvitation`, `MemberExists`.
    """
    try:
        async with database.visit_by_invitation(digest(acceptance.link)) as (visit, invitation_id):
            invitation = await visit.one(Invitation, sql["lock_invitation"], visit.workspace_id, invitation_id)
            if invitation is None or invitation.accepted_at is not None or invitation.revoked_at is not None:
                raise UnknownInvitation
            with refusing("member_email_taken", MemberExists()):
                member_id = await visit.value(
                    sql["create_member"],
                    visit.workspace_id,
                    invitation.department_id,
                    acceptance.name,
                    invitation.email,
                    invitation.role.value,
                )
            await visit.run(sql["settle_invitation"], visit.workspace_id, invitation_id, visit.now)
            token = new_secret(TOKEN_PREFIX)
            await store_token(visit, member_id, "first token", token, None, visit.now + timedelta(days=TOKEN_DAYS))
            await events.append(visit, "member.joined", member_id, role=invitation.role.value)
            return Welcome(member=await read_member(visit, member_id), token=token.text)
    except NotSignedIn as error:
        raise UnknownInvitation from error
