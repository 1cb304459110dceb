"""The script of the story: its sections, and who proposes which item. Opinions on each question stand beside it."""

from collections.abc import Iterator
from typing import Final

import msgspec

from crossview.cli.story.departments import ENGINEERING, MARKETING, PRODUCT, SALES, SUPPORT, Side
from crossview.scripts.document import ItemKind, SectionKind

STUDY: Final = "Why month-end exports go wrong"
GOAL: Final = "Decide whether the export is rebuilt next quarter or the help around it."
TITLE: Final = "Month-end exports: interview guide"
SESSION_MINUTES: Final = 60


class Line(msgspec.Struct, frozen=True):
    """An item to propose. `views` is how each department sees it, a letter each in their order: see `opinions`."""

    side: Side
    text: str
    minutes: int | None = None
    views: str = ""
    kind: ItemKind = "question"
    pinned: bool = False
    intent: str = ""
    probes: tuple[str, ...] = ()


class Part(msgspec.Struct, frozen=True):
    """A section with its items."""

    kind: SectionKind
    heading: str
    minutes: int | None
    lines: tuple[Line, ...]


LOADED: Final = Line(
    SUPPORT,
    "Don't our exports fail you too often?",
    3,
    "kkLLL",
    intent="The complaint that leads our list",
    probes=("What did you do next?", "Who else noticed?"),
)
"""The question that the linter finds fault with, and that two people mend at the same time."""
MENDED: Final = "Tell me about the last export that you had to repeat."
MENDED_TOO: Final = "When did an export last fail you?"
OBJECTION: Final = "Can we ask for the last time it happened?"

PARTS: Final = (
    Part(
        "introduction",
        "Welcome",
        3,
        (
            Line(
                PRODUCT, "Thank you for your time. I am Mira, I work on how we learn from customers.", kind="statement"
            ),
            Line(
                PRODUCT,
                "There are no right or wrong answers, and nothing you say will hurt my feelings.",
                kind="statement",
            ),
        ),
    ),
    Part(
        "consent",
        "Your consent",
        2,
        (
            Line(
                SUPPORT, "Colleagues of mine watch today. You may stop or skip anything at any time.", kind="statement"
            ),
            Line(PRODUCT, "Wait for a spoken yes before you record.", kind="instruction"),
        ),
    ),
    Part(
        "warm_up",
        "You and your invoices",
        5,
        (
            Line(MARKETING, "What does your company do, and what is your part in it?", 3, "kLLLk"),
            Line(SALES, "What was the last thing you did in Pennant this week?", 2, "Lkkkk"),
        ),
    ),
    Part(
        "core",
        "How month-end goes today",
        15,
        (
            Line(
                PRODUCT,
                "Walk me through your last month-end, up to the file that your accountant accepted.",
                4,
                "kkLLL",
                intent="The whole course of it, before any detail",
                probes=("Where did it stop?", "Who waited for whom?"),
            ),
            Line(
                SALES,
                "When you last compared us with another tool, what tipped the decision?",
                3,
                "LLd.p",
                intent="Win and loss",
            ),
            Line(SALES, "Who had a say when you chose an invoicing tool, and what did each of them want?", 3, "Lkp.p"),
            Line(SALES, "What would have to be on our roadmap for you to bring a second company?", 3, "L.ddd"),
            Line(MARKETING, "How would you explain to a colleague what you use us for?", 2, "kL.kd"),
            Line(
                SUPPORT,
                "How do you feel on the last day of the month, and what makes it better or worse?",
                3,
                "dkLkp",
                probes=("Can you tell me more about that?",),
            ),
            Line(
                ENGINEERING,
                "What happens to the file after it leaves us: what opens it, and who looks at it?",
                2,
                "d.kLL",
            ),
            Line(SALES, "How does what you pay us compare with the hours that month-end costs you?", 3, "Lkd.p"),
            Line(MARKETING, "Where did you look for help the last time month-end got tight?", 2, ".Lkkp"),
        ),
    ),
    Part(
        "core",
        "When an export goes wrong",
        15,
        (
            LOADED,
            Line(SUPPORT, "What did you do in the hour after you saw that the totals did not match?", 3, "d.LLk"),
            Line(
                PRODUCT,
                "What do you check by hand before you trust an export?",
                3,
                "ddkLL",
                probes=("How did you come to check that?",),
            ),
            Line(SALES, "Which of our paid add-ons did you look at last, and what did you expect of it?", 2, "Lkddp"),
            Line(
                PRODUCT, "What have you built yourself around our exports, in a spreadsheet or otherwise?", 3, ".dkLk"
            ),
            Line(ENGINEERING, "How large was your last export, and how long did you wait for it?", 2, "dpk.L"),
            Line(MARKETING, "Which message of ours last made you change something?", 2, "dLddd"),
            Line(SUPPORT, "Which of our answers did you have to ask for twice?", 2, "ddL.p"),
            Line(SALES, "What would your finance lead have to see before signing for three years?", 2, "L.ddd"),
            Line(ENGINEERING, "When something fails, how do you tell whether it was us or you?", 2, "dpk.L"),
        ),
    ),
    Part(
        "task",
        "Show me",
        8,
        (
            Line(PRODUCT, "You see what they do. Say nothing while they search.", kind="instruction"),
            Line(
                PRODUCT,
                "Please export last month's invoices as you would for your accountant, and think aloud.",
                8,
                "kkLLL",
                kind="task",
            ),
        ),
    ),
    Part(
        "wrap_up",
        "Thank you",
        4,
        (
            Line(SUPPORT, "What have I not asked that I should have?", 3, "kLLLk"),
            Line(PRODUCT, "Thank you. Your gift card comes by mail today.", kind="statement"),
        ),
    ),
)


def lines() -> Iterator[Line]:
    """All items that somebody proposes, without their probes."""
    for part in PARTS:
        yield from part.lines
