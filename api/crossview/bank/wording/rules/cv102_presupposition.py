"""A question that takes something as given."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

ATTITUDE = "like|love|prefer|hate|dislike|enjoy|distrust|trust|despise|adore|favou?r|resent"
GIVING_UP = (
    "stop(?:ped)?|quit|give up|gave up|abandon(?:ed)?|fail(?:ed)?|refuse[ds]?|ignore[ds]?|neglect(?:ed)?|"
    "avoid(?:ed)?|waste[ds]?|struggle[ds]?|cheat(?:ed)?|lie[ds]?"
)
TROUBLE = (
    "frustrat(?:ed|ing)|annoy(?:ed|ing)|bor(?:ed|ing)|confus(?:ed|ing)|disappoint(?:ed|ing)|upset|angry|"
    "stress(?:ed|ful)|painful|badly|bad|late|terrible|awful|horrible|unfair|useless|disgusted|unhappy|dissatisfied|unpleasant|"
    "tedious|inconvenient|problematic|harmful|dangerous|worried|concerned|scared|exhausting|tiring|damaging"
)
MORE = "more|less|better|worse|easier|harder|faster|slower|happier|cheaper"
GIVEN = phrases(
    rf"""
    why (?:do|does|did|would) (?:you|they|people|users|customers|your [a-z]+) (?:really |still |
        always )?(?:{ATTITUDE}|{GIVING_UP})\b
    (?:tell (?:us|me)|explain|describe|say) why you (?:really )?(?:{ATTITUDE})\b
    why (?:do )?you (?:think|feel|believe) [^?.,]{{1,80}}? (?:is|are) (?:the (?:best|worst|greatest)|failing|so )
    when did (?:you|they)(?: \([^)]*\))? (?:finally )?(?:{GIVING_UP})\b
    (?:have|has|had) (?:you|they|he|she|your [a-z]+|the [a-z]+) (?:finally )?(?:stopped|quit|given up)\b
    why (?:do|did) (?:you|they|people) find [^?]{{1,60}} (?:{TROUBLE})
    how (?:much )?(?:{MORE}) (?:[a-z]+ )?(?:is|are|was|were|do|does|did|has|have|would|will)\b
    how (?:{TROUBLE}) (?:is|are|was|were|do|does|did|has|have)\b
    how often (?:do|did) you (?:struggle|forget|fail|argue|lie|complain|get (?:frustrated|angry|confused|stuck|annoyed)|have
        (?:trouble|problems))
    why (?:are|were) (?:you|they) so [a-z]+
    how much (?:does|do|did) [^?]{{1,60}} (?:frustrate|annoy|bother|upset|confuse|worry|irritate|hurt|scare)
    how much (?:will|would|did|do|have) [^?]{{1,40}} (?:go up|gone up|increased?|rise|risen|fall|fallen|drop|decline|worsen)
    what (?:do|did) you (?:really )?(?:love|hate|adore)
    do you (?:regret|realise|realize|admit|acknowledge|recogni[sz]e that)\b|you (?:acknowledged|admitted|
        reali[sz]ed)\b
    which [a-z ]{{0,60}}?do you (?:like|prefer|love|enjoy) (?:the )?(?:most|best)\b
    why (?:doesn't|isn't|don't|won't|can't|aren't)\b
    why (?:didn't|haven't|wouldn't) (?:you|they|people) (?:{ATTITUDE})\b
    (?:what|which) (?!of (?:the|these))(?:[a-z]+ ){{1,3}}do you (?:own|smoke|drive|attend|belong to|
        subscribe to|drink)\b
    (?:what|which) (?:church|mosque|synagogue|temple|gym|club) (?:do|did) you
    (?:what|where|when|how|which|who) (?:[a-z]+ )?(?:does|did|do|is|are|will) your (?:wife|husband|spouse|
        boyfriend|girlfriend|
        kids|children|boss)\b
    how much (?:did|has|does|have) [^?]{{1,50}} (?:improve|help|benefit|hurt|increase|save|reduce|change)[a-z]*\b
    how (?:did|does|do|has|have|will) [^?]{{1,50}} (?:benefit|(?:change|improve|hurt|enrich) your)\b
    (?:it|that|this|there) must (?:have been|be)\b
    i (?:assume|presume|guess|take it|suppose) (?:that )?(?:you|your|it)\b
    which of your (?:two|three|four|five|many|several|children|kids|cars)\b
    (?:since|because|given that) [^,?]{{1,80}}? (?:is|are|was|were|has|have) [^,?]{{0,80}},
    """
)
NOT_SO = phrases(r"""(?:i )?(?:do not|don't|did not|didn't|none|not applicable|never)""")
"""An option for those of whom it is not so."""
ADVICE = "“{words}” takes something as given. Ask first whether it is so, or ask what happened."


@rule(
    "CV102", "presupposition", Category.PRESUMPTIVE, Level.WARNING,
    source="QAS-99, step 4a, inappropriate assumptions; Loftus and Zanni 1975",
    bad=(
        "Why do you prefer our app?", "When did you stop reading the newsletter?", "How frustrating was the sign-up?",
        "How much faster is the new search?",
    ),
    good=(
        "What do you use for reports today?", "Why did you choose that tool?", "When did you last read the newsletter?",
        "You said that you stopped. How did that come about?",
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A question must not take as given what nobody has said.

    Whoever answers accepts the assumption on the way, or gives an answer to another question. The test: does the assumption
    survive the answer “no” or “not at all”?
    """
    if any(NOT_SO.match(option) for option in reading.question.options):
        return
    for found in GIVEN.finditer(reading.text):
        yield at(found, ADVICE)
