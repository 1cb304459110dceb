"""What a hook is given to deliver safely, what it gives back, and how it says that it could not.

Delivery is at least once: the service may die after a remote call and before its receipt is stored, and will then call
again with the same delivery id.
"""

from typing import ClassVar

import msgspec


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a plugin learned by delivering; the service stores it and hands it back at the next call for the object.

    `external_id` finds the copy at the destination, `address` is where a person finds it, `content_hash` is a hash of
    what was written, by which the plugin sees later whether there is anything to write and whether somebody edited it.
    """

    external_id: str
    address: str
    content_hash: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery of one event to one connection.

    `id` is the same at every attempt: use it as the idempotency key. `attempt` counts from 1. `object_id` names the
    script or session. `receipt` is the last one stored for this object at this connection, whichever moment it was.
    """

    id: str
    attempt: int
    object_id: str
    receipt: Receipt | None = None


class PluginFailure(Exception):
    """A call of a plugin that ended without a receipt.

    `reason` is one line for the person who looks at the delivery; it holds no secret. `retry_after` is the number of
    seconds to wait when somebody named one. `permanent` says that the same call would fail again. `output` is the end of
    what the plugin printed when its process did not survive; it may hold content, so it is for the operator alone.
    """

    permanent: ClassVar[bool] = False

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.output = ""


class RetryLater(PluginFailure):
    """Raise this when the destination cannot take the delivery now; `after` is in seconds, None leaves it to us."""

    def __init__(self, after: float | None = None, reason: str = "the destination asked to try again later") -> None:
        super().__init__(reason, after)


class GiveUp(PluginFailure):
    """Raise this when trying again would not help: the destination is gone, or refuses what we send."""

    permanent: ClassVar[bool] = True

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
