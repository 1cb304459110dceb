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
    religion|religious (?:beliefs?|views?|affiliation|background|faith|practices?)
    (?:what|which) (?:religious [a-z]+|church|mosque|synagogue|temple|faith)
    how old are you
    (?:what|which) year were you born
    (?:your|date of) birth(?:day)?
    your age\b
    (?:household |annual |monthly |yearly |combined |total |family |gross |net |your |personal )income
    your (?:salary|wages?|debts?|savings|credit score|sexual orientation|sexuality|gender identity|ethnicity|
        ethnic [a-z]+|race|
        weight|immigration status|citizenship|nationality|marital status|native language|mother tongue)
    (?:who|whom) do you live with|with whom do you live|your heritage|minority group
    what nationality|where were you born|are you (?:an? )?(?:[a-z]+ )?citizen|country of (?:birth|origin)
    how much (?:do you (?:earn|make|owe|drink)|money do you (?:make|earn|owe|have))
    bankrupt(?:cy)?|gambl(?:e|ed|ing)|on (?:benefits|welfare|medication)|(?:behind|late) (?:on|
        with) your (?:rent|mortgage|loan)
    are you (?:gay|lesbian|homosexual|straight|bisexual|transgender|depressed|suicidal|pregnant|disabled|
        married|single|divorced|an alcoholic|addicted|in debt|overweight|infertile)
    identify as|as (?:male|female) or (?:male|female)
    (?:your|a) (?:wife|husband|spouse|boyfriend|girlfriend)\b
    (?:have|had|want|having|got) (?:any |more )?(?:kids|children)\b|(?:your|the) (?:kids|children) (?:cared|
        looked) (?:for|after)|child ?care arrangements|maternity leave
    (?:wrong with|problems? with|state of) your (?:mental )?health
    mental (?:illness|health)|(?:any |serious |chronic |major )(?:illness(?:es)?|diseases?|medical conditions?)
    feel (?:anxious|worthless|lonely|suicidal|hopeless)|own or rent|(?:physical|mental|emotional),? (?:or |
        and )?[a-z, ]{0,30}?(?:condition|disability)
    suicid(?:e|al)|depress(?:ed|ion)|self-harm|eating disorder
    your (?:mental|medical) [a-z]+
    (?:do|did|have) you (?:ever )?(?:been )?(?:drink|drunk)(?: at work| alone| too much| alcohol)?\W*$
    do you drink (?:at|on|before) (?:work|the job)
    (?:take|use|used|taken|smoke|smoked) (?:illegal )?(?:drugs|marijuana|cannabis|cocaine)
    (?:have an|considered an|had an) affair
    (?:cheated|lied|stolen|stole)\b
    illegal (?:income|activit[a-z]+|drugs|downloads?)
    arrested|convicted|criminal (?:record|history|convictions?)|(?:been )?(?:in|to) (?:prison|jail)
    (?:who|whom|which party|what party) (?:did|do|will|would) you vote(?: for)?
    (?:political )?party (?:do|did|will) you
    political (?:beliefs?|views?|opinions?|affiliation|leanings?|party)
    (?:plan|planning|expect) to (?:retire|have (?:any )?(?:kids|children)|get (?:pregnant|married))|(?:before|
        until) you retire
    work(?:ing)? (?:for|with|under) (?:a )?(?:female|male|younger|older|woman|women)
    belong to (?:an? |any )?(?:[a-z]+ )?(?:clubs?|societ(?:y|ies)|lodges?|unions?|church(?:es)?|part(?:y|ies)|
        organi[sz]ations?)
    (?:been|get|got|were you) (?:fired|dismissed|abused|harassed|bullied)
    how often do you (?:exercise|work out|go to (?:the gym|church|mass|confession)|attend (?:church|services)|
        volunteer|floss)
    (?:hiv|aids|cancer|abortion|miscarriage|contracepti[a-z]+|std)\b
    """
)  # fmt: skip
IDENTITY = phrases(
    r"""
    gay|lesbian|bisexual|heterosexual|transgender|hispanic|latino|latina|caucasian|african american
    democrat|republican|muslim|catholic|protestant|jewish|atheist
    """
)
ADVICE = "“{words}” is a private or threatening topic. Say why you ask and that it may be skipped, or offer ranges."
SOFTENED = phrases(
    r"""
    (?:you )?(?:may|can|are free to|are welcome to) (?:skip|pass|leave)
    if you(?:'re| are)? (?:comfortable|willing|happy|ok|okay|like|wish|want|don't mind|prefer)
    prefer not to|(?:do not|don't) (?:wish|want) to|refused?|decline to
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
    if found := TOPIC.search(reading.text):
        yield at(found, ADVICE)
    elif any(IDENTITY.search(option) for option in question.options):
        main = reading.main
        yield Hit(main.start, main.start + len(main.text.rstrip()), ADVICE)
