"""How patient deliveries are: when a failed one is tried again, when it is given up, when a connection is left alone."""

import msgspec


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """The pauses between attempts, in seconds.

    A delivery has `attempts`; before attempt n + 1 it waits up to `base` doubled n - 1 times, at most `cap`. After a failure
    nothing else is sent over the same connection for `rest`, doubled with each further failure in a row up to `longest_rest`;
    after `failures` in a row the connection is disabled.
    """

    attempts: int = 8
    base: float = 5.0
    cap: float = 900.0
    rest: float = 1.0
    longest_rest: float = 300.0
    failures: int = 20

    def pause(self, attempt: int, luck: float, floor: float | None = None) -> float:
        """Seconds until the attempt after `attempt` (from 1): exponential with full jitter, `luck` between 0 and 1.

        `floor` is what the destination asked for. The jitter keeps failed deliveries from coming back all at once
        (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
        """
        longest = min(self.base * 2.0 ** min(attempt - 1, 30), self.cap)
        return max(longest * luck, floor or 0.0)

    def is_last(self, attempt: int) -> bool:
        """Whether a delivery is given up when this attempt fails."""
        return attempt >= self.attempts
