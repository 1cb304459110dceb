"""A sentence that nobody can hold in the head."""

import re
from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Edit, Hit, phrases, rule, words

LONG = 30
NOMINAL = re.compile(
    r"\b[a-z]{3,}(?:tion|tions|ment|ments|ance|ances|ence|ity|ities|ness|ancy|ency|ology|ility)\b", re.IGNORECASE
)
EVERYDAY = words(
    """
    question questions information experience conversation application department apartment moment comment
    payment document appointment difference audience city university activity opportunity community quality
    security business position station vacation situation satisfaction reaction decision station section option
    options action attention government treatment management development performance insurance distance
    importance
    """
)
SUBORDINATE = phrases(
    r"""
    which
    that
    who
    whom
    whose
    where
    when
    while
    although
    because
    if
    unless
    whether
    whereas
    with which
    in which
    """
)
STIFF = phrases(
    r"""
    aforementioned|heretofore|hitherto|notwithstanding
    utili[sz]ation
    in the event that
    subsequent to
    with regard to
    pursuant to
    prior to
    attributable to
    consequent upon
    bearing in mind
    to what (?:extent|degree),? (?:if any)
    what (?:is|was|has been) the (?:frequency|extent|degree|nature|likelihood) of
    on the one hand
    in respect of
    in accordance with
    with a view to
    by means of
    for the purpose of
    """
)  # fmt: skip
PLAIN = {
    "in the event that": "if", "prior to": "before", "subsequent to": "after", "pursuant to": "under",
    "for the purpose of": "for",
}  # fmt: skip
"""Stiff phrases for which one word stands in every sentence; what the others mean depends on theirs."""
_PLAIN = phrases("\n".join(PLAIN))


def in_plain_words(reading: Reading) -> Iterator[Edit]:
    """The word in place of the phrase, with a capital where the phrase has one."""
    for found in _PLAIN.finditer(reading.text):
        word = PLAIN[" ".join(found[0].lower().split())]
        shown = word.upper() if found[0].isupper() else word.capitalize() if found[0][0].isupper() else word
        yield Edit(found.start(), found.end(), shown)


ADVICE = "This is more than can be held in the head. Say it in two short sentences, with verbs in place of nouns."


@rule(
    "CV405", "too-complex", Category.TOO_COMPLEX, Level.WARNING,
    source="Price et al., Research Methods in Psychology, BRUSO; QUAID, complex syntax (Graesser et al. 2006)",
    bad=(
        "In the event that the delivery is late, whom do you call?",
        "What was the influence of the implementation of the methodology on the perception of accountability in your team?",
    ),
    good=("When a delivery is late, whom do you call?", "Can you tell me about the last time you sent something back?"),
    rewrite=in_plain_words,
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A question is short, and says who does what.

    Whoever has to untangle a sentence answers the part that was understood. Nouns made of verbs hide who does what.
    """
    for sentence in reading.sentences:
        words = sentence.words
        nominal = [found[0] for found in NOMINAL.finditer(sentence.text) if found[0].lower() not in EVERYDAY]
        clauses = len(SUBORDINATE.findall(sentence.text))
        if (
            len(words) > LONG
            or (len(nominal) > 2 and len(words) > 12 and len(nominal) > len(words) // 4)
            or STIFF.search(sentence.text)
            or (clauses > 3 and len(words) > 20)
        ):
            yield Hit(sentence.start, sentence.start + len(sentence.text.rstrip()), ADVICE)
            return
