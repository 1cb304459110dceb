import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

FLOORS = {
    "section_f1": 0.99, "item_f1": 0.99, "section_kind": 0.98, "item_kind": 0.97, "placement": 0.99, "minutes": 0.99,
    "title": 0.99, "total_minutes": 0.99, "overall": 0.98,
}  # fmt: skip


@pytest.fixture
def benchmark() -> ModuleType:
    path = Path(__file__).resolve().parents[3] / "benchmarks" / "guide_import.py"
    spec = importlib.util.spec_from_file_location("guide_import", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["guide_import"] = module
    spec.loader.exec_module(module)
    return module


def test_the_shared_guides_are_read_as_well_as_before(shared_guides: Path, benchmark: ModuleType) -> None:
    micro, _ = benchmark.total(benchmark.evaluate(shared_guides))

    assert {name: micro[name] for name, floor in FLOORS.items() if micro[name] < floor} == {}
