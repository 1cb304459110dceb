"""API tokens: what a program shows to act for a member, narrowed by scopes, for a limited time."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from crossview.foundation import events
from crossview.foundation.auth import TOKEN_PREFIX, Secret, new_secret
from crossview.foundation.db import Visit
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, Refusal
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.permissions import Permission, Role
from crossview.foundation.sql import statements
from crossview.foundation.texts import Name
from crossview.workspace.members import may_manage, read_member

sql = statements(__package__, "workspace.sql")

TOKEN_DAYS = 90


class NotAService(Refusal):
    """Only a service account is given a token by somebody else. People make their own at /v1/tokens."""

    status = 409
    code = "not_a_service"


class Token(msgspec.Struct, frozen=True):
    """A token as its owner sees it again; `scopes` is null when it carries all rights of its owner."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[Permission, ...] | None
    expires_at: datetime
    last_used_on: date | None
    created_at: datetime
    version: int


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token to be; `days` is how long it lives."""

    name: Name
    scopes: Annotated[tuple[Permission, ...], Meta(max_length=50)] | None = None
    days: Annotated[int, Meta(ge=1, le=365)] = TOKEN_DAYS


class NewServiceToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token to be for a service account; `scopes` is all that it may do."""

    name: Name
    scopes: Annotated[tuple[Permission, ...], Meta(min_length=1, max_length=50)]
    days: Annotated[int, Meta(ge=1, le=365)] = TOKEN_DAYS


class IssuedToken(msgspec.Struct, frozen=True):
    """A fresh token; `secret` is shown this once."""

    token: Token
    secret: str


async def issue_token(visit: Visit, new: NewToken) -> IssuedToken:
    """Make a token for oneself; it can never do more than the token that makes it."""
    secret = new_secret(TOKEN_PREFIX)
    scopes = _narrowed(visit.actor.scopes, new.scopes)
    token = await store_token(
        visit, visit.actor.member_id, new.name, secret, scopes, visit.now + timedelta(days=new.days)
    )
    await events.append(visit, "token.issued", token.id)
    return IssuedToken(token=token, secret=secret.text)


async def issue_service_token(visit: Visit, member_id: UUID, new: NewServiceToken) -> IssuedToken:
    """Make a token for a service account, which has no rights but those that its token names.

    Raises `NotFound`, `NotAService`, and as `may_manage` does.
    """
    member = await read_member(visit, member_id)
    may_manage(visit, member.role, member.department_id)
    if member.role is not Role.SERVICE:
        raise NotAService
    secret = new_secret(TOKEN_PREFIX)
    token = await store_token(visit, member_id, new.name, secret, new.scopes, visit.now + timedelta(days=new.days))
    await events.append(visit, "token.issued", token.id)
    return IssuedToken(token=token, secret=secret.text)


async def list_tokens(visit: Visit, cursor: str | None, limit: int) -> Page[Token]:
    """One's own live tokens, newest first."""
    before = after_cursor(cursor, UUID)
    rows = await visit.many(
        Token, sql["list_tokens"], visit.workspace_id, visit.actor.member_id, before, limit + 1, visit.now
    )
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.id))


async def revoke_token(visit: Visit, token_id: UUID, expected: int) -> None:
    """Revoke one of one's own tokens; the next request with it is refused. Raises `NotFound`, `StaleVersion`."""
    token = await visit.one(Token, sql["lock_token"], visit.workspace_id, visit.actor.member_id, token_id)
    if token is None:
        raise NotFound(thing="token")
    same_version(token, expected)
    await visit.run(sql["revoke_token"], visit.workspace_id, token_id, visit.now)
    await events.append(visit, "token.revoked", token_id)


async def store_token(
    visit: Visit,
    member_id: UUID,
    name: str,
    secret: Secret,
    scopes: tuple[Permission, ...] | None,
    expires_at: datetime,
) -> Token:
    """Write a token down by its hash."""
    token = await visit.one(
        Token,
        sql["create_token"],
        visit.workspace_id,
        member_id,
        name,
        secret.hash,
        secret.prefix,
        None if scopes is None else [scope.value for scope in scopes],
        expires_at,
    )
    assert token is not None
    return token


def _narrowed(own: tuple[str, ...] | None, asked: tuple[Permission, ...] | None) -> tuple[Permission, ...] | None:
    if own is None:
        return asked
    return tuple(Permission(scope) for scope in own if asked is None or scope in asked)
