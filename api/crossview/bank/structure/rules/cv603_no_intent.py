"""A question of which nobody says why it is asked."""

from collections.abc import Iterator

from crossview.bank.structure.outline import Item, Outline, Part
from crossview.bank.structure.rule import Note, structure_rule
from crossview.bank.wording.findings import Level

ADVICE = "Nobody says why this is asked. Write its `intent`: what will be decided, or known, by the answer."


@structure_rule(
    "CV603", "no-intent", Level.INFO,
    source="dscout, Elevate your interview guide: a why for each question",
    bad=(
        Outline((Item("What did you do then?"),), is_script=True),
        Outline((Item("What did you do?", intent="To hear the whole story."), Item("Who helped you?"))),
    ),
    good=(
        Outline((Item("What did you do then?", intent="To hear what came next."),), is_script=True),
        Outline((Item("What did you do then?"), Item("Who helped you?"))),
        Outline((Item("We have ten minutes left.", kind="statement"),), is_script=True),
        Outline((Item("What should I have asked you?"),), (Part("wrap_up"),), is_script=True),
    ),
)  # fmt: skip
def RULE(outline: Outline) -> Iterator[Note]:  # noqa: N802 - becomes the rule itself
    """A question says why it is asked.

    Whoever has to cut the script at the last minute keeps what serves a decision. Questions and tasks of the sections core and
    task are looked at: what warms up or wraps up is the same in every interview. A list of questions in which nobody says why
    is left alone.
    """
    if not outline.is_script and not any(item.intent.strip() for item in outline.items):
        return
    for place, item in enumerate(outline.items):
        serves = outline.part(item).kind in ("core", "task") and item.kind in ("question", "task")
        if serves and not item.intent.strip():
            yield Note(place, ADVICE)
