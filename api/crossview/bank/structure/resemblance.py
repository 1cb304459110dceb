"""Which texts nearly say the same: cosine of their character 3-grams, without comparing each with each.

Two texts are nearly the same when their sets of 3-grams have a cosine of 0.85 or more (Salton and McGill 1983; of sets it is
the coefficient of Ochiai 1957). So they have at least 0.7225 of their grams in common. How many each text has in common with
one is counted for all at once, as in a bitmap index: a gram is a number whose bits are the texts that have it, and adding such
numbers bit by bit adds for every text. Only those with enough are compared.

A text is compared with those only that stay: what nearly repeats one of them is reported and out of the way. So whoever takes
out what is reported has no two left that are nearly the same.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final
from zlib import crc32

import msgspec

from crossview.bank.wording.likeness import NEARLY, grams, plain, resemble

ROOM: Final = 131_072
"""Texts that stay, at most, to compare with: beyond that, texts are compared for sameness only. Their bits take 64 MiB."""
EFFORT: Final = 20_000
"""Grams that may be held against one another for each text, in the mean: beyond that, for sameness only."""

_CLASSES: Final = 4_096
_AT_ONCE: Final = 1_024
"""Texts that one addition counts in the time in which one gram is looked up."""


class Resemblance(msgspec.Struct, frozen=True):
    """A text, and the first of those before it that stay which it nearly repeats, by their places."""

    text: int
    repeats: int


def resemblances(texts: Sequence[str]) -> Iterator[Resemblance]:
    """Each text that nearly repeats one before it which repeats none itself, in order."""
    kept = _Kept([plain(text) for text in texts])
    same: dict[str, int] = {}
    for place, words in enumerate(kept.words):
        if not words:
            continue
        if (found := same.get(words)) is None:
            found = same[words] = kept.nearest(place)
        if found != place:
            yield Resemblance(place, found)


class _Kept:
    """The texts that stay, by the classes of their grams: for each class, as the bits of a number, those that have one."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.places: list[int] = []
        self.with_class = [0] * _CLASSES
        self.effort = EFFORT * len(words)

    def nearest(self, place: int) -> int:
        """The first text that stays and that this one nearly repeats; else its own place, and it stays."""
        mine = grams(self.words[place])
        classes = [_class(gram) for gram in mine]
        self.effort -= len(mine) * (1 + len(self.places) // _AT_ONCE)
        if len(self.places) >= ROOM or self.effort < 0:
            return place
        counts = _counted([self.with_class[number] for number in classes])
        for number in _bits(_at_least(_least_common(len(mine)), counts, len(self.places))):
            theirs = grams(self.words[self.places[number]])
            self.effort -= len(theirs)
            if resemble(len(mine & theirs), len(mine), len(theirs)):
                return self.places[number]
        mark = 1 << len(self.places)
        for number in set(classes):
            self.with_class[number] |= mark
        self.places.append(place)
        return place


def _counted(numbers: list[int]) -> list[int]:
    """At each place, how many of the numbers have a one: in binary, the lowest digits of all places first."""
    digits = []
    while numbers:
        carried = []
        while len(numbers) > 2:
            one, two, three = numbers.pop(), numbers.pop(), numbers.pop()
            odd = one ^ two
            numbers.append(odd ^ three)
            carried.append(one & two | odd & three)
        if len(numbers) == 2:
            one, two = numbers
            numbers = [one ^ two]
            carried.append(one & two)
        digits.append(numbers[0])
        numbers = carried
    return digits


def _at_least(least: int, digits: list[int], places: int) -> int:
    """The places whose count is so much or more."""
    above, equal = 0, (1 << places) - 1
    for digit in range(max(len(digits), least.bit_length()) - 1, -1, -1):
        ones = digits[digit] if digit < len(digits) else 0
        if least >> digit & 1:
            equal &= ones
        else:
            above |= equal & ones
            equal &= ~ones
    return above | equal


@lru_cache(maxsize=2**16)
def _class(gram: str) -> int:
    """Grams are without number, classes are not; two grams in one class cost a comparison and change nothing."""
    return crc32(gram.encode("utf-8", "surrogatepass")) % _CLASSES


def _least_common(size: int) -> int:
    """How many grams a set of this size shares at least with any set that it resembles, however small that one is."""
    above, below = NEARLY
    return -(-(above**2) * size // below**2)


def _bits(number: int) -> Iterator[int]:
    """The places of its ones, from the lowest."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
