"""Lengths of time in headings, labels and sentences: "(5 min)", "- 10 minutes", "(10-12 minutos)", "1 h 30", "half an hour"."""

import re
from decimal import Decimal
from typing import Final

from crossview.scripts.document import MINUTES
from crossview.scripts.guide.words import HOUR_WORDS, MINUTE_WORDS, SPELLED_LENGTHS
from crossview.scripts.guide.words.match import found_in, lowered

_NUMBER: Final = r"[0-9]{1,3}(?:[.,][0-9]{1,2})?"
_RANGE: Final = rf"(?P<low>{_NUMBER})(?:\s*(?:-|–|—|to|a|bis|à|do|up to)\s*(?P<high>{_NUMBER}))?"
_LENGTH: Final = re.compile(
    rf"(?<![\w.,:/$€£-]){_RANGE}[\s-]*(?:(?P<minute>(?:{'|'.join(MINUTE_WORDS)})\b\.?|['′](?!\w))"
    rf"|(?P<hour>(?:{'|'.join(HOUR_WORDS)}|h)(?=[\W\d]|$))(?:\s?(?P<more>[0-5]?[0-9])(?![\w-])(?:\s?(?:{'|'.join(MINUTE_WORDS)})\b)?)?)",
    re.IGNORECASE,
)
_SPELLED: Final = tuple(SPELLED_LENGTHS)
_PLACEHOLDER: Final = re.compile(r"`[^`\n]{0,500}`|\{\{[^{}\n]{0,500}\}\}|\[[^\[\]\n]{0,500}\]")


def lengths(text: str) -> list[Decimal]:
    """Every length stated in the text, in minutes; of a range the longer one. Placeholders state nothing.

    Lengths in words count where none is given in figures.
    """
    spoken = _PLACEHOLDER.sub(_blank, text)
    stated = [minutes for found in _LENGTH.finditer(spoken) if (minutes := _minutes(found)) is not None]
    return stated or [Decimal(SPELLED_LENGTHS[phrase]) for phrase in found_in(_SPELLED, lowered(spoken))]


def heading_minutes(heading: str) -> Decimal | None:
    """The length in a heading: the last one stated, also where the heading has another bracket before it."""
    stated = [minutes for found in _LENGTH.finditer(heading) if (minutes := _minutes(found)) is not None]
    return stated[-1] if stated else None


def line_minutes(line: str) -> Decimal | None:
    """The length of a line that says nothing else, such as "(About 5 minutes)" below a heading."""
    found = _LENGTH.search(line)
    if found is None:
        return None
    rest = f"{line[: found.start()]} {line[found.end() :]}"
    words = re.findall(r"[^\W\d_]+", rest)
    bracketed = line.strip(" *_").startswith("(") and line.strip(" *_.").endswith(")")
    return _minutes(found) if len(words) <= (6 if bracketed else 2) else None


def trailing_minutes(text: str) -> Decimal | None:
    """The length in the bracket at the end of an item: "Show me your desk (3 min)"."""
    bracket = re.search(r"[(\[]([^()\[\]\n]{1,30})[)\]][\s*_.]*$", text[-40:])
    return line_minutes(bracket[1]) if bracket else None


def _minutes(found: re.Match[str]) -> Decimal | None:
    value = Decimal((found["high"] or found["low"]).replace(",", "."))
    minutes = value * 60 + int(found["more"] or 0) if found["hour"] else value
    return minutes.normalize() + 0 if 0 < minutes <= MINUTES else None


def _blank(found: re.Match[str]) -> str:
    """A bracket that itself starts with a length, "[5 min]", is a statement and no placeholder."""
    inside = found[0].strip("[]")
    return found[0] if _LENGTH.fullmatch(inside) else " "
