"""A script or a bank as the rules of structure look at it: its sections, and its items in the order in which they are asked."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, Literal

import msgspec

from crossview.bank.wording.question import SectionKind

ItemKind = Literal["question", "probe", "statement", "instruction", "transition", "task"]

ASKED: Final = frozenset(("question", "probe", "task"))
"""Kinds of item that a participant answers."""
TEAM_ONLY: Final = frozenset(("debrief", "logistics"))
"""Kinds of section for which the participant has gone, or has not come yet (product specification 4.2)."""
BEFORE_RECORDING: Final = TEAM_ONLY | {"introduction", "consent"}
"""Kinds of section in which nothing is recorded yet, or no more: what is answered in the others is."""


class Part(msgspec.Struct, frozen=True):
    """A section: its kind, its title if it has one, and the minutes that were set aside for it."""

    kind: SectionKind = "core"
    title: str = ""
    minutes: Decimal | None = None


class Item(msgspec.Struct, frozen=True):
    """One item. `part` is the place of its section in the outline; `minutes` is the estimate of an answer.

    A `candidate` is one of more than can be asked: what is asked of them is chosen later, within the minutes.

    `id` is its name for good, and the same in every translation. `where` is how a reader finds it: a line, a number.
    """

    text: str
    id: str = ""
    kind: ItemKind = "question"
    part: int = 0
    intent: str = ""
    department: str = ""
    minutes: Decimal | None = None
    candidate: bool = False
    language: str | None = None
    where: str = ""

    @property
    def tongue(self) -> str:
        """Its language without a region; English where none is named."""
        return (self.language or "en").lower().partition("-")[0]


class Outline(msgspec.Struct, frozen=True):
    """What lies beside one another.

    `is_script` says that all of it is asked in one interview. A list of questions to choose from is none, so nobody expects it
    to have every section. `minutes` is the time with the participant. `departments` counts those that were invited to write.
    """

    items: tuple[Item, ...]
    parts: tuple[Part, ...] = (Part(),)
    is_script: bool = False
    minutes: Decimal | None = None
    departments: int = 0

    def part(self, item: Item) -> Part:
        """The section of an item."""
        return self.parts[item.part]

    def shown(self) -> str:
        """The outline in one line, as the pages of the rules show it."""
        said = [f"{_label(part)}: {'; '.join(self._texts(number))}" for number, part in enumerate(self.parts)]
        if self.minutes is not None:
            said.append(f"in {self.minutes:f} minutes")
        if self.departments:
            said.append(f"{self.departments} invited")
        return f"{'script' if self.is_script else 'list'} | {' | '.join(said)}"

    def _texts(self, number: int) -> Iterator[str]:
        for item in self.items:
            if item.part == number:
                about = (
                    item.kind if item.kind != "question" else "",
                    item.department,
                    f"{item.minutes:f} min" if item.minutes is not None else "",
                    "to be chosen" if item.candidate else "",
                    f"intent: {item.intent}" if item.intent else "",
                    f"{item.language}: {item.id}" if item.language else "",
                )
                said = ", ".join(filter(None, about))
                yield f"{item.text} ({said})" if said else item.text


def _label(part: Part) -> str:
    name = part.title or part.kind
    return name if part.minutes is None else f"{name} in {part.minutes:f} min"
