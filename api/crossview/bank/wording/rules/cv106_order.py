"""A question whose answer the one before it colours."""

import re
from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, phrases, rule

COLOURED = phrases(
    r"""
    (?<!how.)(?<!where.)(?:did|do|had|have) you (?:know|known|hear|heard|see|seen|notice|noticed|read)
    (?:do|would|don't) you agree
    (?:the )?(?:worst|best) (?:thing|part|side|day)|(?:the )?worst
    (?:mistake|problem|issue|trouble|concern|accident|complaint|failure|scandal|cris[ie]s|risk|danger|injur|theft)[a-z]*
    (?:hurt|injured|killed|died|attacked|stolen|polluted|frightened|afraid|scared|worried|ashamed|guilty)
    too (?:strict|slow|long|expensive|hard|much|many|few|late)
    twice as|(?:annoy|frustrat|fail|wrong|danger|unfair)[a-z]*
    (?:did|do) you (?:like|enjoy|hate|prefer)|which did you (?:like|enjoy|prefer)
    shows? (?:a|an|the)
    do you agree (?:that|with)|what (?:do|did) you (?:think|make) (?:of|about) (?:our|the|this|that|\[)
    did you (?:take|use|buy|have)
    how satisfied|what (?:is|was) your favou?rite
    how many [a-z, ]{1,60} did you (?:have|eat|drink|smoke|miss|forget)
    """
)
OPINION = phrases(
    r"""
    how (?:satisfied|happy|fair|safe|good|bad|well|confident|likely|healthy|honest|important)
    how (?:do|did|would) you (?:feel|rate|see|find|sum up)
    how much do you (?:trust|like|value|worry|care)
    what (?:do|did) you (?:think|make|remember)
    overall|on the whole|in general|(?:taking |considering )?all things (?:together|considered)|all in all|as a whole
    (?:which|what) (?:brands?|names?|products?|companies) (?:come|comes|do)
    how is (?:working|life|it)
    should (?:the|we|our|a|people)|acceptable|favou?rite
    (?:most|biggest|single|greatest) (?:important )?(?:issue|problem|challenge|concern|priority|worry)|
        matters? most|most important
    which brands?
    """
)
WHOLE = phrases(
    r"""overall|on the whole|in general|(?:taking |considering )?all things (?:together|considered)|all in all"""
)
PART = phrases(r"""how (?:happy|satisfied|good|interested|healthy)|do you happen to know""")
"""A judgement of the part, or a test of knowledge, before the judgement of the whole."""
_NAME = re.compile(r"(?<=\w )(?:[A-Z][\w.'-]*)(?: [A-Z][\w.'-]*)*")
FEW = 3
"""Words that two short questions may well have in common."""
ADVICE = "The question before it has set a mood or a standard for this answer. Ask the general question first."


@rule(
    "CV106", "order-priming", Category.ORDER_PRIMING, Level.WARNING,
    source="Schuman and Presser 1981; Moore 2002, Measuring New Types of Question-Order Effects",
    bad=(
        Question("How do you feel about the app?", previous="What is the worst thing about the app?"),
        Question("Do you think that Ms Jones is honest?", setting="survey", previous="Do you think that Mr Jones is honest?"),
    ),
    good=(
        Question("How do you feel about the app?", previous="How did you hear about the app?"), "What do you think of the app?",
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """The question before must not colour the answer.

    What has just been spoken of is what comes to mind, and a judgement just given is the standard for the next one. So the
    general question comes before the particular one.
    """
    previous = reading.question.previous
    if not previous:
        return
    main = reading.main
    whole = Hit(main.start, main.start + len(main.text.rstrip()), ADVICE)
    described = previous.strip().startswith("(")
    coloured = OPINION.search(main.text) and (described or COLOURED.search(previous))
    if WHOLE.search(main.text) and not WHOLE.search(previous) and PART.search(previous):
        coloured = WHOLE.search(main.text)
    if coloured or _asks_the_same(previous, reading.question.text):
        yield whole


def _asks_the_same(previous: str, text: str) -> bool:
    """Whether two questions differ by a name alone, so that the second is answered by comparison with the first."""
    if previous == text:
        return False
    before, after = (_NAME.sub("", question).split() for question in (previous, text))
    return len(after) > FEW and before == after
