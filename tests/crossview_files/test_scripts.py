"""Finished scripts are found at once, and nobody interviews with a version that was reopened."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from crossview.foundation.errors import InvalidInput
from crossview.plugin import Delivery, GiveUp, Receipt, RetryLater, ScriptFinished, ScriptReopened
from crossview.plugin.runner import PluginRunner
from crossview.plugin.testing import EXAMPLES, deliver
from crossview_files.scripts import inert

PLACE = "scripts/why-people-leave-e0d8abb941"
FINISHED = EXAMPLES["script_finished"]
REOPENED = EXAMPLES["script_reopened"]
assert isinstance(FINISHED, ScriptFinished)
assert isinstance(REOPENED, ScriptReopened)
MARKDOWN = FINISHED.script.markdown
NOTICE = "> **Reopened on 2026-11-22, do not use this version.** Two questions overlap.\n\n"


def finished(**changes: Any) -> ScriptFinished:
    assert isinstance(FINISHED, ScriptFinished)
    return replace(FINISHED, script=replace(FINISHED.script, **changes))


def after(receipt: Receipt | None) -> Delivery:
    return Delivery(id="d2", attempt=1, object_id="o1", receipt=receipt)


def tree(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


async def test_finished_script_is_written_as_its_version_and_as_the_latest(root: Path) -> None:
    receipt = await deliver("crossview_files", "script_finished")
    assert tree(root) == {f"{PLACE}/v1.md": MARKDOWN, f"{PLACE}/latest.md": MARKDOWN}
    assert receipt == Receipt(
        external_id=f"{PLACE}/v1.md",
        address=f"{PLACE}/v1.md",
        content_hash=hashlib.sha256(MARKDOWN.encode()).hexdigest(),
    )


async def test_folder_of_the_connection_holds_its_files(root: Path) -> None:
    await deliver("crossview_files", "script_finished", settings={"folder": "Team 4"})
    assert sorted(tree(root)) == [f"Team 4/{PLACE}/latest.md", f"Team 4/{PLACE}/v1.md"]


@pytest.mark.parametrize("folder", ["..", "../x", "/etc", "a/b", ".git"])
async def test_folder_that_is_a_path_is_refused(root: Path, folder: str) -> None:
    with pytest.raises(InvalidInput, match="folder must be one plain name"):
        await deliver("crossview_files", "script_finished", settings={"folder": folder})


async def test_second_delivery_changes_nothing(root: Path) -> None:
    first = await deliver("crossview_files", "script_finished")
    times = {path: path.stat().st_mtime_ns for path in root.rglob("*.md")}
    assert await deliver("crossview_files", "script_finished", delivery=after(first)) == first
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*.md")} == times


async def test_reopened_version_says_so_in_its_first_line(root: Path) -> None:
    first = await deliver("crossview_files", "script_finished")
    await deliver("crossview_files", "script_reopened", delivery=after(first))
    assert tree(root) == {f"{PLACE}/v1.md": NOTICE + MARKDOWN, f"{PLACE}/latest.md": NOTICE + MARKDOWN}


async def test_next_version_becomes_the_latest_and_the_old_one_stays_marked(root: Path) -> None:
    first = await deliver("crossview_files", "script_finished")
    second = await deliver("crossview_files", "script_reopened", delivery=after(first))
    await deliver("crossview_files", "script_finished", finished(version=2, markdown="# New\n"), delivery=after(second))
    assert tree(root) == {
        f"{PLACE}/v1.md": NOTICE + MARKDOWN,
        f"{PLACE}/v2.md": "# New\n",
        f"{PLACE}/latest.md": "# New\n",
    }


async def test_late_delivery_of_an_old_version_leaves_the_latest(root: Path) -> None:
    await deliver("crossview_files", "script_finished", finished(version=10, markdown="# Ten\n"))
    await deliver("crossview_files", "script_finished", finished(version=9, markdown="# Nine\n"))
    assert (root / PLACE / "latest.md").read_text() == "# Ten\n"


async def test_script_with_a_new_title_takes_its_folder_along(root: Path) -> None:
    await deliver("crossview_files", "script_finished")
    await deliver("crossview_files", "script_finished", finished(version=2, title="Why they stay"))
    assert sorted(tree(root)) == [
        f"scripts/why-they-stay-e0d8abb941/{name}" for name in ("latest.md", "v1.md", "v2.md")
    ]


async def test_two_scripts_of_one_title_do_not_meet(root: Path) -> None:
    await deliver("crossview_files", "script_finished")
    await deliver("crossview_files", "script_finished", finished(id="another"))
    assert len(tree(root)) == 4


async def test_file_that_somebody_edited_is_put_aside(root: Path) -> None:
    first = await deliver("crossview_files", "script_finished")
    (root / PLACE / "latest.md").write_text("my notes")
    await deliver("crossview_files", "script_reopened", delivery=after(first))
    assert tree(root) == {
        f"{PLACE}/v1.md": NOTICE + MARKDOWN,
        f"{PLACE}/latest.md": NOTICE + MARKDOWN,
        f"{PLACE}/latest.edited-{hashlib.sha256(b'my notes').hexdigest()[:10]}.md": "my notes",
    }


async def test_link_that_leaves_the_root_is_refused(root: Path, tmp_path: Path) -> None:
    root.mkdir()
    (tmp_path / "outside").mkdir()
    (root / "scripts").symlink_to(tmp_path / "outside")
    with pytest.raises(GiveUp):
        await deliver("crossview_files", "script_finished")
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.mark.parametrize("value", ["", "relative/path"])
async def test_root_that_is_not_set_waits_for_the_operator(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CROSSVIEW_FILES_ROOT", value)
    with pytest.raises(RetryLater, match="the operator has to set CROSSVIEW_FILES_ROOT"):
        await deliver("crossview_files", "script_finished")


async def test_root_that_cannot_be_opened_shows_no_path(root: Path) -> None:
    root.write_text("a file")
    with pytest.raises(RetryLater) as caught:
        await deliver("crossview_files", "script_finished")
    assert caught.value.reason == "the folder named by CROSSVIEW_FILES_ROOT cannot be opened: File exists"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain, with 2 numbers.", "plain, with 2 numbers."),
        ("a\n# heading\r\n- b", "a \\# heading - b"),
        ("![x](http://evil/t.png)", "\\!\\[x\\](http\\://evil/t.png)"),
        ("<script>@all</script>", "\\<script\\>\\@all\\</script\\>"),
        ("a\0b\x0bc\u2028d", "a b c d"),
    ],
)
def test_inert_text_cannot_become_markup(text: str, line: str) -> None:
    assert inert(text) == line


async def test_plugin_writes_from_its_own_process(root: Path) -> None:
    async with PluginRunner() as runner:
        receipt = await runner.call(
            connection_id="c1",
            plugin="files",
            moment="script_finished",
            event=FINISHED,
            settings={},
            secrets={},
            delivery=Delivery(id="d1", attempt=1, object_id="o1"),
            environ={"CROSSVIEW_FILES_ROOT": str(root)},
        )
    assert (root / receipt.address).read_text() == MARKDOWN
