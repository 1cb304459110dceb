"""Secrets at rest open for the connection they were sealed for, with a key the operator still has."""

import pytest
from cryptography.fernet import Fernet

from crossview.plugin.secrets import SealBroken, SecretBox

SECRETS = {"signing_secrets": ["whsec_1"], "nested": {"token": "t"}}


@pytest.fixture
def key() -> str:
    return Fernet.generate_key().decode()


def test_sealed_secrets_open_for_their_connection_and_show_nothing(key: str) -> None:
    box = SecretBox([key])
    sealed = box.seal("w1", "c1", SECRETS)
    assert box.open("w1", "c1", sealed) == SECRETS
    assert b"whsec" not in sealed


@pytest.mark.parametrize(("workspace", "connection"), [("w2", "c1"), ("w1", "c2")])
def test_sealed_secrets_of_another_connection_are_refused(key: str, workspace: str, connection: str) -> None:
    box = SecretBox([key])
    sealed = box.seal("w1", "c1", SECRETS)
    with pytest.raises(SealBroken, match="belong to another connection"):
        box.open(workspace, connection, sealed)


def test_wrong_key_says_what_to_do(key: str) -> None:
    sealed = SecretBox([Fernet.generate_key().decode()]).seal("w1", "c1", SECRETS)
    box = SecretBox([key])
    with pytest.raises(SealBroken, match="add the key they were sealed with"):
        box.open("w1", "c1", sealed)
    with pytest.raises(SealBroken, match="cannot be rotated"):
        box.rotate(sealed)


def test_rotated_secrets_need_the_new_key_only(key: str) -> None:
    newer = Fernet.generate_key().decode()
    sealed = SecretBox([key]).seal("w1", "c1", SECRETS)
    rotated = SecretBox([newer, key]).rotate(sealed)
    assert SecretBox([newer]).open("w1", "c1", rotated) == SECRETS


@pytest.mark.parametrize("keys", [[], ["too short"]])
def test_box_without_a_usable_key_is_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError):
        SecretBox(keys)
