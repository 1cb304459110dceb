"""The map: every path that the pages about the house name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("docs/architecture.md", "docs/concepts.md")
FOLDERS = (ROOT, ROOT / "api" / "crossview", ROOT / "plugins", ROOT / "docs", ROOT / "tests")
"""Where a path may begin: pages name rooms of the service by their own name."""

_QUOTED = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]*")


def named_paths(page: str) -> set[str]:
    """What a page names in backticks with its folder; addresses of the API begin with a slash."""
    return {quoted for quoted in _QUOTED.findall(page) if _PATH.fullmatch(quoted)}


def missing(page: str) -> set[str]:
    """The paths that a page names and nobody finds."""
    return {path for path in named_paths(page) if not any((folder / path).exists() for folder in FOLDERS)}


@pytest.mark.parametrize("page", PAGES)
def test_every_path_on_the_page_exists(page: str) -> None:
    assert missing((ROOT / page).read_text(encoding="utf-8")) == set()


def test_architecture_names_the_rooms() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rooms = {
        folder.name
        for folder in (ROOT / "api" / "crossview").iterdir()
        if folder.is_dir() and (folder / "__init__.py").exists()
    }

    assert {room for room in rooms if room not in page} == set()


def test_path_that_is_not_there_is_found() -> None:
    page = "`foundation/db.py` opens, `foundation/gone.py` closed, `services/` never was, `GET /v1/me`, `/v1/me`, `a/<b>/c`."

    assert named_paths(page) == {"foundation/db.py", "foundation/gone.py", "services/"}
    assert missing(page) == {"foundation/gone.py", "services/"}
