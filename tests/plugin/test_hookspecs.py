"""No hook without a struct, the four statements, a page, a test and a plugin that uses it."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from crossview.plugin import MOMENTS, hookspecs
from crossview.plugin.manager import PluginRegistry
from crossview.plugin.testing import EXAMPLES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "plugin-hooks.md").read_text()

HOOKS: dict[str, Callable[..., Any]] = {
    name: hook
    for name, hook in vars(hookspecs).items()
    if callable(hook) and hasattr(hook, f"{hookspecs.PROJECT}_spec")
}


def signature(name: str) -> str:
    """A hook as its author would write it, on one line."""
    text = str(inspect.signature(HOOKS[name]))
    return name + re.sub(r"[a-z_]+(?:\.[a-z_]+)*\.([A-Z])", r"\1", text)


def test_there_is_one_hook_for_each_moment_one_for_the_card_and_two_for_wording() -> None:
    wording = {"crossview_wording_rules", "crossview_wording_faults"}
    assert set(HOOKS) == {f"crossview_{moment}" for moment in MOMENTS} | {"crossview_plugin"} | wording


@pytest.mark.parametrize("moment", MOMENTS)
def test_hook_takes_the_struct_of_its_moment(moment: str) -> None:
    parameters = inspect.signature(HOOKS[f"crossview_{moment}"]).parameters
    assert list(parameters) == ["event", "settings", "secrets", "delivery"]
    assert parameters["event"].annotation is MOMENTS[moment]


@pytest.mark.parametrize("name", HOOKS)
def test_hook_makes_its_four_statements(name: str) -> None:
    statements = re.findall(r"^(Fires|Does not fire|Receives|On error): \S", inspect.getdoc(HOOKS[name]) or "", re.M)
    assert statements == ["Fires", "Does not fire", "Receives", "On error"]


@pytest.mark.parametrize("name", HOOKS)
def test_hook_is_documented_with_its_exact_signature(name: str) -> None:
    assert f"### {name}\n\n```python\n{signature(name)}\n```" in PAGE


@pytest.mark.parametrize("name", HOOKS)
def test_page_repeats_the_statements_of_the_hook(name: str) -> None:
    summary, _, statements = (inspect.getdoc(HOOKS[name]) or "").partition("\n\n")
    items = "\n".join(f"- {line}" for line in statements.splitlines())
    assert f"{summary}\n\n{items}\n" in PAGE


@pytest.mark.parametrize("moment", MOMENTS)
def test_hook_is_used_by_a_plugin_of_ours_and_by_its_tests(moment: str) -> None:
    registry = PluginRegistry.load(["files", "webhooks"])
    assert [name for name, moments in registry.interests().items() if moment in moments] == ["files", "webhooks"]
    for plugin in ("crossview_files", "crossview_webhooks"):
        tests = "".join(path.read_text() for path in (ROOT / "tests" / plugin).glob("test_*.py"))
        assert f'"{moment}"' in tests


@pytest.mark.parametrize("moment", MOMENTS)
def test_event_survives_the_way_to_the_plugin(moment: str) -> None:
    event = EXAMPLES[moment]
    assert type(event) is MOMENTS[moment]
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=MOMENTS[moment]) == event


async def test_example_of_the_page_is_a_plugin_that_works(
    install: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocks = re.findall(r"^```python\n(# (\w+)\.py\n.*?)^```", PAGE, re.M | re.S)
    sources = {name: source for source, name in blocks}
    assert sorted(sources) == ["crossview_notebook", "test_notebook"]
    monkeypatch.syspath_prepend(str(install("crossview_notebook", sources["crossview_notebook"])))
    test = ModuleType("test_notebook")
    exec(compile(sources["test_notebook"], "test_notebook.py", "exec"), vars(test))
    await vars(test)["test_finished_script_is_noted_once"](tmp_path)
