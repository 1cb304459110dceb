"""Tries to sign in: how many an address has had of late with tokens and links that are none."""

from collections import OrderedDict, deque
from collections.abc import Callable

LIMIT = 20
WINDOW = 60.0
"""Seconds in which `LIMIT` failures are told apart from an attack."""
ADDRESSES = 10_000
"""How many addresses are remembered; the one that failed longest ago is forgotten first."""


class Tries:
    """Failures by address, each remembered for a minute; `now` is a clock that only goes forward, in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def failed(self, address: str) -> bool:
        """Count one more failure; tells whether the address has had more than its limit.

        Only failures are counted and refused. Behind one address there may be a whole company, and a colleague's broken script
        must not lock it out.
        """
        now = self._now()
        failures = self._failures.setdefault(address, deque(maxlen=LIMIT + 1))
        self._failures.move_to_end(address)
        while failures and failures[0] <= now - WINDOW:
            failures.popleft()
        failures.append(now)
        if len(self._failures) > ADDRESSES:
            self._failures.popitem(last=False)
        return len(failures) > LIMIT
