"""A script that does not ask for consent first, or does not come to an end."""

from collections.abc import Iterator

from crossview.bank.structure.outline import ASKED, BEFORE_RECORDING, Item, Outline, Part
from crossview.bank.structure.rule import Note, structure_rule
from crossview.bank.wording.findings import Level

NO_CONSENT = "No section asks for consent. Add one of the kind `consent` before the first question that is recorded."
NO_END = "The script has no end. Add a section of the kind `wrap_up`: what was missed, thanks, and what happens next."
TOO_LATE = "This is answered before consent was given. Ask for consent first, or move this below it."

_CONSENT = Item("Are you all right with a recording?", part=0)
_ASK = Item("Tell me about your last order.", part=1)
_END = Item("What should I have asked you?", part=2)
_WHOLE = (Part("consent"), Part("core"), Part("wrap_up"))


@structure_rule(
    "CV702", "consent-and-end", Level.WARNING,
    source="Regulation (EU) 2016/679, article 7; 18F Methods, Bias and privacy in interviews",
    bad=(
        Outline(
            (Item("Tell me about your last order."), Item("What else?", part=1)),
            (Part("core"), Part("wrap_up")), is_script=True,
        ),
        Outline((_CONSENT, _ASK), _WHOLE[:2], is_script=True),
        Outline(
            (Item("What do you do here?"), Item("Are you all right with a recording?", part=1), _END),
            (Part("warm_up"), Part("consent"), Part("wrap_up")), is_script=True,
        ),
    ),
    good=(
        Outline((_CONSENT, _ASK, _END), _WHOLE, is_script=True),
        Outline((Item("Tell me about your last order."),)),
    ),
)  # fmt: skip
def RULE(outline: Outline) -> Iterator[Note]:  # noqa: N802 - becomes the rule itself
    """A script asks for consent before anything is recorded, and has an end.

    What was recorded before consent may not be used. What is answered in any section but introduction, consent and those for
    the team alone counts as recorded. A list of questions to choose from is no script, and needs neither.
    """
    if not outline.is_script or not outline.items:
        return
    kinds = [part.kind for part in outline.parts]
    recorded = [
        place
        for place, item in enumerate(outline.items)
        if item.kind in ASKED and outline.part(item).kind not in BEFORE_RECORDING
    ]
    if "consent" not in kinds:
        yield Note(recorded[0] if recorded else 0, NO_CONSENT)
    elif early := [place for place in recorded if outline.items[place].part < kinds.index("consent")]:
        yield Note(early[0], TOO_LATE)
    if "wrap_up" not in kinds:
        yield Note(len(outline.items) - 1, NO_END)
