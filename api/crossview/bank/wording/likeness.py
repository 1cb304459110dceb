"""How alike two texts are: the cosine between their counts of three characters in a row, from 0 to 1."""

import unicodedata
from collections import Counter
from math import sqrt
from typing import Final, TypeAlias

NEAR: Final = 0.85
"""From here on two questions are near-duplicates."""

Grams: TypeAlias = Counter[str]


def likeness(one: str, other: str) -> float:
    """1 for the same words, 0 for texts that share no three characters in a row; case and white space count for nothing."""
    return cosine(grams(one), grams(other))


def grams(text: str) -> Grams:
    """How often each three characters in a row stand in a text; a text of fewer counts as one piece."""
    plain = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    return Counter(plain[at : at + 3] for at in range(max(len(plain) - 2, 1)))


def cosine(one: Grams, other: Grams) -> float:
    """The cosine of the angle between two counts."""
    if len(other) < len(one):
        one, other = other, one
    shared = sum(count * other[gram] for gram, count in one.items() if gram in other)
    return shared / sqrt(_square(one) * _square(other))


def _square(counts: Grams) -> int:
    return sum(count * count for count in counts.values())
