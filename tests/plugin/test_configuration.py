"""Settings are read into the plugin's own structs, and secrets are kept out of every text."""

from typing import Literal

import msgspec
import pytest

from crossview.foundation.errors import Fault, InvalidInput
from crossview.plugin import PluginCard
from crossview.plugin.configuration import operator_settings, read_settings, redacted


class Destination(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[str, ...]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    destination: Destination


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["token"] = "token"


CARD = PluginCard(title="Test", settings=Settings, secrets=Secrets)


def test_settings_that_fit_become_the_structs_of_the_plugin() -> None:
    read = read_settings(CARD, {"destination": {"names": ["a"]}}, {})
    assert read == (Settings(Destination(("a",))), Secrets())


@pytest.mark.parametrize(
    ("settings", "secrets", "fault"),
    [
        (
            {"destination": {"names": ["a", 1]}},
            {},
            Fault("$.settings.destination.names[1]", "Expected `str`, got `int`"),
        ),
        ({}, {}, Fault("$.settings", "Object missing required field `destination`")),
        (
            {"destination": {"names": [], "colour": 1}},
            {},
            Fault("$.settings.destination", "Object contains unknown field `colour`"),
        ),
        (
            {"destination": {"names": []}},
            {"kind": "very-secret"},
            Fault("$.secrets.kind", "Invalid enum value '********'"),
        ),
    ],
)
def test_settings_that_do_not_fit_name_the_place(
    settings: dict[str, object], secrets: dict[str, object], fault: Fault
) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_settings(CARD, settings, secrets)
    assert caught.value.faults == (fault,)


def test_redacted_hides_every_secret_at_any_depth_the_longest_first() -> None:
    secrets = {"a": "token", "b": ["token-of-two", {"c": "deep one"}], "short": "abc", "number": 7}
    assert redacted("token-of-two token deep one abc 7", secrets) == "******** ******** ******** abc 7"


def test_operator_settings_are_those_of_the_plugin_alone() -> None:
    environ = {"CROSSVIEW_FILES_ROOT": "/srv", "CROSSVIEW_DATABASE_URL": "x", "FILES_ROOT": "y", "PATH": "z"}
    assert operator_settings("files", environ) == {"CROSSVIEW_FILES_ROOT": "/srv"}
