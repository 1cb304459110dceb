"""Where something stands among its siblings: a stored fractional rank, so that a move renumbers nothing else.

The position that people see is counted from the ranks and has no gaps.
"""

from collections.abc import Sequence
from decimal import Context, Decimal, Inexact
from uuid import UUID

import msgspec

from crossview.foundation.errors import Refusal

FIRST = Decimal(1)
# Halving adds one digit; a thousand inserts at one place stay exact, and rounding would raise instead of colliding.
_EXACT = Context(prec=4_000, traps=[Inexact])


class UnknownPlace(Refusal):
    """`after` names a {thing} that is not in the same place. Take one of its siblings, or null to stand first."""

    status = 422
    code = "unknown_place"


class Sibling(msgspec.Struct, frozen=True):
    """Something that stands in an order."""

    id: UUID
    rank: Decimal


def last(siblings: Sequence[Sibling]) -> Decimal:
    """The rank behind all siblings, which come in order."""
    return siblings[-1].rank + 1 if siblings else FIRST


def behind(siblings: Sequence[Sibling], after: UUID | None, thing: str) -> Decimal:
    """The rank directly behind the sibling `after`, or before all of them for None.

    `siblings` come in order, without the one that moves. Raises `UnknownPlace`.
    """
    ids = [sibling.id for sibling in siblings]
    if after is not None and after not in ids:
        raise UnknownPlace(thing=thing)
    place = 0 if after is None else ids.index(after) + 1
    if place == len(siblings):
        return last(siblings)
    if place == 0:
        return siblings[0].rank - 1
    return between(siblings[place - 1].rank, siblings[place].rank)


def between(lower: Decimal, upper: Decimal) -> Decimal:
    """The exact middle of two ranks."""
    return _EXACT.multiply(_EXACT.add(lower, upper), Decimal("0.5"))
