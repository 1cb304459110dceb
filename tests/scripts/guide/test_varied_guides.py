"""Guides in forms that the shared ones do not have: tables, observers' lists, headings in bold or capitals, named speakers."""

import json
from pathlib import Path
from types import ModuleType

import pytest

from crossview.scripts.guide.read import read_guide
from crossview.scripts.guide.write import write_guide

VARIED = Path(__file__).parent / "varied"
GUIDES = sorted(VARIED.glob("*.md"))


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_a_varied_guide_is_read_as_its_writer_meant_it(path: Path, benchmark: ModuleType) -> None:
    expected = json.loads((VARIED / "expected" / f"{path.stem[:2]}.json").read_text(encoding="utf-8"))
    document = read_guide(path.read_text(encoding="utf-8")).document

    assert benchmark.score(document, expected).misses == []


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_a_varied_guide_comes_back_byte_for_byte(path: Path) -> None:
    guide = path.read_text(encoding="utf-8")

    assert write_guide(read_guide(guide).document) == guide
