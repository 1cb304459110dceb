"""The registry of plugins: finds them, loads them one by one, and calls exactly one of them.

One plugin's bad day is its own: what cannot be imported or breaks the contract is left out and named; the rest load.
"""

import inspect
import logging
from collections.abc import Collection, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

import pluggy

from crossview.plugin import hookspecs
from crossview.plugin.delivery import Delivery, GiveUp, Receipt
from crossview.plugin.hookspecs import PROJECT, WORDING, PluginCard
from crossview.plugin.moments import MOMENTS, Event

HOOK_PREFIX = f"{PROJECT}_"
WORDING_PREFIX = f"{PROJECT}_wording_"

log = logging.getLogger(__name__)


class ContractBroken(Exception):
    """A plugin does not do what the hook specifications ask; the message says what is missing."""


class PluginRegistry:
    """The plugins that are installed, enabled and whole."""

    def __init__(self, hooks: pluggy.PluginManager, cards: Mapping[str, PluginCard], broken: Mapping[str, str]) -> None:
        self._hooks = hooks
        self._cards = cards
        self.broken: Mapping[str, str] = MappingProxyType(dict(broken))
        """Why each plugin that was left out was left out, by its name."""

    @classmethod
    def load(cls, enabled: Collection[str] | None, found: Iterable[EntryPoint] | None = None) -> "PluginRegistry":
        """Load the enabled plugins among those found; None enables every one.

        `found` stands in for the entry points of the group "crossview" that are installed.
        """
        available = sorted(entry_points(group=PROJECT) if found is None else found, key=lambda entry: entry.name)
        hooks = pluggy.PluginManager(PROJECT)
        hooks.add_hookspecs(hookspecs)
        cards: dict[str, PluginCard] = {}
        broken: dict[str, str] = {}
        for entry in available:
            if enabled is not None and entry.name not in enabled:
                hooks.set_blocked(entry.name)
                continue
            try:
                cards[entry.name] = _register(hooks, entry)
            except (Exception, SystemExit) as error:
                broken.setdefault(entry.name, f"{type(error).__name__}: {error}")
        elsewhere = {entry.name for entry in entry_points(group=WORDING)} if enabled else set()
        for name in set(enabled or ()) - {entry.name for entry in available} - elsewhere:
            broken[name] = "is enabled but not installed"
        for name, reason in sorted(broken.items()):
            log.error("plugin %s is left out: %s", name, reason)
        return cls(hooks, cards, broken)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the loaded plugins, in alphabetical order."""
        return tuple(sorted(self._cards))

    def card(self, name: str) -> PluginCard:
        """What the plugin says about itself. Raises `KeyError` for a plugin that is not loaded."""
        return self._cards[name]

    def moments(self, name: str) -> frozenset[str]:
        """The moments for which the plugin has a hook. Raises `KeyError` for a plugin that is not loaded."""
        self.card(name)
        callers = self._hooks.get_hookcallers(self._hooks.get_plugin(name)) or []
        return frozenset(caller.name.removeprefix(HOOK_PREFIX) for caller in callers) & MOMENTS.keys()

    def interests(self) -> dict[str, frozenset[str]]:
        """The moments of each loaded plugin, by its name."""
        return {name: self.moments(name) for name in self.names}

    async def call_one(
        self, name: str, moment: str, event: Event, settings: Any, secrets: Any, delivery: Delivery
    ) -> Receipt:
        """Call one plugin and no other, in this process; await what it returns when that can be awaited.

        Raises whatever the plugin raises, `GiveUp` where it has no such hook, `ContractBroken` for an answer that is no
        `Receipt`. Only the child process calls this; the service goes through `PluginRunner`.
        """
        if moment not in self.moments(name):
            raise GiveUp(f"the plugin {name} has no hook for {moment}")
        plugin = self._hooks.get_plugin(name)
        others = [other for other in self._hooks.get_plugins() if other is not plugin]
        hook = self._hooks.subset_hook_caller(HOOK_PREFIX + moment, remove_plugins=others)
        answer = hook(event=event, settings=settings, secrets=secrets, delivery=delivery)
        if inspect.isawaitable(answer):
            answer = await answer
        if not isinstance(answer, Receipt):
            raise ContractBroken(f"the hook for {moment} answered {type(answer).__name__}, not a Receipt")
        return answer


def _register(hooks: pluggy.PluginManager, entry: EntryPoint) -> PluginCard:
    plugin = entry.load()
    if hooks.is_registered(plugin):
        raise ContractBroken(f"{entry.value} is already loaded under another name")
    if hooks.has_plugin(entry.name):
        raise ContractBroken("another plugin of this name is installed")
    try:
        hooks.register(plugin, entry.name)
        hooks.check_pending()
        if any(caller.name.startswith(WORDING_PREFIX) for caller in hooks.get_hookcallers(plugin) or ()):
            raise ContractBroken(f"rules of wording are brought by a plugin of the group {WORDING}")
        return _card(hooks, plugin)
    except BaseException:
        # What was refused after it was registered must not stay in the way of the next plugin's check.
        if hooks.is_registered(plugin):
            hooks.unregister(plugin)
        raise


def _card(hooks: pluggy.PluginManager, plugin: object) -> PluginCard:
    others = [other for other in hooks.get_plugins() if other is not plugin]
    card = hooks.subset_hook_caller("crossview_plugin", remove_plugins=others)()
    if not isinstance(card, PluginCard):
        raise ContractBroken("crossview_plugin is missing or does not answer a PluginCard")
    for struct in (card.settings, card.secrets):
        if not struct.__struct_config__.forbid_unknown_fields:
            raise ContractBroken(f"{struct.__name__} must be declared with forbid_unknown_fields=True")
    return card
