"""Near-duplicates of an item in the banks of the workspace."""

from uuid import UUID

import msgspec

from crossview.bank.reference import reference
from crossview.bank.similar import Compared, gather
from crossview.foundation.db import Visit
from crossview.scripts.items import find_item


async def gather_similar(visit: Visit, item_id: UUID, at_least: float) -> Compared:
    """Every question that an item is to be compared with, without the one that it was made from. Raises `NotFound`."""
    item = await find_item(visit, item_id)
    compared = await gather(visit, item.text, at_least)
    own = reference(item.bank_ref or "")
    if own is None:
        return compared
    others = tuple(one for one in compared.asked if one.reference.entry != own.entry)
    return msgspec.structs.replace(compared, asked=others)
