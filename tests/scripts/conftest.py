"""What the tests of scripts share."""

import pytest_asyncio

from tests.bench import Bench, set_up
from tests.people import Person


@pytest_asyncio.fixture
async def bench(owner: Person) -> Bench:
    """A study with two departments and an empty script."""
    return await set_up(owner)
