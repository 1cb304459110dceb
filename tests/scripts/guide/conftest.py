import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((REPOSITORY / "examples" / "guides").glob("*.md"))


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
def example(request: pytest.FixtureRequest) -> str:
    """The text of each example guide."""
    path: Path = request.param
    return path.read_text(encoding="utf-8")


@pytest.fixture
def benchmark() -> ModuleType:
    """The scoring of imported guides."""
    spec = importlib.util.spec_from_file_location("guide_import", REPOSITORY / "benchmarks" / "guide_import.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["guide_import"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def shared_guides() -> Path:
    """The folder of shared guides; the test is left out where it is not there."""
    folder = Path(os.environ.get("CROSSVIEW_SHARED", REPOSITORY.parent / "shared")) / "guides"
    if not (folder / "expected").is_dir():
        pytest.skip("The shared guides are not here; set CROSSVIEW_SHARED to the folder that holds guides/.")
    return folder
