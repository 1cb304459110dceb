"""Tokens and who is behind them."""

import hashlib
from uuid import UUID

import pytest

from crossview.foundation.auth import LINK_PREFIX, TOKEN_PREFIX, Actor, bearer, new_secret
from crossview.foundation.errors import NotAllowed, NotSignedIn
from crossview.foundation.permissions import Permission, Reach, Role


def actor(role: Role, scopes: tuple[str, ...] | None = None) -> Actor:
    return Actor(UUID(int=1), UUID(int=2), UUID(int=3), role, scopes)


@pytest.mark.parametrize("prefix", [TOKEN_PREFIX, LINK_PREFIX])
def test_secret_is_256_random_bits_behind_its_prefix(prefix: str) -> None:
    secret = new_secret(prefix)

    assert secret.text.startswith(prefix)
    assert len(secret.text) == len(prefix) + 43
    assert secret.hash == hashlib.sha256(secret.text.encode()).digest()
    assert secret.prefix == secret.text[: len(prefix) + 8]


def test_two_secrets_differ_in_what_is_shown_of_them() -> None:
    assert new_secret(TOKEN_PREFIX).prefix != new_secret(TOKEN_PREFIX).prefix


@pytest.mark.parametrize("header", ["Bearer cv_abc", "bearer cv_abc", "BEARER   cv_abc  "])
def test_bearer_is_the_token_of_the_header(header: str) -> None:
    assert bearer(header) == "cv_abc"


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "cv_abc", "Basic cv_abc", "Bearer abc", "Bearer cvi_abc", "Bearer cv_ä"]
)
def test_header_without_a_token_is_refused(header: str | None) -> None:
    with pytest.raises(NotSignedIn):
        bearer(header)


def test_actor_reaches_as_far_as_the_table_says() -> None:
    assert actor(Role.OWNER).reach(Permission.EDIT_SCRIPT) is Reach.ALL
    assert actor(Role.EDITOR).reach(Permission.EDIT_SCRIPT) is Reach.OWN


def test_actor_who_may_not_is_told_role_and_permission() -> None:
    with pytest.raises(NotAllowed) as refused:
        actor(Role.OWNER, ("read_script",)).reach(Permission.EDIT_SCRIPT)

    assert refused.value.values == {"role": Role.OWNER, "permission": Permission.EDIT_SCRIPT}


def test_operator_acts_as_an_owner_of_the_same_workspace() -> None:
    assert actor(Role.SERVICE).as_operator() == actor(Role.OWNER)
