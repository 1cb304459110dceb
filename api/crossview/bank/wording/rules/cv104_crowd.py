"""A question that says what others think."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

CROWD = phrases(
    r"""
    (?:most|many|a lot of|lots of|the majority of|nearly all|all|other|our other|plenty of|
        nine out of ten) (?:of (?:our|the|your) )?(?:people|users|customers|clients|men|women|teams|companies|
        colleagues|participants|[a-z]+ers|professionals|experts) (?:today |already |also |still |tend to |
        have )?(?:say|said|think|feel|find|found|love|loved|like|agree|prefer|believe|hate|report|tell us|told us)
    (?:experts|research|studies|a (?:recent )?study|doctors|scientists|analysts|specialists|the data|everyone|
        everybody) (?:have |has |all )?(?:say|says|show|shows|shown|believe|believes|agree|agrees|recommend|
        recommends|suggest|suggests|prove|proves|knows?)
    according to (?:experts|research|studies|most|scientists)
    """
)  # fmt: skip
BALANCED = phrases(
    r"""
    (?:while|but|whereas) (?:others?|some)
    others? (?:say|think|feel|find|do|don't|disagree)
    """
)
ADVICE = "“{words}” tells what to answer: hardly anybody likes to be the only one. Leave it out, or give both sides."


@rule(
    "CV104", "crowd-or-authority", Category.LEADING, Level.ERROR,
    source="Pew Research Center, Writing Survey Questions; Asch 1951 on conformity",
    bad=("Most people find this easy. Do you?", "Research shows that meetings cost time. How do you see it?"),
    good=("How did you find this step?", "Some people find it easy, others find it hard. How was it for you?"),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A question must not say what others think.

    Whoever answers then has to side with a majority or an expert, or to stand against them.
    """
    if BALANCED.search(reading.text):
        return
    for sentence in reading.sentences:
        if (found := CROWD.search(sentence.text)) and not sentence.is_yes_no:
            yield at(found, ADVICE, sentence)
