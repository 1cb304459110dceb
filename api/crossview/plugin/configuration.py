"""Reads what a workspace configured into the structs of a plugin, and keeps secret values out of texts."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from crossview.foundation.errors import InvalidInput, misfit
from crossview.plugin.hookspecs import PluginCard

HIDDEN = "********"


def read_settings(
    card: PluginCard, settings: Mapping[str, Any], secrets: Mapping[str, Any]
) -> tuple[msgspec.Struct, msgspec.Struct]:
    """The settings and the secrets of a connection as the plugin's own structs.

    Raises `InvalidInput`, with the JSON path of the fault from `$.settings` or `$.secrets`.
    """
    return (
        _convert("settings", card.settings, settings, secrets),
        _convert("secrets", card.secrets, secrets, secrets),
    )


def redacted(text: str, secrets: Mapping[str, Any]) -> str:
    """The text with each value of `secrets` made unreadable; values under four characters would hide half the text."""
    for value in sorted(_strings(secrets), key=len, reverse=True):
        if len(value) >= 4:
            text = text.replace(value, HIDDEN)
    return text


def operator_settings(plugin: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that an operator sets for one plugin: those that start with `CROSSVIEW_<PLUGIN>_`."""
    prefix = f"CROSSVIEW_{plugin.upper()}_"
    return {variable: value for variable, value in environ.items() if variable.startswith(prefix)}


def _convert(
    part: str, kind: type[msgspec.Struct], given: Mapping[str, Any], secrets: Mapping[str, Any]
) -> msgspec.Struct:
    try:
        return msgspec.convert(dict(given), kind)
    except msgspec.ValidationError as error:
        (fault,) = misfit(redacted(str(error), secrets), f"$.{part}").faults
        raise InvalidInput(summary=f"{fault.detail} - at {fault.path}", faults=(fault,)) from None


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _strings(part)
