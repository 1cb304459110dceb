"""The study of every test of sessions."""

import pytest_asyncio

from tests.people import Person
from tests.sessions.study import StudyOfTwo, open_study


@pytest_asyncio.fixture
async def study(owner: Person) -> StudyOfTwo:
    """A study of Sales and Support, moderated by Rhea."""
    return await open_study(owner)
