"""A question that is nearly asked already."""

from collections.abc import Iterator

from crossview.bank.structure.outline import ASKED, Item, Outline
from crossview.bank.structure.resemblance import resemblances
from crossview.bank.structure.rule import Note, listed, structure_rule
from crossview.bank.wording.findings import Level

SHOWN = 60


@structure_rule(
    "CV601", "near-duplicate", Level.INFO,
    source="QAS-99; Salton and McGill 1983, Introduction to Modern Information Retrieval, cosine of character 3-grams",
    bad=(
        listed("Tell me about the last time an export failed.", "Tell me about the last time that an export failed!"),
        Outline((
            Item("How did you check the accruals?", id="a", language="en"),
            Item("How did you check the accruals?", id="b", language="en-GB"),
        )),
    ),
    good=(
        listed("How did you check the accruals last month?", "What did you do when an export was late?"),
        Outline((
            Item("Wann war der Export zuletzt zu spät?", id="late", language="de"),
            Item("Wann war der Export zuletzt zu spät?", id="late", language="de-AT"),
        )),
        Outline((Item("Thank you for your time.", kind="statement"), Item("Thank you for your time.", kind="statement"))),
    ),
    across=True,
)  # fmt: skip
def RULE(outline: Outline) -> Iterator[Note]:  # noqa: N802 - becomes the rule itself
    """A question is asked once.

    Two that are nearly the same use up the minutes of a third, and answers to the one are missing from the other. Two are
    compared in the same language; a question and its own translation share an id and are one.
    """
    by_tongue: dict[str, list[int]] = {}
    known: dict[tuple[str, str], str | None] = {}
    for place, item in enumerate(outline.items):
        if item.kind in ASKED and not _is_translation(item, known):
            by_tongue.setdefault(item.tongue, []).append(place)
    for places in by_tongue.values():
        for found in resemblances([outline.items[place].text for place in places]):
            yield Note(places[found.text], _advice(outline.items[places[found.repeats]]))


def _is_translation(item: Item, known: dict[tuple[str, str], str | None]) -> bool:
    """Whether another region's wording of the same item is known already."""
    return bool(item.id) and known.setdefault((item.tongue, item.id), item.language) != item.language


def _advice(other: Item) -> str:
    text = " ".join(other.text.split())
    shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    where = f" ({other.where})" if other.where else ""
    return f"This nearly repeats “{shown}”{where}. Keep one of the two, or say what makes them differ."
