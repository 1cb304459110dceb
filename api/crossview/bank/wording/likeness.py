"""How alike two texts are: the cosine between their sets of three characters in a row, from 0 to 1.

The measure of Salton and McGill (1983); of sets it is the coefficient of Ochiai (1957). CV601 and the search for
near-duplicates in the banks of a workspace ask the same.
"""

import unicodedata
from math import sqrt
from typing import Final

NEARLY: Final = (17, 20)
"""From here on two questions are near-duplicates, as a fraction."""
NEAR: Final = NEARLY[0] / NEARLY[1]


def plain(text: str) -> str:
    """The words of a text between spaces: case, white space and punctuation are nobody's wording. Empty without a letter."""
    composed = unicodedata.normalize("NFC", text).casefold()
    words = " ".join("".join(sign if sign.isalnum() else " " for sign in composed).split())
    return f" {words} " if words else ""


def grams(words: str) -> set[str]:
    """The 3-grams of words between spaces."""
    return {words[place : place + 3] for place in range(len(words) - 2)}


def resemble(common: int, one: int, other: int) -> bool:
    """Whether two sets of so many members, with so many in common, have a cosine of 0.85 or more. Exact."""
    above, below = NEARLY
    return common > 0 and (common * below) ** 2 >= above**2 * one * other


def cosine(one: set[str], other: set[str]) -> float:
    """The cosine between two sets; 0 where one of them is empty."""
    return len(one & other) / sqrt(len(one) * len(other)) if one and other else 0.0


def likeness(one: str, other: str) -> float:
    """1 for the same words, 0 for texts that share no three characters in a row."""
    mine, theirs = plain(one), plain(other)
    return 1.0 if mine == theirs else cosine(grams(mine), grams(theirs))
