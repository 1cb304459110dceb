"""What can be connected here: the plugins of this installation, as their cards describe them."""

from typing import Any

import msgspec

from crossview.foundation.db import Visit
from crossview.plugin.manager import PluginRegistry


class OfferedPlugin(msgspec.Struct, frozen=True):
    """A plugin that can be connected; `settings` and `secrets` are JSON Schemas of what a connection takes."""

    name: str
    title: str
    moments: tuple[str, ...]
    settings: dict[str, Any]
    secrets: dict[str, Any]


class BrokenPlugin(msgspec.Struct, frozen=True):
    """A plugin that was left out, and why."""

    name: str
    reason: str


class Plugins(msgspec.Struct, frozen=True):
    """The plugins of this installation, in alphabetical order."""

    items: tuple[OfferedPlugin, ...]
    broken: tuple[BrokenPlugin, ...]


async def list_plugins(visit: Visit, plugins: PluginRegistry) -> Plugins:
    """What the workspace may connect: the same for every workspace of the installation."""
    return Plugins(
        items=tuple(_offered(plugins, name) for name in plugins.names),
        broken=tuple(BrokenPlugin(name, reason) for name, reason in sorted(plugins.broken.items())),
    )


def _offered(plugins: PluginRegistry, name: str) -> OfferedPlugin:
    card = plugins.card(name)
    return OfferedPlugin(
        name=name,
        title=card.title,
        moments=tuple(sorted(plugins.moments(name))),
        settings=msgspec.json.schema(card.settings),
        secrets=msgspec.json.schema(card.secrets),
    )
