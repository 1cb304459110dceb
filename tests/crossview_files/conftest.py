"""A root for the files, named to the plugin as an operator names it."""

from pathlib import Path

import pytest


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The operator's root; it does not exist yet."""
    monkeypatch.setenv("CROSSVIEW_FILES_ROOT", str(tmp_path / "root"))
    return tmp_path / "root"
