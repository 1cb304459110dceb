"""What a route says about itself beyond its path: who may call it, how it refuses, whether it changes something."""

from typing import Any

import msgspec

from crossview.foundation.errors import Refusal
from crossview.foundation.permissions import Permission


class Operation(msgspec.Struct, frozen=True):
    """`permission` is None for the few operations open to everybody; `needs_version` asks for If-Match.

    `example` is a body that the operation takes, for the contract.
    """

    permission: Permission | None
    refusals: tuple[type[Refusal], ...]
    needs_version: bool
    example: Any


def operation(
    name: str,
    permission: Permission | None,
    *refusals: type[Refusal],
    needs_version: bool = False,
    example: Any = None,
) -> dict[str, Any]:
    """The keyword arguments of a litestar route for operation `name`; the guard and the contract read them back.

    `refusals` are those beyond what every operation of its kind may answer.
    """
    return {
        "operation_id": name,
        "opt": {"operation": Operation(permission, refusals, needs_version, example)},
    }
