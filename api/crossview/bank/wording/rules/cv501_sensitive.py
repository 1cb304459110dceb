"""A private or threatening topic without a way out."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

TOPIC = phrases(
    r"""
    how (?:much do you weigh|tall are you)|sick (?:days|leave)|maiden name|(?:a |your )?disabilit(?:y|ies)|wheelchair
    sleep with [a-z]+|(?:your|her|his) lover|sexual(?:ly)?(?: [a-z]+)?|touched you|naked|clothes (?:on|off)
    (?:driving|drove|been) (?:while )?(?:drunk|intoxicated|under the influence)
    balance (?:your )?(?:job|work|career) and (?:your )?(?:kids|children|family|marriage)
    beat(?:en|ing)? (?:your|him|her|them)|domestic (?:violence|abuse)
    religio(?:n|us)(?: [a-z]+)?
    how old are you
    (?:what|which) year were you born
    (?:your|date of) birth(?:day)?
    your age\b
    (?:household |annual |your |personal )income
    your (?:salary|debts?|savings|credit score|sexual orientation|sexuality|ethnicity|race|weight|
        immigration status)
    how much (?:do you earn|money do you (?:make|earn))
    are you (?:gay|lesbian|homosexual|straight|bisexual|transgender|depressed|suicidal|pregnant|disabled|
        married|divorced|an alcoholic|addicted|in debt|overweight)
    (?:wrong with|problems? with|state of) your (?:mental )?health
    mental (?:illness|health)
    your (?:mental|medical) [a-z]+
    (?:do|did|have) you (?:ever )?(?:been )?(?:drink|drunk)(?: at work| alone| too much| alcohol)?\W*$
    do you drink (?:at|on|before) (?:work|the job)
    (?:take|use|used|taken|smoke|smoked) (?:illegal )?(?:drugs|marijuana|cannabis|cocaine)
    (?:have an|considered an|had an) affair
    (?:cheated|lied|stolen|stole)\b
    illegal (?:income|activit[a-z]+|drugs|downloads?)
    (?:arrested|convicted|criminal record)
    (?:who|whom|which party|what party) (?:did|do|will|would) you vote(?: for)?
    (?:political )?party (?:do|did|will) you
    (?:plan|planning) to (?:retire|have children|get pregnant)|before you retire
    belong to (?:an? |any )?(?:[a-z]+ )?(?:clubs?|societ(?:y|ies)|lodges?|unions?|church(?:es)?|part(?:y|ies)|
        organi[sz]ations?)
    (?:been|get|got|were you) (?:fired|dismissed|abused|harassed|bullied)
    how often do you (?:exercise|work out|go to (?:the gym|church|mass|confession)|attend (?:church|services)|
        volunteer|floss)
    (?:hiv|aids|cancer|abortion|miscarriage|contracepti[a-z]+|std)\b
    """
)  # fmt: skip
ADVICE = "“{words}” is a private or threatening topic. Say why you ask and that it may be skipped, or offer ranges."
SOFTENED = phrases(
    r"""
    (?:you )?(?:may|can|are free to|are welcome to) (?:skip|pass|leave)
    if you(?:'re| are)? (?:comfortable|willing|happy|ok|okay|like|wish|want|don't mind|prefer)
    prefer not to
    only if
    feel free
    you don't have to
    without naming
    which of the following (?:ranges|groups|categories)
    """
)  # fmt: skip


@rule(
    "CV501", "sensitive-without-way-out", Category.SENSITIVE, Level.WARNING,
    source="Tourangeau and Yan 2007, Sensitive questions in surveys; QAS-99, step 6a",
    bad=("What is your religion?", "Have you ever lied to a customer?", "Are you pregnant?"),
    good=(
        Question("What is your religion?", skip_notice="You may skip this."), "You may skip this one. How old are you?",
        "Who looks after fire safety on your floor?", "When did you join this team?",
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A private or threatening topic comes with a reason and a way out.

    Without them people leave, or polish the answer. In interviews at work some topics are not only private but protected.
    """
    question = reading.question
    if (
        question.skip_notice
        or SOFTENED.search(reading.text)
        or any(SOFTENED.search(option) for option in question.options)
    ):
        return
    for found in TOPIC.finditer(reading.text):
        yield at(found, ADVICE)
        return
