"""A question that asks the participant to design."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

DESIGN = phrases(
    r"""
    (?:what|which) (?:new |other |additional |kind of |kinds of |extra )*(?:features?|functions?|functionality|
        improvements?|changes?|options|tools|buttons?|screens?) (?:should|would|could|can|shall) (?:we|you|
        i)\b(?! (?:use|have|see|know|remember|find|click))
    (?:what|which) (?:new |other |additional )*features? (?:(?:were|are|is) (?:you )?(?:still )?missing|do you (?:want|
        need|wish))
    (?:what|which) (?:new |other |additional )*features? (?:would|should|could) (?:be|you) (?:most |really )?(?:want|
        need|like|love|important|useful|helpful|expect|wish)
    what (?:else )?(?:should|could|can|shall) (?:we|i) (?:build|add|change|improve|do|offer|remove|make|fix|
        create|design)
    how (?:would|should|could|can|might) (?:you|we) (?:fix|improve|redesign|design|solve|change|build|make|
        organi[sz]e|simplify|rearrange)\b
    (?:your |an? |the )?(?:ideal|perfect|dream) (?:[a-z]+ )?(?:[a-z]+)
    wish ?list
    magic wand
    if you were the (?:designer|boss|owner|developer|manager)
    (?:^|please )(?:suggest|propose|invent) (?:a|an|some|new|any)\b
    should (?:we|the) (?:put|place|add|use|build|move|remove|show|make|offer|[a-z]+ be)\b
    (?:^|[.?!]\W{1,5})what do you want\W*$
    what would you (?:change|add|improve|build|remove|like to (?:see|have|change))
    where should we (?:put|place)
    what should (?:the|our|this|your|it|an?) [^?]{1,60} (?:do|have|offer|include|look like|be able to)
    how (?:should|ought|could) (?:the|our|this|your) [a-z]+ (?:to )?[a-z]+
    ^(?:sketch|draw|design|invent) (?:for us |me |us )?(?:a|an|the|your)
    what (?:[a-z]+ )?would you (?:suggest|recommend|propose)
    how (?:and when |and where )?(?:do you think )?[^?]{0,40}?should [^?]{0,40}?be (?:organi[sz]ed|delivered|
        designed|structured|
        changed|improved|built|arranged|handled|presented)
    do you want (?:a |the |this |that )?(?:new )?feature
    """
)  # fmt: skip
ADVICE = (
    "“{words}” hands the design to the participant, who knows the problem best. Ask what they tried, and what happened."
)


@rule(
    "CV305", "asks-for-the-solution", Category.SOLUTION_REQUEST, Level.WARNING,
    source="User Interviews, Question Writing; Auvik, Asking users what they want",
    bad=("What feature should we build?", "How would you improve the report?", "Describe your ideal dashboard."),
    good=(
        "What did you try instead?", "What should I have asked and did not?", "Who suggested it to you?",
        Question("Which tools should we offer?", setting="survey"),
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """The participant is the expert of the problem, not of the solution.

    Asked for features, people name what they have seen elsewhere, and the problem stays in the dark.
    """
    if reading.is_interview:
        for found in DESIGN.finditer(reading.text):
            yield at(found, ADVICE)
            return
