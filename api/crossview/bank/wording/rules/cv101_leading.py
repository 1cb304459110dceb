"""A question that suggests its own answer."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.reading import NEGATED, Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

OPENER = phrases(
    rf"""
    (?:{NEGATED})(?= [a-z])
    (?:do|did|would|should) (?:you|we|they) not (?:agree|think|feel|find|believe|say)
    """
)
TAG = phrases(
    rf"""
    (?:{NEGATED}|is|are|was|were|do|does|did|has|have|can|could|would|will) (?:it|you|they|he|she|we|there|that|
        this)(?=\W*$)
    (?:right|correct|yes|no|true|agreed|eh|huh|don't you think)(?=\W*$)
    """
)
SURE = phrases(
    r"""
    you(?:'d| would| must| surely| will) (?:surely |probably )?agree
    as (?:you|we all|everyone) knows?(?=[,.])
    we all (?:know|agree)
    surely
    obviously
    needless to say
    it(?:'s| is) (?:clear|obvious|well known) that
    (?:do|would|did) you (?:also )?agree (?:that|with)
    """
)
ADVICE = "“{words}” suggests the answer. Ask for what happened, or what they think, without saying what you expect."


@rule(
    "CV101", "leading-question", Category.LEADING, Level.ERROR,
    source="Nielsen Norman Group, Avoid Leading Questions; Pew Research Center, Writing Survey Questions; QAS-99, step 6",
    bad=(
        "Wouldn't you agree that the search is slow?", "You found the report quickly, didn't you?", "The export worked, right?",
        "So you would agree that training is needed?",
    ),
    good=(
        "What did you do when the search was slow?", "What didn't work about it?", "Is that all right?",
        "What would you say about the search?",
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A question must not suggest its own answer.

    People tend to agree with whoever asks, and more so face to face. A negated opener, a tag or an appeal to what is obvious
    then measures politeness and not what happened.
    """
    for sentence in reading.sentences:
        if found := OPENER.match(sentence.text):
            yield at(found, ADVICE, sentence)
    main = reading.main
    for found in TAG.finditer(main.text):
        before = main.text[: found.start()].rstrip()
        if before.endswith((",", "-", "–", "—")) and main.is_question:
            yield at(found, ADVICE, main)
    for found in SURE.finditer(reading.text):
        yield at(found, ADVICE)
