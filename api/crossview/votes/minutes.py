"""What questions cost and what there is to spend: the minutes of a session, before anybody votes on them."""

from decimal import ROUND_DOWN, Decimal
from uuid import UUID

import msgspec

from crossview.scripts.outline import Draft, ItemRow, StoredSection, competes

BUFFER = 5
"""Minutes of a session that no section may plan with (product specification 4.2)."""
USUAL = Decimal(3)
"""Minutes of a question that nobody estimated, in a section without stated minutes."""
_CENT = Decimal("0.01")
_TEAM_ONLY = frozenset({"debrief", "logistics"})


class Pool(msgspec.Struct, frozen=True):
    """What the minutes are spent on: the cost of each item of the pool, and the minutes of all core sections together."""

    budget: Decimal
    costs: dict[UUID, Decimal]


def pool(draft: Draft) -> Pool:
    """The questions and tasks of the core sections that are not pinned, with their costs and the minutes to spend.

    A section that is held in another's place shares that one's minutes, so its items stand outside the pool; so does what is
    nested below an item of the pool, which rides along with it.
    """
    chosen: dict[UUID, list[ItemRow]] = {}
    riding: set[UUID] = set()
    for section, item in draft.in_order():
        if item.parent_id in riding:
            riding.add(item.id)
        elif competes(section, item):
            chosen.setdefault(section.id, []).append(item)
            riding.add(item.id)
    sections = {section.id: section for section in draft.sections}
    costs = {
        item.id: item.minutes or _estimate(sections[section_id], items)
        for section_id, items in chosen.items()
        for item in items
    }
    return Pool(budget=_budget(draft, costs), costs=costs)


def _estimate(section: StoredSection, items: list[ItemRow]) -> Decimal:
    """The section's minutes that nobody estimated, in equal parts; the usual length where that leaves nothing."""
    if section.minutes is None:
        return USUAL
    unestimated = sum(1 for item in items if item.minutes is None)
    left = section.minutes - sum((item.minutes for item in items if item.minutes is not None), Decimal(0))
    part = (left / unestimated).quantize(_CENT, ROUND_DOWN)
    return part if part > 0 else USUAL


def _budget(draft: Draft, costs: dict[UUID, Decimal]) -> Decimal:
    """The stated minutes of the core sections; else what the session has left; else enough for everything."""
    core = [section for section in draft.sections if section.kind == "core" and section.alternative_of is None]
    stated = [section.minutes for section in core if section.minutes is not None]
    if stated and len(stated) == len(core):
        return sum(stated, Decimal(0))
    if draft.script.session_minutes is not None:
        others = (
            section.minutes or Decimal(0)
            for section in draft.sections
            if section.kind != "core" and section.kind not in _TEAM_ONLY and section.alternative_of is None
        )
        left = Decimal(draft.script.session_minutes) - BUFFER - sum(others, Decimal(0))
        if left > 0:
            return left
    return sum(costs.values(), Decimal(0))
