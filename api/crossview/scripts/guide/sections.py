"""What each section of a guide is for, told by its heading, the headings above it, its place, and what it holds.

A heading's own words come first, unless they name a matter of the team and the text asks the participant. Where a heading
says nothing it takes after the heading above it, then after whom its text addresses and where it stands: before the
conversation begins, in its midst, or after its end. What is left is core.
"""

import re
from typing import Final

from msgspec.structs import replace

from crossview.scripts.document import SectionKind
from crossview.scripts.guide.blocks import Part
from crossview.scripts.guide.content import Content, content_of
from crossview.scripts.guide.cues import Sight
from crossview.scripts.guide.minutes import heading_minutes
from crossview.scripts.guide.plain import plain
from crossview.scripts.guide.words import LEXICONS
from crossview.scripts.guide.words.lexicon import Lexicon
from crossview.scripts.guide.words.match import has, longest, lowered

TEAM_ONLY: Final[frozenset[SectionKind]] = frozenset({"logistics", "debrief"})
_CONVERSATION_BEGINS: Final[frozenset[SectionKind]] = frozenset({"introduction", "consent", "warm_up"})
_HANDED_DOWN: Final[frozenset[SectionKind]] = frozenset(
    {"consent", "task", "logistics", "debrief", "wrap_up", "warm_up"}
)
_ORDER: Final[tuple[SectionKind, ...]] = (
    "introduction", "consent", "warm_up", "wrap_up", "debrief", "task", "core", "logistics",
)  # fmt: skip
_BORROWED: Final = replace(
    LEXICONS["en"],
    sections={kind: one for kind, one in LEXICONS["en"].sections.items() if kind not in ("task", "core")},
)
_CONVERSATION: Final = 3
_A_FEW: Final = 2
_ASIDE: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def cue_of(heading: str, words: Lexicon) -> SectionKind | None:
    """The kind that the heading's own words name: the longest phrase wins; brackets are only asked when nothing else speaks.

    English words come last, because guides in other languages borrow them.
    """
    text = lowered(plain(heading))
    outside = _ASIDE.sub(" ", text)
    return _cue(outside, words) or _cue(text, words) or _cue(outside, _BORROWED)


def is_apart(heading: str, words: Lexicon) -> bool:
    """Whether the heading names the time before or after the session."""
    text = lowered(plain(heading))
    return has(words.before, text) or has(words.after, text)


def section_kinds(parts: list[Part], sight: Sight) -> list[SectionKind]:
    """The kind of each part, in order. The first may be the text above all headings."""
    words = sight.words
    contents = [content_of(part.blocks, sight) for part in parts]
    cues = [_trusted_cue(part, content, words) for part, content in zip(parts, contents, strict=True)]
    begins = next((at for at, cue in enumerate(cues) if cue in _CONVERSATION_BEGINS), 0)
    kinds: list[SectionKind] = []
    handed: list[SectionKind | None] = []
    for at, (part, content, above) in enumerate(zip(parts, contents, aboves(parts), strict=True)):
        by_words = _by_words(at, above, parts, contents, cues, handed, words)
        handed.append(by_words if by_words in _HANDED_DOWN else None)
        if not part.heading and part.level == 0:
            kinds.append("introduction" if len(parts) == 1 or content.is_speech else "logistics")
        else:
            kinds.append(by_words or _by_content(part, content, above is None and at < begins))
    _find_the_opening(parts, contents, cues, kinds)
    _find_the_close(parts, contents, cues, kinds)
    return kinds


def _trusted_cue(part: Part, content: Content, words: Lexicon) -> SectionKind | None:
    """The heading's cue, unless it names a matter of the team and the section puts questions to the participant."""
    if not part.heading:
        return None
    text = lowered(plain(part.heading))
    if is_apart(part.heading, words):
        return _asked_apart(text, content, words) or cue_of(part.heading, words)
    cue = cue_of(part.heading, words)
    if has(words.staff, text) and cue is None:
        cue = "logistics"
    if cue in TEAM_ONLY and content.is_conversation:
        return None
    if cue == "task" and content.is_for_the_team and not content.spoken and content.team > _A_FEW:
        return None
    return "warm_up" if cue == "introduction" and has(words.ask_label, text) and not content.greets else cue


def _asked_apart(text: str, content: Content, words: Lexicon) -> SectionKind | None:
    """Questions to the participant before or after the rest: the heading says questions, and the text asks them."""
    if not (has(words.ask_label, text) and content.is_conversation):
        return None
    return "wrap_up" if has(words.after, text) else "warm_up"


def _cue(text: str, words: Lexicon) -> SectionKind | None:
    best = max(_ORDER, key=lambda kind: (longest(words.sections.get(kind, ()), text), -_ORDER.index(kind)))
    return best if longest(words.sections.get(best, ()), text) else None


def _by_words(
    at: int,
    above: int | None,
    parts: list[Part],
    contents: list[Content],
    cues: list[SectionKind | None],
    handed: list[SectionKind | None],
    words: Lexicon,
) -> SectionKind | None:
    """The kind that the heading's words name, or those of the heading above it."""
    part, cue = parts[at], cues[at]
    text = lowered(plain(part.heading))
    if is_apart(part.heading, words) and not _asked_apart(text, contents[at], words):
        return "debrief" if has(words.after, text) else "logistics"
    if above is None or not handed[above] or _stands_alone(part, cue, parts[above], words):
        return cue
    if handed[above] in TEAM_ONLY and contents[at].is_conversation and not is_apart(parts[above].heading, words):
        return cue
    return handed[above]


def _by_content(part: Part, content: Content, outside: bool) -> SectionKind:
    """Whom the text addresses. Within the conversation a section is the team's only when nothing in it is spoken."""
    if outside and (content.is_for_the_team or not content.asked):
        return "logistics"
    if content.tried > content.asked and 2 * content.tried >= content.blocks:
        return "task"
    timed = heading_minutes(part.heading) is not None
    return (
        "logistics"
        if content.is_for_the_team and not content.spoken and content.team > _A_FEW and not timed
        else "core"
    )


def aboves(parts: list[Part]) -> list[int | None]:
    """For each part the heading it stands under: the nearest one before it with a smaller level."""
    open_headings: list[int] = []
    aboves: list[int | None] = []
    for at, part in enumerate(parts):
        while open_headings and parts[open_headings[-1]].level >= part.level:
            open_headings.pop()
        aboves.append(open_headings[-1] if open_headings else None)
        if part.level:
            open_headings.append(at)
    return aboves


def _stands_alone(part: Part, cue: SectionKind | None, above: Part, words: Lexicon) -> bool:
    """Whether a heading's own words count for more than the heading above it."""
    if cue is None or is_apart(above.heading, words):
        return False
    return heading_minutes(part.heading) is not None or cue not in ("consent", "introduction", "core")


def _find_the_opening(
    parts: list[Part], contents: list[Content], cues: list[SectionKind | None], kinds: list[SectionKind]
) -> None:
    """Where no heading says introduction, it is the first section of the first half that greets or asks for consent.

    One that is called a warm-up is one too, when it tells more than it asks. What stands above it is the team's.
    """
    if "introduction" in kinds or "consent" in kinds:
        return
    spoken = _with_the_participant(parts, kinds)
    for at in spoken[: len(spoken) // 2] if len(spoken) >= _CONVERSATION else []:
        tells = contents[at].told > contents[at].asked
        if contents[at].greets and (cues[at] is None or (cues[at] == "warm_up" and tells)):
            kinds[at] = "introduction"
            _leave_to_the_team(range(at), parts, contents, cues, kinds)
            return


def _find_the_close(
    parts: list[Part], contents: list[Content], cues: list[SectionKind | None], kinds: list[SectionKind]
) -> None:
    """Where no heading says close, it is the last section of the second half that speaks like one."""
    if "wrap_up" not in kinds:
        spoken = _with_the_participant(parts, kinds)
        late = spoken[len(spoken) // 2 :] if len(spoken) >= _CONVERSATION else []
        closing = [at for at in late if cues[at] is None and contents[at].closes and contents[at].spoken]
        if closing:
            kinds[closing[-1]] = "wrap_up"
    if "wrap_up" in kinds:
        _leave_to_the_team(range(kinds.index("wrap_up") + 1, len(parts)), parts, contents, cues, kinds)


def _leave_to_the_team(
    outside: range, parts: list[Part], contents: list[Content], cues: list[SectionKind | None], kinds: list[SectionKind]
) -> None:
    """Outside the conversation a heading of its own that says nothing is the team's, unless its text asks."""
    above = aboves(parts)
    for at in outside:
        silent = kinds[at] == "core" and cues[at] is None and above[at] is None and bool(parts[at].heading)
        if silent and not contents[at].is_conversation:
            kinds[at] = "logistics"


def _with_the_participant(parts: list[Part], kinds: list[SectionKind]) -> list[int]:
    return [at for at, kind in enumerate(kinds) if kind not in TEAM_ONLY and parts[at].blocks and parts[at].heading]
