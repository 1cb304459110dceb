"""A script that one department wrote alone."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from crossview.bank.structure.outline import ASKED, Item, Outline
from crossview.bank.structure.rule import Note, structure_rule
from crossview.bank.wording.findings import Level

MOST: Final = Decimal("0.6")
USUAL: Final = Decimal(3)
"""Minutes of a question that nobody estimated, as in the choice of questions."""
ADVICE = (
    "{department} wrote {share} % of the core minutes, of {invited} departments. "
    "Hear the others before the script is finished."
)

_SALES = Item("What did you compare it with?", department="Sales", minutes=Decimal(7))
_SUPPORT = Item("What did you do when it failed?", department="Support", minutes=Decimal(3))


@structure_rule(
    "CV703", "one-voice", Level.INFO,
    source="Peters and Skowron 2020, Proportionality and the Limits of Welfarism: each voter pays for an equal part",
    bad=(Outline((_SALES, _SUPPORT), is_script=True, departments=2),),
    good=(
        Outline((_SALES, _SUPPORT, _SUPPORT), is_script=True, departments=2),
        Outline((_SALES,), is_script=True, departments=1),
        Outline((_SALES, _SUPPORT), departments=2),
    ),
)  # fmt: skip
def RULE(outline: Outline) -> Iterator[Note]:  # noqa: N802 - becomes the rule itself
    """No department writes more than 60 % of the core minutes.

    A script is written together so that each department's view meets the user's. It shows at the first core question of that
    department; one that nobody estimated counts three minutes.
    """
    if not outline.is_script or outline.departments < 2:
        return
    core = [
        (place, item)
        for place, item in enumerate(outline.items)
        if outline.part(item).kind == "core" and item.kind in ASKED
    ]
    minutes: defaultdict[str, Decimal] = defaultdict(Decimal)
    first: dict[str, int] = {}
    for place, item in core:
        minutes[item.department] += item.minutes or USUAL
        first.setdefault(item.department, place)
    whole = sum(minutes.values())
    for department, written in minutes.items():
        if department and written > MOST * whole:
            share = round(written * 100 / whole)
            advice = ADVICE.format(department=department, share=share, invited=outline.departments)
            yield Note(first[department], advice)
