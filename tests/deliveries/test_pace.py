"""The pace: pauses double, are cut at the cap, spread by luck, and never undercut what a destination asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossview.deliveries.pace import Pace


@pytest.mark.parametrize(
    ("attempt", "longest"), [(1, 5.0), (2, 10.0), (3, 20.0), (7, 320.0), (8, 640.0), (9, 900.0), (1_000, 900.0)]
)
def test_the_longest_pause_doubles_up_to_the_cap(attempt: int, longest: float) -> None:
    assert Pace().pause(attempt, luck=1.0) == longest


@given(attempt=st.integers(1, 100), luck=st.floats(0, 1), floor=st.none() | st.floats(0, 86_400))
def test_a_pause_lies_between_the_floor_and_the_longest(attempt: int, luck: float, floor: float | None) -> None:
    pause = Pace().pause(attempt, luck, floor)

    assert (floor or 0.0) <= pause <= max(floor or 0.0, Pace().pause(attempt, 1.0))


def test_the_last_attempt_is_the_eighth() -> None:
    assert [Pace().is_last(attempt) for attempt in (7, 8, 9)] == [False, True, True]
