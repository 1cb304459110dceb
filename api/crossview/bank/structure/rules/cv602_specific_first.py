"""A general question that comes after a specific one."""

from collections.abc import Iterator

from crossview.bank.structure.outline import Item, Outline, Part
from crossview.bank.structure.rule import Note, listed, structure_rule
from crossview.bank.wording.findings import Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import phrases

GENERAL = phrases(
    r"""
    (?:tell|walk|talk|take|describe|show)(?: me| us)?(?: a (?:bit|little))?(?: about| through)? (?:yourself|your (?:[a-z]+ )?(?:
        day|week|month|job|role|work|team|background|responsibilities|routine|business|company|life))
    what do you do(?: for a living| all day| here)?(?=\W*$)
    what (?:is|does) your (?:job|role|work|day)(?: like| look like| involve)?(?=\W*$)
    how (?:did|do) you come to (?:work|be) (?:here|there|in this)
    """
)
SPECIFIC = phrases(
    r"""
    (?:button|icon|checkbox|drop-?down|menu|tab|tooltip|toolbar|column|text field|banner|pop-?up|label)s?
    what colou?r
    which (?:page|screen|step|field|row|link|word|version)
    where (?:is|are) the
    how (?:many|much|long|often)
    """
)
ADVICE = "This opens the subject, after questions about its details (the first is {first}). Ask it before them."


@structure_rule(
    "CV602", "specific-first", Level.INFO,
    source="Kvale and Brinkmann 2009, InterViews; Spradley 1979, The Ethnographic Interview, grand-tour questions first",
    bad=(
        listed("Where is the red button?", "Tell me about your day."),
        listed("How many exports failed last week?", "Who helped?", "What does your role involve?"),
    ),
    good=(
        listed("Tell me about your day.", "Where is the red button?"),
        Outline(
            (Item("Where is the red button?", kind="task"), Item("Tell me about your day.")),
        ),
        Outline(
            (Item("Where is the red button?"), Item("Tell me about your day.", part=1)),
            (Part(title="The export"), Part(title="The day")),
        ),
    ),
)  # fmt: skip
def RULE(outline: Outline) -> Iterator[Note]:  # noqa: N802 - becomes the rule itself
    """A section goes from the general to the specific.

    A detail that was just spoken of narrows what comes to mind when the subject is opened. Once in a section is said.
    """
    first: dict[int, int] = {}
    said: set[int] = set()
    for place, item in enumerate(outline.items):
        if item.kind != "question" or item.tongue not in ("en", "mix") or item.part in said:
            continue
        text = Reading(Question(item.text)).main.text
        if GENERAL.search(text):
            if item.part in first:
                said.add(item.part)
                yield Note(place, ADVICE.replace("{first}", _named(outline.items[first[item.part]])))
        elif SPECIFIC.search(text):
            first.setdefault(item.part, place)


def _named(item: Item) -> str:
    return item.where or f"“{' '.join(item.text.split())[:60]}”"
