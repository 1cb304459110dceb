"""Plugins are found, loaded one by one, and called alone."""

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from crossview.plugin import MOMENTS, Delivery, GiveUp, Receipt
from crossview.plugin.manager import ContractBroken, PluginRegistry
from crossview.plugin.testing import EXAMPLES

HEAD = """
import msgspec
from crossview.plugin import PluginCard, Receipt, hookimpl

class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass
"""
CARD = """
@hookimpl
def crossview_plugin():
    return PluginCard(title="One", settings=Settings)
"""
HOOK = """
@hookimpl
def crossview_script_finished(event, delivery):
    return Receipt(external_id=__name__, address="", content_hash="")
"""

Install = Callable[[str, str], EntryPoint]


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Write a module and give the entry point that names it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(name: str, source: str) -> EntryPoint:
        (tmp_path / f"{name}.py").write_text(source)
        sys.modules.pop(name, None)
        return EntryPoint(name=name, value=name, group="crossview")

    return write


def test_installed_plugins_are_found_and_implement_every_moment() -> None:
    registry = PluginRegistry.load(["files", "webhooks"])
    assert registry.interests() == {"files": frozenset(MOMENTS), "webhooks": frozenset(MOMENTS)}
    assert dict(registry.broken) == {}


def test_plugin_that_is_not_enabled_is_not_even_imported(entry: Install) -> None:
    found = [entry("one", HEAD + CARD + HOOK), entry("unwanted", "raise RuntimeError('imported')")]
    registry = PluginRegistry.load(["one"], found)
    assert (registry.names, dict(registry.broken)) == (("one",), {})
    assert "unwanted" not in sys.modules


def test_no_list_enables_every_plugin(entry: Install) -> None:
    registry = PluginRegistry.load(None, [entry("one", HEAD + CARD + HOOK), entry("two", HEAD + CARD)])
    assert registry.interests() == {"one": frozenset({"script_finished"}), "two": frozenset()}
    assert (registry.card("one").title, registry.card("one").deadline) == ("One", 30.0)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        (
            HEAD + HOOK,
            "ContractBroken: crossview_plugin is missing or does not answer a PluginCard",
        ),
        (
            HEAD + CARD.replace('PluginCard(title="One", settings=Settings)', "7"),
            "ContractBroken: crossview_plugin is missing or does not answer a PluginCard",
        ),
        (
            HEAD.replace(", forbid_unknown_fields=True", "") + CARD,
            "ContractBroken: Settings must be declared with forbid_unknown_fields=True",
        ),
        (
            HEAD + CARD + "@hookimpl\ndef crossview_wording_faults(question): ...",
            "ContractBroken: rules of wording are brought by a plugin of the group crossview.wording",
        ),
        (
            HEAD + CARD + "@hookimpl\ndef crossview_script_finnished(event): ...",
            "PluginValidationError: unknown hook 'crossview_script_finnished'",
        ),
        (
            HEAD + CARD + "@hookimpl\ndef crossview_script_finished(event, database): ...",
            "PluginValidationError: Plugin 'broken' for hook 'crossview_script_finished'",
        ),
    ],
)
def test_broken_plugin_is_named_and_the_rest_are_loaded(
    entry: Install, caplog: pytest.LogCaptureFixture, source: str, reason: str
) -> None:
    found = [entry("broken", source), entry("one", HEAD + CARD + HOOK), entry("two", HEAD + CARD + HOOK)]
    registry = PluginRegistry.load(None, found)
    assert registry.names == ("one", "two")
    assert list(registry.broken) == ["broken"]
    assert registry.broken["broken"].startswith(reason)
    assert [record.getMessage() for record in caplog.records] == [
        f"plugin broken is left out: {registry.broken['broken']}"
    ]


def test_plugin_that_is_enabled_but_not_installed_is_named() -> None:
    assert dict(PluginRegistry.load(["ghost"], []).broken) == {"ghost": "is enabled but not installed"}


def test_second_plugin_of_one_name_is_left_out(entry: Install) -> None:
    one, two = entry("one", HEAD + CARD + HOOK), entry("two", HEAD + CARD)
    registry = PluginRegistry.load(None, [one, EntryPoint(name="one", value=two.value, group="crossview")])
    assert registry.interests() == {"one": frozenset({"script_finished"})}
    assert dict(registry.broken) == {"one": "ContractBroken: another plugin of this name is installed"}


async def call(registry: PluginRegistry, name: str, moment: str = "script_finished") -> Receipt:
    delivery = Delivery(id="d1", attempt=1, object_id="1")
    return await registry.call_one(name, moment, EXAMPLES[moment], None, None, delivery)


async def test_call_one_calls_no_other_plugin(entry: Install) -> None:
    other = HEAD + CARD + HOOK.replace("return Receipt", "raise RuntimeError; return Receipt")
    registry = PluginRegistry.load(None, [entry("one", HEAD + CARD + HOOK), entry("two", other)])
    assert (await call(registry, "one")).external_id == "one"
    with pytest.raises(RuntimeError):
        await call(registry, "two")


async def test_call_one_awaits_a_coroutine(entry: Install) -> None:
    registry = PluginRegistry.load(None, [entry("one", HEAD + CARD + HOOK.replace("def cross", "async def cross"))])
    assert (await call(registry, "one")).external_id == "one"


async def test_call_one_refuses_an_answer_that_is_no_receipt(entry: Install) -> None:
    registry = PluginRegistry.load(None, [entry("one", HEAD + CARD + HOOK.replace("return Receipt", "return dict"))])
    with pytest.raises(ContractBroken, match="the hook for script_finished answered dict, not a Receipt"):
        await call(registry, "one")


async def test_call_one_gives_up_where_there_is_no_hook(entry: Install) -> None:
    registry = PluginRegistry.load(None, [entry("one", HEAD + CARD + HOOK)])
    with pytest.raises(GiveUp, match="the plugin one has no hook for script_reopened"):
        await call(registry, "one", "script_reopened")


@pytest.mark.usefixtures("german")
def test_plugin_that_brings_rules_of_wording_may_be_enabled_beside_the_others() -> None:
    registry = PluginRegistry.load(["files", "suggestive"])

    assert (registry.names, dict(registry.broken)) == (("files",), {})
