"""What a guide says about the session as a whole: how long it takes, and which sections are held in place of others."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Final

from crossview.scripts.document import SectionDocument, walk
from crossview.scripts.guide.minutes import heading_minutes, lengths
from crossview.scripts.guide.plain import plain
from crossview.scripts.guide.words.lexicon import Lexicon
from crossview.scripts.guide.words.match import has, lowered, opens

_SENTENCE_END: Final = re.compile(r"[!?\n]+|\.\s+(?=[\"“„«¿¡]?[^\W\d_])(?![\"“„«]?[a-zà-ÿ])")
_LABELLED: Final = re.compile(r"(?P<label>[^:|=–—\n]{2,60}?)\s*(?::|\||=|–|—|\s-\s)(?P<value>.*)")
_LABEL_WORDS: Final = 5
_OPENING: Final = frozenset({"logistics", "introduction", "consent", "warm_up"})
_CONVERSATION: Final = frozenset({"core", "task"})
_ITEMS: Final = 400


def session_minutes(title: str, front_matter: str, sections: list[SectionDocument], words: Lexicon) -> int | None:
    """The length of the session: stated in the title, the front matter, a line that is labelled so, or a sentence.

    Lines and sentences count outside the core and in its first section, where guides without an opening state it. A
    sentence says how long something takes, speaks of the session, or is rough. Above the first heading any length
    counts. None that is shorter than one of the sections is the session's. Where nothing is stated there is none: the
    minutes of the sections are not added up here.
    """
    stated = heading_minutes(title)
    if stated is None:
        least = max((one.minutes for one in sections if one.minutes), default=Decimal(0))
        stated = next((one for one in _stated(front_matter, sections, words) if one >= least), None)
    return int(stated) if stated is not None and stated >= 1 else None


def alternatives(headings: list[tuple[str, int]], words: Lexicon) -> list[int | None]:
    """For each heading with its level, the index of the one it is an alternative of.

    Neighbours on one level are alternatives when each opens with a condition, or when they differ by a negation alone.
    """
    found: list[int | None] = []
    open_headings: list[int] = []
    for at, (heading, level) in enumerate(headings):
        while open_headings and headings[open_headings[-1]][1] > level:
            open_headings.pop()
        before = open_headings.pop() if open_headings and headings[open_headings[-1]][1] == level else None
        open_headings.append(at)
        found.append(None)
        if before is None or not heading:
            continue
        other = headings[before][0]
        if (_conditional(heading, words) and _conditional(other, words)) or _negated(heading, other, words):
            found[at] = before if found[before] is None else found[before]
    return found


def _stated(front_matter: str, sections: list[SectionDocument], words: Lexicon) -> Iterator[Decimal]:
    begun = [at for at, one in enumerate(sections) if one.kind in _CONVERSATION]
    opening = [one for at, one in enumerate(sections) if one.kind in _OPENING or at in begun[:1]]
    lines = [line for section in opening for line in _lines(section)]
    above = [line for section in opening if not section.heading for line in _lines(section)]
    yield from _labelled([line.replace("_", " ") for line in front_matter.split("\n")], words)
    yield from _labelled(lines, words)
    sentences = [sentence for line in lines for sentence in _SENTENCE_END.split(line)]
    for phrases in (words.duration, words.session, words.roughly):
        for sentence in sentences:
            if has(phrases, lowered(sentence)):
                yield from lengths(sentence)
    for line in above:
        yield from lengths(line)


def _lines(section: SectionDocument) -> list[str]:
    """The plain lines of a section's first items."""
    return [plain(line) for item in islice(walk(section.items), _ITEMS) for line in item.text.split("\n")]


def _labelled(lines: list[str], words: Lexicon) -> Iterator[Decimal]:
    """The lengths behind a label such as "Duration:", also in the cells of a row; that of a task is not the session's."""
    for line in lines:
        found = _LABELLED.match(line.strip("| "))
        label = lowered(found["label"]) if found else ""
        fits = (
            len(label.split()) <= _LABEL_WORDS and has(words.length_label, label) and not has(words.task_label, label)
        )
        if found and fits:
            yield from lengths(found["value"])


def _conditional(heading: str, words: Lexicon) -> bool:
    return opens(words.condition, lowered(plain(heading)))


def _negated(heading: str, other: str, words: Lexicon) -> bool:
    ours, theirs = (re.findall(r"[\w'-]+", lowered(plain(one))) for one in (heading, other))
    if ours == theirs:
        return False
    bare = [[word for word in one if not has(words.negation, word)] for one in (ours, theirs)]
    return bare[0] == bare[1]
