"""Events to deliver, and a folder in which the zoo is installed as a plugin."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from crossview.plugin import (
    Delivery,
    Item,
    ScriptFinished,
    SealedScript,
    Section,
    Study,
    Workspace,
)


@pytest.fixture
def finished() -> ScriptFinished:
    """A finished script with one question."""
    return ScriptFinished(
        workspace=Workspace("w1", "Acme"),
        occurred_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        study=Study("s1", "Leaving customers"),
        link="https://crossview.example/v1/scripts/1",
        script=SealedScript(
            id="1",
            title="Why people leave",
            language="en",
            version=2,
            sha256="ab" * 32,
            session_minutes=45,
            markdown="# Why people leave\n",
            sections=(
                Section(
                    kind="core",
                    heading="The last time",
                    minutes=Decimal("12.5"),
                    items=(Item(kind="question", text="What happened?", department="Support"),),
                ),
            ),
        ),
    )


@pytest.fixture
def delivery() -> Delivery:
    """The first attempt at a delivery."""
    return Delivery(id="d1", attempt=1, object_id="1")


@pytest.fixture
def install(tmp_path: Path) -> Callable[[str, str], Path]:
    """Put a module with this source under this name into a folder, as a distribution with that one plugin."""

    def put(name: str, source: str) -> Path:
        folder = tmp_path / "installed"
        record = folder / f"{name}-1.0.dist-info"
        record.mkdir(parents=True)
        (record / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (record / "entry_points.txt").write_text(f"[crossview]\n{name} = {name}\n")
        (folder / f"{name}.py").write_text(source)
        return folder

    return put


@pytest.fixture
def zoo(install: Callable[[str, str], Path]) -> Path:
    """The folder in which the plugin `zoo` is installed."""
    return install("zoo", (Path(__file__).parent / "zoo.py").read_text())
