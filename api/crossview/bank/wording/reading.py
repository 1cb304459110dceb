"""How a question is read before any rule looks at it: what is quoted is nobody's wording, what is asked is a sentence.

A light reading, by the words of the closed classes (auxiliaries, pronouns, question words, conjunctions), which are few and do
not change. No tagger and no model: the same text is read the same way on every machine.
"""

import re
from functools import cached_property

from crossview.bank.wording.question import Question

_STRAIGHT = str.maketrans(
    {"‘": "'", "’": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "…": ".", "‑": "-"}
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_QUOTED = re.compile(r"\"[^\"\n]{1,300}\"|(?<![\w'])'[^'\n]{1,300}'(?!\w)|`[^`\n]{1,300}`")
_SENTENCE = re.compile(r"[^.?!\n;]+(?:[.?!;]+|$)(?:[\"')\]]*)")
_ABBREVIATION = re.compile(r"\b(?:e\.g\.?|i\.e\.?|(?:etc|vs|mr|mrs|ms|dr|approx|u\.s)\.)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")

AUXILIARY = "do|does|did|is|are|am|was|were|be|have|has|had|can|could|will|would|shall|should|may|might|must"
NEGATED = (
    "don't|doesn't|didn't|isn't|aren't|wasn't|weren't|haven't|hasn't|hadn't|can't|couldn't|won't|wouldn't|shouldn't|"
    "mustn't|ain't"
)
ASKING = "what|which|who|whom|whose|when|where|why|how"
ASKING_SHORT = "what's|who's|how's|when's|where's|why's"
_LEAD = re.compile(
    r"^(?:[^\w'\"]|so\b|and\b|but\b|ok(?:ay)?\b|well\b|now\b|then\b|also\b|first(?:ly)?\b|finally\b|hi\b|please\b)*",
    re.IGNORECASE,
)
_YES_NO = re.compile(rf"(?:{AUXILIARY}|{NEGATED})\b(?!-)", re.IGNORECASE)
_ASKS = re.compile(
    rf"(?:in|on|at|for|to|from|with|by|about|of|during)?\s*\b(?:{ASKING}|{ASKING_SHORT})\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"(?:(?:can|could|would|will|may) (?:you|i|we)(?: please)? (?:just |briefly |also |quickly |perhaps )?"
    r"(?:tell|walk|show|describe|explain|share|give|talk|take|help|say|elaborate|expand|think of|recall|remember|remind|ask|"
    r"start|have|see|introduce|let (?:me|us)|mind|be (?:open|willing|able|comfortable|ok|okay)|like (?:a|an|to|some))"
    r"|is (?:it|that|this|there)(?: still)? (?:ok|okay|all right|alright|fine|anything|anyone|someone|something|any other)"
    r"|(?:would|will|is) (?:that|this|it) be (?:ok|okay|all right|alright|fine)"
    r"|do you (?:mind|have any (?:questions|other)|know (?:anyone|someone|anybody))"
    r"|are you (?:ready|comfortable|ok|okay)|will you be (?:joining|coming|attending|staying)"
    r"|would you rather (?:take|stop|carry|continue|go))\b",
    re.IGNORECASE,
)


class Sentence:
    """One sentence of a question; `start` is where it stands in the text as it is read."""

    def __init__(self, text: str, start: int) -> None:
        lead = _LEAD.match(text)
        self.offset = lead.end() if lead else 0
        self.text = text[self.offset :]
        self.start = start + self.offset

    @property
    def is_question(self) -> bool:
        """Whether it ends in a question mark."""
        return self.text.rstrip("\"')] ").endswith("?")

    @property
    def is_yes_no(self) -> bool:
        """Whether it opens as a question whose answer is yes or no, and is no request in the form of one."""
        return bool(_YES_NO.match(self.text)) and not self.is_request

    @property
    def is_request(self) -> bool:
        """Whether it asks for a story, for leave or for a favour in the form of a yes-no question."""
        return bool(_REQUEST.match(self.text))

    @property
    def asks(self) -> bool:
        """Whether it opens with a question word."""
        return bool(_ASKS.match(self.text))

    @property
    def words(self) -> list[str]:
        """Its words."""
        return _WORD.findall(self.text)


class Reading:
    """A question as the rules read it.

    `text` has straight quotes, no invisible characters, and what is quoted in it blanked out; `origin` leads from a place in it
    to the place in what the author wrote.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        shown, self.origin = _visible(question.text)
        self.text = _QUOTED.sub(_blank, shown)
        self.lower = self.text.lower()

    @property
    def is_interview(self) -> bool:
        """Whether somebody asks it face to face."""
        return self.question.setting == "interview"

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Its sentences, in order."""
        whole = _ABBREVIATION.sub(lambda found: found[0].replace(".", " "), self.text)
        return [Sentence(found[0], found.start()) for found in _SENTENCE.finditer(whole) if _WORD.search(found[0])] or [
            Sentence(self.text, 0)
        ]

    @cached_property
    def main(self) -> Sentence:
        """The sentence that asks: the last one with a question mark, else the last one."""
        asking = [sentence for sentence in self.sentences if sentence.is_question]
        return (asking or self.sentences)[-1]

    @cached_property
    def is_statement(self) -> bool:
        """Whether it asks nothing: an item to agree with, as surveys have them."""
        main = self.main
        return not (main.is_question or main.is_yes_no or main.is_request or main.asks or _IMPERATIVE.match(main.text))

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the reading stands in what the author wrote."""
        return self.origin[start], self.origin[max(end - 1, start)] + 1


_IMPERATIVE = re.compile(
    r"(?:tell|walk|describe|explain|show|think|give|go|take|help|imagine|rate|name|list|share|send|let's|let us|suggest|"
    r"recall|choose|select)\b",
    re.IGNORECASE,
)


def _visible(text: str) -> tuple[str, list[int]]:
    places = [place for place, character in enumerate(text) if not _INVISIBLE.match(character)]
    return "".join(text[place] for place in places).translate(_STRAIGHT), [*places, len(text)]


def _blank(found: re.Match[str]) -> str:
    return "_" * len(found[0])
