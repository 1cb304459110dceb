"""Who acts: tokens, and the member behind one.

A token is `cv_` and 256 random bits; only its SHA-256 is stored, which is enough for a secret that nobody chose by hand.
"""

import hashlib
import secrets
from uuid import UUID

import msgspec

from crossview.foundation.errors import NotAllowed, NotSignedIn
from crossview.foundation.permissions import Permission, Reach, Role, effective_reach

TOKEN_PREFIX = "cv_"
LINK_PREFIX = "cvi_"
_SHOWN = 8


class Secret(msgspec.Struct, frozen=True):
    """A fresh secret: `text` is shown once, `hash` is stored, `prefix` lets its owner recognise it in a list."""

    text: str
    hash: bytes
    prefix: str


class Actor(msgspec.Struct, frozen=True):
    """The member that a token speaks for, inside one workspace."""

    workspace_id: UUID
    member_id: UUID
    department_id: UUID | None
    role: Role
    scopes: tuple[str, ...] | None

    def reach(self, permission: Permission) -> Reach:
        """How far the actor may go: ALL or OWN. Raises `NotAllowed` where the answer would be NEVER."""
        found = effective_reach(self.role, permission, self.scopes)
        if found is Reach.NEVER:
            raise NotAllowed(role=self.role, permission=permission)
        return found

    def as_operator(self) -> "Actor":
        """The same, with an owner's rights: for the command line of whoever runs the server."""
        return msgspec.structs.replace(self, role=Role.OWNER)


def new_secret(prefix: str) -> Secret:
    """A fresh token (`TOKEN_PREFIX`) or invitation link (`LINK_PREFIX`)."""
    text = prefix + secrets.token_urlsafe(32)
    return Secret(text=text, hash=digest(text), prefix=text[: len(prefix) + _SHOWN])


def digest(secret: str) -> bytes:
    """What is stored and looked up in place of a secret: its SHA-256, 32 bytes."""
    return hashlib.sha256(secret.encode()).digest()


def bearer(authorization: str | None) -> str:
    """The token in an `Authorization` header (RFC 6750). Raises `NotSignedIn` when there is none."""
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token.startswith(TOKEN_PREFIX) or not token.isascii():
        raise NotSignedIn
    return token
