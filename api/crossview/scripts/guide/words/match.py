"""Finding a language's phrases in a text. Texts are lowered first, and curly apostrophes straightened."""

import re
from functools import cache


def lowered(text: str) -> str:
    """The text in the spelling the word tables use."""
    return text.lower().replace("’", "'")


def has(phrases: tuple[str, ...], text: str) -> bool:
    """Whether one of the phrases stands in the lowered text as whole words."""
    return _anywhere(phrases).search(text) is not None


def opens(phrases: tuple[str, ...], text: str) -> bool:
    """Whether the lowered text begins with one of the phrases."""
    return _anywhere(phrases).match(text) is not None


def opened(phrases: tuple[str, ...], text: str) -> str:
    """The lowered text without the phrase it begins with, and without the signs after that."""
    found = _anywhere(phrases).match(text)
    return text[found.end() :].lstrip(" ,.!:;–—-") if found else text


def longest(phrases: tuple[str, ...], text: str) -> int:
    """The length of the longest phrase in the lowered text; 0 when there is none."""
    return max((len(found[0]) for found in _anywhere(phrases).finditer(text)), default=0)


def found_in(phrases: tuple[str, ...], text: str) -> list[str]:
    """The phrases that stand in the lowered text, in its order; of two that overlap the longer."""
    return [found[0] for found in _anywhere(phrases).finditer(text)]


@cache
def _anywhere(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    words = [re.escape(one[:-1]) + r"\w*" if one.endswith("*") else re.escape(one) for one in longest_first]
    return re.compile(rf"(?<!\w)(?:{'|'.join(words) or '(?!)'})(?!\w)")
