"""What can be seen in one item's text: its label, its marks, whom it speaks to."""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from crossview.scripts.document import TEXT_LENGTH
from crossview.scripts.guide.blocks import Block
from crossview.scripts.guide.plain import plain
from crossview.scripts.guide.words.lexicon import Lexicon
from crossview.scripts.guide.words.match import has, lowered, opened, opens

Label = Literal["probe", "watch", "note", "voice", "task", "ask", "say", "other", ""]
Lead = Literal["probe", "ask", "say", "watch", "note", "task", ""]

_SIGNS: Final = re.compile(
    r"(?:(?::[a-z0-9_+-]{1,40}:|[→•▶►➡☐☑✓✔*•·-]|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]+)\s*)+"
)
_LABEL: Final = re.compile(r"(?P<label>[^:?!\n]{1,70}?)\s?:(?:\s+|$)(?P<rest>.*)", re.DOTALL)
_BRACKETED_LABEL: Final = re.compile(r"\[(?P<label>[^\[\]?]{1,60}?):?\]\s*(?P<rest>\S.*)", re.DOTALL)
_MARKED_LABEL: Final = re.compile(
    r"(?P<mark>\*{1,3}|_{1,3})(?P<label>[^*_:?\n]{1,200}?)(?::\s?(?P=mark)|(?P=mark)\s?:)\s+(?P<rest>\S.*)", re.DOTALL
)
_OPEN_QUOTES: Final = ('"', "“", "„", "«", "'", "‘")
_CLOSE_QUOTES: Final = "\"”“»'’"
_LABEL_WORDS: Final = 7
_ASIDE: Final = re.compile(r"\([^()]{0,2000}\)|\[[^\[\]]{0,2000}\]|`[^`]{0,2000}`")
_QUOTED: Final = re.compile(r"[\"“„«][^\"“”„«»]{1,2000}[\"”“»]")
_SENTENCES: Final = re.compile(r"(?<=[.!?)])\s+")
_SENTENCE: Final = 20
_EMPHASIS: Final = re.compile(r"(?P<mark>\*{1,3}|_{1,3})(?=\S)")


@dataclass(frozen=True, slots=True)
class Cues:
    """What one item's text shows. `leads` is the label on its last line; the mood is that of what follows its own label."""

    label: Label
    leads: Label
    is_label: bool
    is_stem: bool
    bracketed: bool
    italic: bool
    bold: bool
    quoted: bool
    opens_quoted: bool
    closes_quoted: bool
    asks: bool
    asks_at_end: bool
    option: bool
    nothing: bool
    you: bool
    me: bool
    they: bool
    roles: bool
    if_opens: bool
    branches: bool
    orders: bool
    asks_me: bool
    do_this: bool
    hands_on: bool
    courtesy: bool
    turns: bool
    sentence: bool
    question_word: bool
    speaks_of_probes: bool
    speaks_of_asking: bool
    speaks_of_telling: bool
    consents: bool
    assures: bool
    closes: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """The cues of a guide's blocks in the words of its language; each text is looked at once, however often it is asked."""

    words: Lexicon
    seen: dict[str, Cues] = field(default_factory=dict)

    def of(self, block: Block) -> Cues:
        """What can be seen in the text of a block."""
        cues = self.seen.get(block.text)
        if cues is None:
            cues = self.seen[block.text] = _cues_of(block, self.words)
        return cues


def _cues_of(block: Block, words: Lexicon) -> Cues:
    source = block.text[:TEXT_LENGTH].strip()
    shown = plain(source)
    signless = _SIGNS.sub("", shown, count=1) if _SIGNS.match(shown) else shown
    label, rest = _marked_label(source) or _split_label(signless)
    whole = lowered(signless)
    words_of_label = lowered(label).strip(' *_[]()"')
    rest_shown = rest.strip()
    low = lowered(rest_shown).strip("\"“„«”»… .'’‘[(")
    spoken = _ASIDE.sub(" ", rest_shown)
    outside_quotes = _QUOTED.sub(" ", spoken)
    quoted = rest_shown.startswith(_OPEN_QUOTES) and (_ends_quoted(rest_shown) or _ends_quoted(spoken))
    heard = spoken if quoted else outside_quotes
    heard_low = lowered(heard)
    after_condition = _after_condition(low, words)
    bare = opened(words.courtesy, low)
    openings = [after_condition, bare, *(opened(words.turn, one) for one in _SENTENCES.split(low)[1:_SENTENCE])]
    return Cues(
        label=_label_of(words_of_label, words) if label else "",
        leads=_leading_label(shown, words),
        is_label=bool(label) and not rest_shown,
        is_stem=whole.rstrip(" *_])").endswith((":", "…", "...", "as:")),
        bracketed=_bracketed(shown),
        italic=_wholly(source, (1,)),
        bold=_wholly(source, (2, 3)),
        quoted=quoted,
        opens_quoted=shown.startswith(_OPEN_QUOTES),
        closes_quoted=_ends_quoted(rest_shown),
        asks="?" in heard,
        asks_at_end=heard.rstrip(" \"”»'’*_.…)").endswith("?"),
        option=shown[:1] in "☐☑□◻○",
        nothing=not any(character.islower() for character in _ASIDE.sub("", shown)),
        you=has(words.you, heard_low),
        me=has(words.me, heard_low),
        they=has(words.they, heard_low),
        roles=has(words.roles, heard_low),
        if_opens=opens(words.condition, lowered(signless).strip("[( ")),
        branches=opens(words.branch, lowered(signless).strip("[( ")),
        orders=opens(words.moderator_verbs, after_condition) or opens(words.moderator_verbs, opened(words.turn, low)),
        asks_me=any(opens(words.ask_me, one) for one in openings),
        do_this=opens(words.do_this, after_condition) or opens(words.do_this, bare),
        hands_on=any(opens(words.hands_on, one) for one in openings),
        courtesy=opens(words.courtesy, low),
        turns=opens(words.turn, low) or opens(words.turn, bare),
        sentence=_is_sentence(_ASIDE.sub(" ", shown)),
        question_word=opens(words.question_words, after_condition),
        speaks_of_probes=has(words.probe_label, whole),
        speaks_of_asking=has(words.asking, whole),
        speaks_of_telling=has(words.telling, whole),
        consents=has(words.sections.get("consent", ()), whole),
        assures=has(words.assurance, heard_low),
        closes=has(words.closing, whole),
    )


def _is_sentence(shown: str) -> bool:
    """Whether the text ends as sentences do; a list that ends in "etc." does not."""
    end = shown.rstrip(' "”»*_)')
    return end.endswith((".", "!")) and not end.endswith("etc.") and len(end.split()) >= 4


def _split_label(shown: str) -> tuple[str, str]:
    """A label of a few words and what follows it; a sentence that happens to hold a colon has no label."""
    found = _BRACKETED_LABEL.fullmatch(shown) or _LABEL.fullmatch(shown)
    if found is None:
        return "", shown
    label = found["label"]
    if len(label.split()) > _LABEL_WORDS or re.search(r"[.;]\s", label) or label.count("(") != label.count(")"):
        return "", shown
    return label, found["rest"]


def _marked_label(source: str) -> tuple[str, str] | None:
    """A label that its writer set off by emphasis may be as long as its line."""
    found = _MARKED_LABEL.match(source)
    return (plain(found["label"]), plain(found["rest"])) if found else None


def _leading_label(shown: str, words: Lexicon) -> Label:
    """The label that ends the text, on its last line, and so leads in what follows."""
    line = shown.rstrip(" *_)]")
    if not line.endswith(":"):
        return ""
    start = max(line.rfind(sign) for sign in ".?!") + 1
    label = lowered(line[start:-1]).strip(' *_[]()"')
    return _label_of(label, words) if len(label.split()) <= _LABEL_WORDS else ""


def _label_of(label: str, words: Lexicon) -> Label:
    """What a label announces. Words of probing and watching count anywhere in it, the others at its ends."""
    if has(words.probe_label, label):
        return "probe"
    if has(words.watching, label):
        return "watch"
    last = label.split(" ")[-1]
    for kind, phrases in _labels(words):
        if opens(phrases, label) or has(phrases, last):
            return kind
    return "other"


def _labels(words: Lexicon) -> tuple[tuple[Label, tuple[str, ...]], ...]:
    return (
        ("task", words.task_label),
        ("voice", words.voice_label),
        ("note", words.note_label),
        ("ask", words.ask_label),
        ("say", words.say_label),
    )


def _ends_quoted(text: str) -> bool:
    return text.rstrip(" .)*_")[-1:] in _CLOSE_QUOTES


def _after_condition(low: str, words: Lexicon) -> str:
    """What is to be done when the condition holds: "If yes, go to ..." is an order, "If so, has it ...?" a question."""
    if not opens(words.condition, low):
        return low
    _, comma, rest = low.partition(",")
    return rest.strip() if comma else low


def _bracketed(shown: str) -> bool:
    """Whether brackets hold the whole text, also when one that opens here is closed in a later item."""
    if shown.startswith("[") and "]" not in shown:
        return True
    return shown.startswith(("[", "(")) and shown.rstrip(" .").endswith(("]", ")")) and _one_bracket(shown)


def _one_bracket(shown: str) -> bool:
    """Whether the bracket that opens the text is the one that closes it."""
    depth = 0
    for at, character in enumerate(shown):
        depth += (character in "[(") - (character in "])")
        if depth == 0:
            return at >= len(shown.rstrip(" .")) - 1
    return False


def _wholly(source: str, widths: tuple[int, ...]) -> bool:
    """Whether one pair of emphasis marks of such a width holds the whole text."""
    text = source.strip(" []()")
    found = _EMPHASIS.match(text)
    if found is None or len(found["mark"]) not in widths:
        return False
    mark = found["mark"]
    inside = text[len(mark) :].rstrip(" .:")
    return inside.endswith(mark) and mark not in inside[: -len(mark)].replace(mark[0] * (len(mark) + 1), "")
