"""A question that names one end of a scale."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule
from crossview.bank.wording.rules.cv103_loaded import BLAME, PRAISE

FEELING = (
    "amazing|awesome|great|fantastic|wonderful|excellent|brilliant|delightful|heroic|intuitive|exciting|"
    "impressive|beautiful|enjoyable|frustrating|annoying|terrible|awful|horrible|bad|boring|confusing|painful|"
    "disappointing|stressful|pleased|thrilled|delighted|frustrated|annoyed|upset|angry|badly|positively|negatively|"
    "unhappy|dissatisfied|worried|concerned|proud|unpleasant|tedious|inconvenient|problematic|harmful|dangerous"
)
ONE_END = phrases(
    rf"""
    how (?:very |really |truly )?(?:{FEELING}|{BLAME}) (?:is|are|was|were|do|does|did|will|would|has|have)
    how much (?:do|did|does|would|will) (?:you|they|we) (?:already |really |still )?(?:love|like|enjoy|hate|
        dislike|appreciate|value|miss)
    (?:do|did|does|would) (?:you|they) (?:really |also )?find (?:it|this|that|them|the [a-z]+|[a-z]+) (?:very |
        so |really )?(?:{FEELING})
    (?:do|did|don't|would) you (?:really |also |just )?(?:love|hate|adore)
    (?:^|(?<=[.?!,]\s))(?:given|considering|in light of|in view of) [^,?]{{3,60}}, (?:how|do|would|are|is|
        should|did|will)
    (?:since|because) [^,?]{{1,80}}? (?:is|are) [^,?]{{0,80}}, (?:how|do|would|are|is|should|did|will)
    why (?:do|did|would) you (?:like|love|prefer|hate|enjoy)\b
    (?:is|are|was|were) (?:you|they) (?:worried|concerned|alarmed|afraid|angry|upset|disappointed|frustrated|
        annoyed|bothered)
        (?: about| by| with| that| at| of)
    do you (?:think|feel|believe) (?:that )?there (?:is|are) (?:a lack|too (?:much|many|little|few)|not enough|
        a problem)
    would you be (?:sensible|reasonable|smart|wise|brave) (?:enough )?(?:and|to) [a-z]+
    (?:understanding|knowing|recogni[sz]ing|bearing in mind|in (?:the )?light of the fact) that [^?]{{3,120}}?, (?:would|do|
        should|are|is|how)
    (?:do|does|did|should|would|is|are|can) [^?.]{{3,120}} (?:even though|despite) [^?]{{3,120}}
    would you [^?.]{{3,120}} if (?:you knew|the effect|it meant|this meant|that meant)
    how much (?:does|do|did) [^?]{{1,60}} (?:frustrate|annoy|bother|upset|confuse|worry|irritate|hurt|scare)
    what (?:do|did) you (?:really )?(?:love|hate|adore)
    how much (?:will|would|did|do|have) [^?]{{1,40}} (?:go up|gone up|increased?|rise|risen|fall|fallen|drop|decline|
        worsen)
    in order to [^,?]{3,80}, (?:how|do|would|are|is|should|did|will)
    (?:do|did|would|are) (?:you|they) (?:still |also )?(?:approve|favou?r|support|oppose|agree|think|believe|
        planning)[^?]{{0,60}}(?:{BLAME})
    do we have the (?:best|greatest|nicest|fastest)
    did [a-z]+ (?:make|cause|lead|force) you
    do you think (?:that )?[^?]{{1,60}} (?:would|will) be (?:valuable|useful|helpful|good|better|great|beneficial)
    how much (?:did|has|does|have) [^?]{{1,50}} (?:improve|help|benefit|increase|save|reduce|enrich)[a-z]*
    how (?:useful|helpful|valuable|beneficial|enjoyable) (?:did|do) you find
    do you have (?:any )?(?:problems?|trouble|difficult(?:y|ies)|issues|concerns?|complaints?) (?:with|about)
    if you (?:really )?(?:love|like|enjoy|hate) [^,?]{{1,80}}, (?:would|will|do|are|how)
    (?:do|would) you prefer (?:the |our |a |an )?[a-z]+(?=\W*$)
    should (?:concerned|responsible|caring|law-abiding|decent) [a-z]+
    (?:the|this) (?:award[- ]winning|world[- ]class|amazing|fantastic|incredible|outstanding|delicious|
        revolutionary) [a-z]+
    now that you(?:'ve| have) (?:seen|heard|read|learned|understood)
    (?:it|that|this|there) must (?:have been|be)
    why you (?:like|love|prefer|hate|think [^?.]{{1,80}} (?:best|greatest|worst))\b
    (?:our|my) (?:new |very |truly |really |[a-z]+,? (?:and )?){{0,2}}(?:{PRAISE})(?:,? [a-z]+)
    (?:do|did|would|don't) you (?:also )?(?:think|feel|believe|find|say|consider|
        agree) (?:that )?[^?]{{1,60}} (?:is|are|was|were|as) (?:so |very |really |too |quite )?(?:{FEELING}|{BLAME})
    i(?:'ve| have) (?:got |had )?an? (?:great|brilliant|amazing|fantastic|good) [a-z]+
    """
)  # fmt: skip
ADVICE = "“{words}” names one end of the scale. Ask openly (“How was it?”), or name both ends."


@rule(
    "CV105", "one-sided-scale", Category.LEADING, Level.WARNING,
    source="Lyssna, Leading Questions; Pew Research Center, Writing Survey Questions; Schuman and Presser 1981",
    bad=("How much did you love the tour?", "How thrilled were you with it?", "Do you find it annoying?"),
    good=("How was the tour?", "How satisfied are you with the tour?", "How did you find it?"),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A question must not name only one end of a scale.

    A feeling, a praise or a blame in the question becomes the starting point of the answer.
    """
    for found in ONE_END.finditer(reading.text):
        yield at(found, ADVICE)
