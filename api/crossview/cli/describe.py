"""What this installation is: its settings and its plugins."""

import logging
import os
from collections.abc import Collection
from contextlib import closing
from importlib.metadata import entry_points

import click

from crossview.bank.linting.installed import is_any_installed
from crossview.foundation.settings import describe, read_settings
from crossview.plugin.manager import PluginRegistry


def show_settings() -> None:
    """Print each variable with its value."""
    shown = describe(read_settings(os.environ))
    width = max(map(len, shown))
    for variable, value in shown.items():
        click.echo(f"{variable:<{width}}  {value if value != '' else '-'}")


def show_plugins() -> None:
    """Print the plugins that are installed, and what is wrong with those that cannot be used."""
    settings = read_settings(os.environ)
    allowed = None if settings.plugins == "*" else [name for name in settings.plugins.split(",") if name]
    logging.getLogger("crossview").addHandler(logging.NullHandler())  # What it would log is printed below.
    registry = PluginRegistry.load(allowed)
    installed = {entry.name for entry in entry_points(group="crossview")}
    for name in registry.names:
        moments = ", ".join(sorted(moment.replace("_", " ") for moment in registry.moments(name)))
        click.echo(f"{name}  {registry.card(name).title}: {moments}.")
    if is_any_installed():
        _show_rules_of_plugins(allowed)
    for name in sorted(installed - set(registry.names) - registry.broken.keys()):
        click.echo(f"{name}  installed, but not allowed: add it to CROSSVIEW_PLUGINS.")
    for name, reason in sorted(registry.broken.items()):
        click.echo(f"{name}  left out: {reason}.")
    if not installed and not registry.broken and not is_any_installed():
        click.echo("No plugin is installed.")


def _show_rules_of_plugins(allowed: Collection[str] | None) -> None:
    from crossview.bank.linting.plugged import PluggedRulebook

    with closing(PluggedRulebook(allowed)) as rulebook:
        for name, codes, away in rulebook.plugins:
            click.echo(f"{name}  left out: {away}." if away else f"{name}  rules of wording: {', '.join(codes)}.")
