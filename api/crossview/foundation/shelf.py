"""What was made of one version of something, kept until there is a newer one or no more room.

Nothing on the shelf is ever stale: whoever looks says which version the database has, and gets nothing else.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Values by key, each of one version; the one not asked for longest goes first when `room` (bytes) runs out."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._taken = 0
        self._kept: OrderedDict[Hashable, tuple[Hashable, T, int]] = OrderedDict()

    def find(self, key: Hashable, version: Hashable) -> T | None:
        """The value of exactly this version, None when there is none."""
        found = self._kept.get(key)
        if found is None or found[0] != version:
            return None
        self._kept.move_to_end(key)
        return found[1]

    def keep(self, key: Hashable, version: Hashable, value: T, size: int) -> None:
        """Put a value of about `size` bytes in the place of the key's earlier one."""
        self._drop(key)
        self._kept[key] = (version, value, size)
        self._taken += size
        while self._taken > self._room:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        _, _, size = self._kept.pop(key, (None, None, 0))
        self._taken -= size
