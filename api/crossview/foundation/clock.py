"""The time, handed in: no use case reads the wall clock by itself, so a test can live on any day."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The instant, aware and in UTC."""
        ...


class SystemClock:
    """The machine's clock. Deadlines that decide who was in time are compared by the database's clock instead."""

    def now(self) -> datetime:
        """The machine's instant in UTC."""
        return datetime.now(UTC)
