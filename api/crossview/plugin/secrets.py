"""Secrets of connections at rest: sealed with keys that the operator holds, bound to the connection they belong to."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SealBroken(Exception):
    """Sealed secrets cannot be opened; the message says what the operator or administrator can do."""


class _Sealed(msgspec.Struct, frozen=True):
    workspace_id: str
    connection_id: str
    secrets: dict[str, Any]


class SecretBox:
    """Seals and opens the secrets of connections.

    `keys` are Fernet keys (32 bytes in URL-safe base64), newest first: the first seals, all open. Raises `ValueError`
    when there is none or one is malformed.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("at least one key is needed; make one with `cryptography.fernet.Fernet.generate_key()`")
        self._keys = MultiFernet([Fernet(key) for key in keys])

    def seal(self, workspace_id: str, connection_id: str, secrets: Mapping[str, Any]) -> bytes:
        """The secrets as a token that only this connection can open."""
        return self._keys.encrypt(msgspec.json.encode(_Sealed(workspace_id, connection_id, dict(secrets))))

    def open(self, workspace_id: str, connection_id: str, sealed: bytes) -> dict[str, Any]:
        """The secrets of this connection. Raises `SealBroken` for a wrong key or another connection's token."""
        try:
            content = msgspec.json.decode(self._keys.decrypt(sealed), type=_Sealed)
        except InvalidToken:
            raise SealBroken(
                "none of the configured keys opens these secrets; add the key they were sealed with, "
                "or enter the secrets of the connection again"
            ) from None
        if (content.workspace_id, content.connection_id) != (workspace_id, connection_id):
            raise SealBroken("these secrets belong to another connection; enter the secrets of this one again")
        return content.secrets

    def rotate(self, sealed: bytes) -> bytes:
        """The same secrets under the newest key. Raises `SealBroken` when no key opens them."""
        try:
            return self._keys.rotate(sealed)
        except InvalidToken:
            raise SealBroken("none of the configured keys opens these secrets; they cannot be rotated") from None
