"""A count of what happened, without the time in which it happened."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

COUNTED = phrases(
    r"""
    how many (?:(?!that|who|which)[\w'-]+ ){0,4}(?:did (?:you|your team|they)|have you (?!ever)\w+ed)
    how many (?:(?!that|who|which)[\w'-]+ ){1,4}(?:failed|arrived|happened|came in|got (?:lost|stuck)|were (?:
        \w+ed|sent|lost|made|sold))
    how (?:often|many times) (?:did|has|have) (?:you|it|this|that|your team|they)\b
    """
)
SPAN = phrases(
    r"""
    last|past|this|these|that|those|previous|recent|latest|first|next|same|so far|yet|ever|in (?:all|total|your life)
    today|yesterday|tonight|ago|since|until|during|while|when|whenever|before|after|between|from|within|throughout
    (?:per|each|every|a|an|one|the|any) (?:[\w-]+ )?(?:minute|hour|day|week|weekend|fortnight|month|quarter|season|semester|
        term|year|decade|shift|sprint|session|visit|trip|call|meeting|interview|close)s?
    (?:daily|weekly|monthly|quarterly|yearly)
    \d[\d/.:-]*
    (?:on|in|by|over|at) (?:mon|tues|wednes|thurs|fri|satur|sun)days?
    (?:in|by) (?:january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|
        fall|winter)
    (?:morning|afternoon|evening|night|christmas|easter|holidays?)
    """
)
ADVICE = "“{words}” counts without a beginning. Say in which time: the last seven days, this month, the last project."


@rule(
    "CV403", "no-period", Category.VAGUE, Level.INFO,
    source="QAS-99, step 3d, reference periods are missing, not well specified, or in conflict",
    bad=(
        "How many exports failed?", "How many times did you call support?",
        Question("How many parcels have you returned?", setting="survey"),
    ),
    good=(
        "How many exports failed this week?", "How many times did you call support before it worked?",
        "Tell me about an export that failed.", "How many people work in your team?",
        Question("How many of them did you send back?", previous="Which parcels arrived last week?"),
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A count names the time in which to count.

    Without one, some people count a week and others a career, and the numbers cannot be compared. Only counts of what has
    happened are looked at: an open question needs no period, and what is so now has none.
    """
    main = reading.main
    if (
        main.is_question
        and (found := COUNTED.search(main.text))
        and not SPAN.search(reading.text)
        and not reading.question.previous
    ):
        yield at(found, ADVICE, main)
