"""The words of the project stay true: the README's example is run, and what the pages name is there."""

import asyncio
import os
import re
import sys
from pathlib import Path

import msgspec
import pytest
import rich_click as click

from crossview.app import create_app
from crossview.cli import main
from crossview.cli.patience import Patience
from crossview.cli.running import address, bound, listening
from crossview.foundation.db import Database
from crossview.foundation.settings import PREFIX, Settings
from crossview.workspace.found import found_workspace

ROOT = Path(__file__).resolve().parents[2]
PLACES = ("*.md", "docs/**/*.md", "plugins/*.md", "benchmarks/*.md")
PAGES = sorted(page for place in PLACES for page in ROOT.glob(place))


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> list[tuple[str, str]]:
    """Each fenced block of a page: its language and its text."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


async def test_readme_example_prints_what_the_readme_says(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    found = blocks(ROOT / "README.md")
    place = next(index for index, (language, _) in enumerate(found) if language == "python")
    program = tmp_path / "fair.py"
    program.write_text(found[place][1], encoding="utf-8")
    _, sent = await found_workspace(database, "Acme", "olga@example.com")
    with bound("127.0.0.1", 0) as at:
        async with listening(
            create_app(settings, database, jobs_enqueued=lambda: None), at, Patience(head=10, answer=20)
        ):
            running = await asyncio.create_subprocess_exec(
                sys.executable,
                program,
                env={**os.environ, "CROSSVIEW_URL": address(at), "CROSSVIEW_LINK": sent.link, "PYTHONUTF8": "1"},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            printed, complaints = await running.communicate()
    assert (complaints.decode(), printed.decode()) == ("", found[place + 1][1])


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_page_links_to_what_is_there(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    inside = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in inside if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_page_names_commands_that_there_are(page: Path) -> None:
    named_here = r"(?:^|[`/])crossview((?: [a-z]+)*)((?: --[a-z-]+)*)"
    called = re.findall(named_here, page.read_text(encoding="utf-8"), re.MULTILINE)
    assert [(words, options) for words, options in called if not is_command(words.split(), options.split())] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_page_names_make_targets_that_there_are(page: Path) -> None:
    made = re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(set(made) - set(targets)) == []


def is_command(words: list[str], options: list[str]) -> bool:
    """Whether the command line knows these words and the options behind them; what follows a command is its argument."""
    command: click.Command = main
    for word in words:
        if not isinstance(command, click.Group):
            break
        if word not in command.commands:
            return False
        command = command.commands[word]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help", "--version"}
    return set(options) <= known


def test_code_names_decisions_and_pages_that_there_are() -> None:
    folders = (ROOT / "api", ROOT / "plugins", ROOT / "tests", ROOT / "benchmarks")
    files = [file for folder in folders for kind in ("*.py", "*.sql") for file in folder.rglob(kind)]
    cited = {
        path
        for file in [*files, ROOT / "pyproject.toml"]
        for path in re.findall(r"docs/[\w/-]+\.md", file.read_text(encoding="utf-8"))
    }
    assert sorted(path for path in cited if not (ROOT / path).exists()) == []


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    listed = re.findall(r"^\| \[(\d{4})\]", (ROOT / "docs" / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    numbers = [f"{number:04}" for number in range(1, len(decisions) + 1)]
    assert [page.name[:4] for page in decisions] == numbers == listed
    for page in decisions:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {page.name[:4]}: ")
        assert re.search(r"^## Context\n.*^## Decision\n.*^## Consequences\n", text, re.MULTILINE | re.DOTALL), (
            page.name
        )


def test_every_library_has_its_reason() -> None:
    declared = re.findall(
        r'^  "([a-z0-9-]+)[\[>=;"]', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )
    page = (ROOT / "docs" / "decisions" / "0002-libraries.md").read_text(encoding="utf-8")
    assert [name for name in declared if f"`{name}`" not in page] == []


def test_every_setting_is_on_the_page_for_operators() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(CROSSVIEW_\w+)` \| (\S+) \|", page, re.MULTILINE))
    defaults = {PREFIX + field.name.upper(): field.default for field in msgspec.structs.fields(Settings)}
    assert rows == {name: f"`{value}`" if value != "" else "empty" for name, value in defaults.items()}
