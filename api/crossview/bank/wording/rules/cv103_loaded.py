"""A question that judges in the asker's own words."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

PRAISE = (
    "amazing|awesome|brilliant|exciting|fantastic|great|incredible|innovative|outstanding|superb|superior|"
    "wonderful|world-class|award-winning|revolutionary|state-of-the-art|friendly|delightful|excellent|powerful|"
    "beautiful|impressive|streamlined|seamless|enhanced|improved|advanced|robust|"
    "delicious|refreshing|tasty|generous|convenient|affordable|unbeatable|top-quality|high-quality|premium|"
    "cutting-edge|stunning|gorgeous|lovely|perfect|finest|user-friendly|easy-to-use|hard-working|dedicated|talented|"
    "world-famous|popular|successful|stellar|magnificent|splendid|remarkable|exceptional|legendary|beloved"
)
BLAME = (
    "abysmal|biased|botched|broken|brutal|bungled|burdensome|callous|crippling|disgusting|dishonest|dismal|draconian|excessive|"
    "failed|failing|harsh|heartless|heavy-handed|hefty|inhumane|intrusive|invasive|mindless|needless|oppressive|out-of-control|"
    "radical|rigged|senseless|sneaky|so-called|toxic|unnecessary|bland|inferior|mediocre|overpriced|inefficient|lousy|"
    "shoddy|sloppy|frivolous|dumb|tired|misguided|immoral|inhuman|barbaric|evil|vicious|filthy|dirty|crooked|dysfunctional|chaotic|cumbersome|"
    "absurd|appalling|awful|bloated|clumsy|clunky|corrupt|crazy|cruel|dangerous|disastrous|disgraceful|dreadful|"
    "foolish|greedy|hideous|horrible|horrific|idiotic|incompetent|irresponsible|lazy|messy|nightmarish|outdated|"
    "outrageous|pathetic|pointless|reckless|ridiculous|rotten|shameful|shocking|stupid|terrible|ugly|"
    "unacceptable|unjust|useless|wasteful|wretched"
)
STATED = phrases(
    rf"""
    (?:our|my|the|this|that|these|those|your|their|his|her|a|an|another|more|such|[a-z]+'s) (?:new |very |so |
        truly |really |old |
        [a-z]+, ){{0,2}}(?P<words>(?:{BLAME}))(?: [a-z]+)
    (?:our|my) (?:new |very |truly |really |[a-z]+,? (?:and )?){{0,2}}(?P<praise>(?:{PRAISE}))(?:,? [a-z]+)
    (?:the|this|that|these|our|my) (?:new )?(?:award[- ]winning|world[- ]class|streamlined|
        seamless|amazing|fantastic|incredible|outstanding|delicious|revolutionary|wonderful|awesome|brilliant|superb) [a-z]+
    (?:concerned|responsible|caring|law-abiding|hard-working|honest|decent|innocent) (?:citizens?|parents?|
        people|famil(?:y|ies)|
        taxpayers?|drivers?|(?:[a-z]+ )?owners?)
    so-called [a-z]+|other (?:bland|inferior|ordinary|boring|cheap) [a-z]+
    i(?:'ve| have) got an? (?:great|brilliant|amazing|fantastic|good) [a-z]+
    """
)
BLAMING = phrases(
    r"""
    way too (?:much|many|little|few|long)
    why (?:did|do|have|would) you (?:fail|refuse|neglect|ignore|waste)\b
    ^why would you\b(?! (?:like|prefer|choose|use|recommend|say|want|love))
    (?:is|are|was|were|keeps?|did (?:you|they|he|she)) (?:failing|fail) to
    illegal aliens
    (?:force[ds]?|compel(?:led|s)?) (?:you|them|us|people)
    unfairly|needlessly|recklessly
    wast(?:e|ed|ing) (?:the |our |your |more |so much )?(?:taxpayers?'?|time|money|public)|taxpayers'? money
    rip(?:ped|ping|s)? off
    your (?:hard-earned )?(?:tax dollars|taxes)
    (?:[a-z]+ )?(?:nightmare|disaster|scandal|rip-?off|catastrophe|fiasco)
    (?:a|such a) big problem
    """
)
ADVICE = "“{words}” judges before anybody has answered. Name the thing without the judgement."


@rule(
    "CV103", "loaded-word", Category.LOADED, Level.WARNING,
    source="Dörnyei 2003, Questionnaires in Second Language Research; University of Minnesota, Research Methods, 15.8",
    bad=(
        "What do you think of the clunky old menu?", "How do you like our amazing dashboard?", "Why did you fail to reply?",
    ),
    good=(
        "What do you think of the menu?", "What happened when you could not reply?", "Is it a great help or not?",
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A question must not judge in the asker's own words.

    An emotive word that stands as a fact tells whoever answers which side the asker is on, and what it would cost to disagree.
    """
    for found in STATED.finditer(reading.text):
        group = next((name for name in ("words", "praise") if found[name]), 0)
        yield at(found, ADVICE, group=group)
    for found in BLAMING.finditer(reading.text):
        yield at(found, ADVICE)
