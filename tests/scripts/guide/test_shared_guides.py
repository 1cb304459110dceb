from pathlib import Path
from types import ModuleType

FLOORS = {
    "section_kind": 0.98, "item_kind": 0.97, "section_f1": 0.99, "item_f1": 0.99, "placement": 0.99, "minutes": 0.99,
    "title": 0.99, "total_minutes": 0.99, "overall": 0.98,
}  # fmt: skip


def test_the_shared_guides_are_read_as_well_as_before(shared_guides: Path, benchmark: ModuleType) -> None:
    micro, _ = benchmark.total(benchmark.evaluate(shared_guides))

    assert {name: micro[name] for name, floor in FLOORS.items() if micro[name] < floor} == {}
