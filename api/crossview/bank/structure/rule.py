"""What a rule of structure is: a function over an outline, with its reason, its sources and its examples beside it."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec

from crossview.bank.structure.outline import Item, Outline
from crossview.bank.wording.findings import Level


class Note(msgspec.Struct, frozen=True):
    """What is wrong, and at which item of the outline it shows; None where there is no item to show it at."""

    item: int | None
    advice: str


class Remark(msgspec.Struct, frozen=True):
    """What a rule of structure says. `item` counts from 0."""

    code: str
    name: str
    level: Level
    item: int | None
    message: str


Look: TypeAlias = Callable[[Outline], Iterator[Note]]


class StructureRule(msgspec.Struct, frozen=True):
    """One rule. It finds fault with each outline of `bad` and lets each of `good` pass.

    A rule that goes `across` looks at all banks of a run at once; the others look at each by itself.
    """

    code: str
    name: str
    level: Level
    title: str
    because: str
    source: str
    bad: tuple[Outline, ...]
    good: tuple[Outline, ...]
    look: Look
    across: bool = False

    def remarks(self, outline: Outline) -> Iterator[Remark]:
        """What it says, in the order of the items."""
        for note in self.look(outline):
            yield Remark(self.code, self.name, self.level, note.item, note.advice)


def structure_rule(
    code: str,
    name: str,
    level: Level,
    *,
    source: str,
    bad: tuple[Outline, ...],
    good: tuple[Outline, ...],
    across: bool = False,
) -> Callable[[Look], StructureRule]:
    """Make a rule of a function: the first line of its docstring is what it asks for, the rest is why."""

    def made(look: Look) -> StructureRule:
        title, _, because = (look.__doc__ or "").partition("\n")
        return StructureRule(
            code, name, level, title.strip(), " ".join(because.split()), source, bad, good, look, across
        )

    return made


def listed(*texts: str) -> Outline:
    """A list of core questions to choose from, for examples."""
    return Outline(tuple(Item(text) for text in texts))


def first_of(outline: Outline, part: int) -> int | None:
    """The first item of a section."""
    return next((place for place, item in enumerate(outline.items) if item.part == part), None)
