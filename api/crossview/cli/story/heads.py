"""What counting heads would have asked: the way most teams choose, to set beside what the minutes bought."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

import msgspec

from crossview.cli.story.opinions import Choice


class Cast(msgspec.Struct, frozen=True):
    """A ballot that was cast: whose department, on which item, and how."""

    department_id: str
    item_id: str
    choice: Choice


def by_heads(ballots: Sequence[Cast], costs: Mapping[str, Decimal], budget: Decimal) -> list[str]:
    """The items with the most keeps, as long as they fit the minutes; ties in reading order, which is that of `costs`."""
    keeps = Counter(ballot.item_id for ballot in ballots if ballot.choice == "keep")
    chosen = []
    for item in sorted(costs, key=lambda item: -keeps[item]):
        if keeps[item] and costs[item] <= budget:
            budget -= costs[item]
            chosen.append(item)
    return chosen


def wanted_minutes(
    department_id: str, items: Collection[str], ballots: Sequence[Cast], costs: Mapping[str, Decimal]
) -> Decimal:
    """The minutes of those items that more people of the department keep than drop."""
    sides: Counter[str] = Counter()
    for ballot in ballots:
        if ballot.department_id == department_id and ballot.item_id in items:
            sides[ballot.item_id] += {"keep": 1, "drop": -1, "pass": 0}[ballot.choice]
    return sum((costs[item] for item in items if sides[item] > 0), Decimal(0))
