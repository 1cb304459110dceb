"""What guides say in each language, as data: a new language is one more file and one more line here."""

from typing import Final

from crossview.scripts.guide.words import de, en, es, fr, pt, sl
from crossview.scripts.guide.words.lexicon import Lexicon

LEXICONS: Final[dict[str, Lexicon]] = {
    "en": en.WORDS,
    "es": es.WORDS,
    "pt": pt.WORDS,
    "de": de.WORDS,
    "fr": fr.WORDS,
    "sl": sl.WORDS,
}
MINUTE_WORDS: Final = tuple(sorted({word for one in LEXICONS.values() for word in one.minutes}, key=len, reverse=True))
HOUR_WORDS: Final = tuple(sorted({word for one in LEXICONS.values() for word in one.hours}, key=len, reverse=True))
SPELLED_LENGTHS: Final = {phrase: minutes for one in LEXICONS.values() for phrase, minutes in one.spelled.items()}
