"""A yes-no question where a story is wanted."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, phrases, rule

ELSEWHERE = phrases(
    r"""
    would|will|could|should|can|may|shall|might
    [a-z]+n't
    do you think
    """
)
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
    main = reading.main
    if (
        reading.is_interview
        and reading.question.section not in OPENINGS
        and main.is_yes_no
        and not ELSEWHERE.match(main.text)
    ):
        first = main.words[:3]
        yield Hit(main.start, main.start + main.text.find(first[-1]) + len(first[-1]), ADVICE)
