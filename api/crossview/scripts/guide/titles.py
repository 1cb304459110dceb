"""Which of a guide's headings is its title."""

import re
from typing import Final

from crossview.scripts.guide.blocks import Outline, Part
from crossview.scripts.guide.minutes import heading_minutes
from crossview.scripts.guide.plain import plain
from crossview.scripts.guide.sections import cue_of, is_apart
from crossview.scripts.guide.words.lexicon import Lexicon
from crossview.scripts.guide.words.match import has, lowered

_HEADINGS: Final = 100
_FRONT_MATTER_TITLE: Final = re.compile(r"title[ \t]*:[ \t]*(.+)", re.IGNORECASE)


def front_matter_title(front_matter: str) -> str:
    """The title that the front matter gives, without quotes; empty when there is none or nobody filled it in."""
    for line in front_matter.split("\n"):
        found = _FRONT_MATTER_TITLE.fullmatch(line.rstrip())
        if found:
            title = found[1].strip().strip("\"'").strip()
            return "" if title.startswith(("[", "{", "<", "#")) else title
    return ""


def title_part(outline: Outline, words: Lexicon) -> Part | None:
    """The heading that names the guide: a first-level one, or the first heading when it is no section's.

    Of several first-level headings, one that speaks of a guide is preferred to one that speaks of the time before or
    after the session. Where several of them state minutes they are sections, and none is the title.
    """
    headings = [part for part in outline.parts if part.level and part.heading][:_HEADINGS]
    first_level = [part for part in headings if part.level == 1]
    if len(first_level) == 1:
        return first_level[0]
    if sum(heading_minutes(part.heading) is not None for part in first_level) > 1:
        return None
    if first_level:
        inside = [part for part in first_level if not is_apart(part.heading, words)]
        named = [part for part in inside if has(words.title, lowered(plain(part.heading)))]
        candidates = [part for part in [*named, *inside] if not _is_section(part, words)]
        return candidates[0] if candidates else None
    if not headings or front_matter_title(outline.front_matter):
        return None
    first = headings[0]
    names_a_guide = has(words.title, lowered(plain(first.heading))) and not is_apart(first.heading, words)
    stands_above = all(part.level > first.level for part in headings[1:3]) and len(headings) > 1
    return first if not _is_section(first, words) and (names_a_guide or stands_above) else None


def _is_section(part: Part, words: Lexicon) -> bool:
    cue = cue_of(part.heading, words)
    return cue is not None and not has(words.title, lowered(plain(part.heading)))
