"""More questions than minutes."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from crossview.bank.structure.outline import TEAM_ONLY, Item, Outline, Part
from crossview.bank.structure.rule import Note, structure_rule
from crossview.bank.wording.findings import Level

ADVICE = "With this, {what} takes {planned:f} of {minutes:f} minutes. Take something out, or set more minutes aside."


@structure_rule(
    "CV701", "over-its-minutes", Level.WARNING,
    source="dscout, Elevate your interview guide: decide beforehand what to cut",
    bad=(
        Outline(
            (Item("What did you do?", minutes=Decimal(4)), Item("Who helped?", minutes=Decimal(3))),
            (Part(minutes=Decimal(6)),),
        ),
        Outline(
            (Item("Tell me about it.", minutes=Decimal(5)), Item("What else?", part=1, minutes=Decimal(3))),
            (Part(), Part("wrap_up")), is_script=True, minutes=Decimal(7),
        ),
    ),
    good=(
        Outline(
            (Item("What did you do?", minutes=Decimal("0.1")), Item("Who helped?", minutes=Decimal("0.2"))),
            (Part(minutes=Decimal("0.3")),),
        ),
        Outline(
            (Item("Tell me about it.", minutes=Decimal(5)), Item("What surprised us?", part=1, minutes=Decimal(15))),
            (Part(), Part("debrief")), is_script=True, minutes=Decimal(7),
        ),
        Outline((Item("What did you do?", minutes=Decimal(4)), Item("Who helped?", minutes=Decimal(3)))),
        Outline(
            (
                Item("What did you do?", minutes=Decimal(4), candidate=True),
                Item("Who helped?", minutes=Decimal(3), candidate=True),
            ),
            (Part(minutes=Decimal(6)),),
        ),
    ),
)  # fmt: skip
def RULE(outline: Outline) -> Iterator[Note]:  # noqa: N802 - becomes the rule itself
    """What is planned fits into the minutes.

    What does not fit is cut in the interview, by the clock and not by its worth. It shows at the item with which the minutes
    are used up. What nobody estimated counts nothing, nor does what is still to be chosen within the minutes; and the sections
    for the team alone take none of the participant's time.
    """
    for number, part in enumerate(outline.parts):
        if part.minutes is not None:
            mine = ((place, item) for place, item in enumerate(outline.items) if item.part == number)
            yield from _over(mine, part.minutes, f"the section {part.title or part.kind}")
    if outline.minutes is not None:
        present = (
            (place, item) for place, item in enumerate(outline.items) if outline.part(item).kind not in TEAM_ONLY
        )
        yield from _over(present, outline.minutes, "the interview")


def _over(items: Iterable[tuple[int, Item]], minutes: Decimal, what: str) -> Iterator[Note]:
    planned, crossed = Decimal(0), None
    for place, item in items:
        planned += 0 if item.candidate else item.minutes or 0
        if crossed is None and planned > minutes:
            crossed = place
    if crossed is not None:
        yield Note(crossed, ADVICE.format(what=what, planned=planned.normalize(), minutes=minutes.normalize()))
