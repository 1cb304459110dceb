"""Two negations to untangle."""

import re
from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import AUXILIARY, NEGATED, Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

NEGATION = re.compile(
    rf"\b(?:not|never|no one|nobody|none|nothing|neither|nor|cannot|without|hardly|{NEGATED}"
    r"|un(?!der|til|less|ion|it|iqu|iver|cle|to\b|anim)[a-z]{3,}(?<!ly)"
    r"|in(?:correct|accurate|complete|convenient|sufficient|effective|adequate|appropriate|efficient|frequent|secure|visible|valid|"
    r"capable|consistent)|im(?:possible|polite|practical|proper|probable|perfect)|il(?:legal|logical)"
    r"|dis(?:agree|like|satisfied|approve|allow(?:ed)?|honest|loyal)|ir(?:relevant|regular|responsible)|mis(?:understood|trust))\b",
    re.IGNORECASE,
)
ASKED_BY_NO = phrases(
    rf"""
    how often do you not\b
    ^(?:{AUXILIARY}) (?:you|they|he|she|it|we|there|the [a-z]+|your [a-z]+|this|that) (?:ever )?(?:not|never)\b
    not (?:quite |at all |really )?(?:un|in|im|ir|dis|non)[a-z]{{3,}}
    """
)
PREVENTING = phrases(
    r"""
    (?:favou?r|oppose|agree|disagree|support|against)\b[^?]{0,120}\b(?:not |prevent|prohibit|forbid|ban|bar|abolish|
        stop|block|refus)[a-z]*
    (?:impossible|improbable|untrue|false|deny|doubt)\b[^?]{0,120}\b(?:never|not)
    (?:agree|disagree|think|believe|feel|say)\b(?:(?!though|because|since|when|if|who|which)[^?]){0,120}\b(?:
        should|would|is|are|was|were|must|do|does) not\b
    """
)
EARLY = 5
"""Words before the negation of a statement that is denied as a whole."""
ADVICE = "“{words}” has to be turned round in the head before it can be answered. Say it without the negations."


@rule(
    "CV202", "double-negative", Category.DOUBLE_NEGATIVE, Level.ERROR,
    source="Converse and Presser 1986; Pew Research Center, Writing Survey Questions",
    bad=(
        "Don't you dislike not being told?", "Was it not uncommon to wait?",
        Question("Do you agree that managers should not be paid more?", setting="survey"),
    ),
    good=("What were you not told?", "What could you not find yesterday?", "Why is it not open on Mondays?"),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A question must not have two negations.

    Each one has to be turned round in the head, and a “no” then reads two ways.
    """
    for sentence in reading.sentences:
        found = list(NEGATION.finditer(sentence.text))
        if len(found) > 1 and not _apart(sentence.text[found[0].end() : found[1].start()]):
            yield Hit(sentence.start + found[0].start(), sentence.start + found[-1].end(), ADVICE)
            return
    if asked := ASKED_BY_NO.search(reading.main.text):
        yield at(asked, ADVICE, reading.main)
    elif preventing := PREVENTING.search(reading.main.text):
        yield at(preventing, ADVICE, reading.main)
    elif reading.is_statement and not reading.is_interview:
        denied = NEGATION.search(reading.main.text)
        if denied and len(reading.main.text[: denied.start()].split()) < EARLY:
            yield at(denied, ADVICE, reading.main)


def _apart(between: str) -> bool:
    """Whether another clause begins between two negations, so that each has one of its own."""
    return bool(re.search(r",|\b(?:that|who|which|because|when|while|but|and|or|if)\b", between, re.IGNORECASE))
