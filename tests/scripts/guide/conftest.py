import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((REPOSITORY / "examples" / "guides").glob("*.md"))


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
def example(request: pytest.FixtureRequest) -> str:
    """The text of each example guide."""
    path: Path = request.param
    return path.read_text(encoding="utf-8")


@pytest.fixture
def shared_guides() -> Path:
    """The folder of shared guides; the test is left out where it is not there."""
    folder = Path(os.environ.get("CROSSVIEW_SHARED", REPOSITORY.parent / "shared")) / "guides"
    if not (folder / "expected").is_dir():
        pytest.skip("The shared guides are not here; set CROSSVIEW_SHARED to the folder that holds guides/.")
    return folder
