"""Which language a guide is written in, told by its small words."""

import re
from typing import Final

from crossview.scripts.guide.words import LEXICONS
from crossview.scripts.guide.words.lexicon import Lexicon

_SAMPLE: Final = 50_000
_LEAST: Final = 3


def language_of(text: str) -> str:
    """The language whose small words are most frequent in the first part of the text; "und" when there are too few."""
    words = re.findall(r"[^\W\d_]+", text[:_SAMPLE].lower())
    hits = {language: sum(map(frozenset(lexicon.common).__contains__, words)) for language, lexicon in LEXICONS.items()}
    best = max(hits, key=lambda language: hits[language])
    return best if hits[best] >= _LEAST else "und"


def lexicon_of(language: str) -> Lexicon:
    """The words for a language tag; English ones where the language has none, as most guides borrow its labels."""
    return LEXICONS.get(language.split("-")[0].lower(), LEXICONS["en"])
