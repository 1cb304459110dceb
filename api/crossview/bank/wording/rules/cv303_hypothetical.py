"""A question about what somebody would do."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

WOULD = phrases(
    r"""
    would you (?:ever |really |actually |still |also |be (?:interested|willing|likely|more likely) |
        rather have |rather use )?(?:in |to )?(?:use|buy|purchase|pay|switch|want|download|subscribe|sign up|try|
        adopt|choose|recommend|consider|invest|spend|order|upgrade|prefer|need|have|click|install|share|cancel|wear|
        eat|go|join|keep)\b
    would you rather(?! (?:take|stop|carry|continue|go|sit|do this))
    how (?:much|often|likely|frequently|soon|many [a-z]+) would you\b(?! (?:say|rate|mind))
    (?:would|could) (?:a|an|this|that|such an?|having|it) (?:[a-z]+ ){0,8}?(?:be (?:useful|helpful|valuable|
        interesting|of use|good)|help you|make (?:you|it)|solve|save you)
    would it (?:help|be (?:useful|helpful|easier))
    would (?:something|anything) like (?:this|that)
    if (?:we|you could|there (?:was|were)|our|the (?:app|product|system|tool|site)|it) [^?]{0,60}?(?:built|had|
        added|offered|made|did|could|were|was|gave|launched|introduced|charged|costs?|removed)\b[^?]{0,120}\b(?:would|
        will)\b
    (?:^|(?<=[.?!,:]\s))(?:so |now |just |please |and |let's )*(?:imagine|suppose) (?:that |if )?(?:you|we|
        there|the|a|an|having|it)
    how would you (?:handle|react|respond|deal|feel|behave|decide|use|spend)
    will you (?:be |ever )?(?:use|using|buy|buying|pay|recommend|join|switch|come|continue|keep|subscribe|tell|
        try|renew|stay)
    do you think (?:that )?(?:you|it|people|[^?]{0,120}\bif\b)[^?]{0,120}\b(?:will|would|'ll|'d)\b
    would you [^?]{0,120}\bif\b (?:we|it|there|our|the)\b
    if (?:you|this|that|these|he|she|they|someone|somebody) [^?,]{1,80}, (?:would|could|what would|how would) (?:you|it|that)
    """
)  # fmt: skip
OPENING = phrases(
    r"""would (?:you|your|they|people|anyone|somebody|it|we|this|that|an?|the) (?!say\b|rate\b|describe\b)[a-z]+"""
)
COUNTERFACTUAL = phrases(
    r"""
    if (?:you|we|our|your|the|a|an|it|they|somebody|candidate) [^?,.]{0,80}?(?:won|were|was|could|had to|had the|changed|
        proposed|offered|lost|became|gave|moved)\b[^?,.]{0,80}, (?:what|how|which|where|who|would)
    """
)
"""A world that is not: a survey may ask what people intend, and cannot ask what they would do there."""
NOT_ASKED = phrases(
    r"""
    would you rather (?:take|stop|carry|continue|go|do this|sit)
    would you (?:like|mind|say|be ok)
    will you be (?:joining|coming|attending|staying)
    """
)
ADVICE = "“{words}” asks for a prophecy, and people are too kind to say no. Ask about the last time they did something like it."


@rule(
    "CV303", "hypothetical", Category.HYPOTHETICAL, Level.WARNING,
    source="Fitzpatrick 2013, The Mom Test; Austin and Pinkleton 2015",
    bad=(
        "Would you use this?", "Will you pay for it?", "If we added a map, how often would you open it?",
        "Imagine you had an assistant.",
    ),
    good=(
        "Tell me about the last time you paid for one.", "Would you mind closing the door?", "Would you like a break?",
        Question("Would you recommend us?", setting="survey"),
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """An interview asks what happened, not what would.

    Nobody knows what they would do, pay or use, and most are polite. What they did the last time is evidence.
    """
    if NOT_ASKED.search(reading.text):
        return
    main = reading.main
    if not reading.is_interview:
        if found := COUNTERFACTUAL.search(reading.text):
            yield at(found, ADVICE)
        return
    opening = OPENING.match(main.text) if main.is_yes_no else None
    if opening:
        yield at(opening, ADVICE, main)
    elif found := WOULD.search(reading.text):
        yield at(found, ADVICE)
