"""What each person thinks of each question: decided by rule, so that the story is the same each time it is told.

A department's view is a letter: `L` loves it, `k` mostly keeps it, `.` is split, `d` mostly drops it, `p` says "not my field".
People differ from their department now and then.
"""

from typing import Final, Literal

import msgspec

Choice = Literal["keep", "drop", "pass"]

# Of ten people with this view, so many keep and so many drop; the others pass.
_KEEP_DROP: Final[dict[str, tuple[int, int]]] = {"L": (9, 0), "k": (7, 2), ".": (4, 5), "d": (1, 8), "p": (1, 1)}
REASONS: Final[dict[str, str]] = {
    "L": "We argue about this every week and nobody has asked.",
    "d": "It asks them to solve our problem for us.",
}


class Opinion(msgspec.Struct, frozen=True):
    """A ballot to be."""

    choice: Choice
    grade: int
    reason: str


def opinion(view: str, person: int, question: int) -> Opinion:
    """What the person with this number in the department thinks of the question with this number, both from 0."""
    keeps, drops = _KEEP_DROP[view]
    # Seven and three have no factor in common with ten, so that the tenth who differs is another one each time.
    place = (7 * person + 3 * question) % 10
    choice: Choice = "keep" if place < keeps else "drop" if place < keeps + drops else "pass"
    reason = REASONS.get(view, "") if person == 0 and choice != "pass" else ""
    return Opinion(choice, grade=_grade(choice, place), reason=reason)


def view_of_any(question: int, side: int) -> str:
    """A view on a question that nobody here wrote, for a guide from outside.

    Of five departments one loves a question, one keeps it, one is split and two drop it; which ones changes with the question,
    since multiplying by 1 to 4 only reorders the numbers modulo 5.
    """
    return "Lk.dd"[(side * (1 + question // 5 % 4) - question) % 5]


def _grade(choice: Choice, place: int) -> int:
    match choice:
        case "keep":
            return 5 - place % 3
        case "pass":
            return 3
        case "drop":
            return place % 3
