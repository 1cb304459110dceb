"""A yes-no question where a story is wanted."""

import re
from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

ELSEWHERE = phrases(
    r"""
    would|will|could|should|can|may|shall|might
    [a-z]+n't
    do you think
    """
)
TRAILING = re.compile(
    r", ?(?P<words>(?:do|does|did|is|are|was|were|have|has|had) (?:you|it|they|we|he|she|this|that|there|the [a-z]+))\b"
    r"[^,?]*\?\W*$",
    re.IGNORECASE,
)
"""A yes-no question behind what leads to it."""
LED_UP = phrases(r"""if|when|whenever|given|considering|since|because|as|after|before|while|although""")
OPENINGS = frozenset({"introduction", "consent", "warm_up", "wrap_up"})
ADVICE = "“{words}” can be answered by yes or no. Ask “Tell me about the last time …”, or “How …”."


@rule(
    "CV301", "closed-question", Category.CLOSED, Level.INFO,
    source="18F Method Cards, Bias; Flexport, Ask better questions",
    bad=("Do you use filters?", "Is the search useful?"),
    good=(
        Question("Do you use filters?", section="warm_up"), Question("Do you use filters?", setting="survey"),
        "Can you tell me about the last filter you set?", "Is it all right if we record this?", "How do you find things?",
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """The core of an interview asks openly.

    A question that can be answered by yes or no will be. Then the interviewer talks more than the participant.
    """
    if not reading.is_interview or reading.question.section in OPENINGS:
        return
    main = reading.main
    if any(sentence.is_question and sentence.asks for sentence in reading.sentences):
        return  # The story has been asked for.
    if main.is_yes_no and not ELSEWHERE.match(main.text):
        first = main.words[:3]
        yield Hit(main.start, main.start + main.text.find(first[-1]) + len(first[-1]), ADVICE)
    elif not (main.is_yes_no or main.is_request or main.asks or LED_UP.match(main.text)) and (
        found := TRAILING.search(main.text)
    ):
        yield at(found, ADVICE, main, "words")
