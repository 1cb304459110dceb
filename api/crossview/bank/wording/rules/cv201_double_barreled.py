"""Two questions with room for one answer."""

import re
from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import ASKING, ASKING_SHORT, AUXILIARY, Reading, Sentence
from crossview.bank.wording.rule import Hit, at, phrases, rule, words

JOINER = (
    r"(?:and(?: also)?|as well as(?! (?:most|any|other|you|i|we|they|he|she|it|expected|possible|before|usual))|plus|&)"
)
TWO_CLAUSES = re.compile(
    rf"(?<!,) \b(?P<words>{JOINER} (?:(?:{AUXILIARY}) (?!not\b)[a-z]+|{ASKING_SHORT}|"
    rf"(?:{ASKING}) (?:[a-z]+ )?(?:{AUXILIARY})\b))",
    re.IGNORECASE,
)
TWO_ASKED = re.compile(rf"\b(?P<words>(?P<wh>{ASKING}) {JOINER} (?:{ASKING}))\b", re.IGNORECASE)
TWO_TOLD = re.compile(
    rf"\b(?P<wh>{ASKING}) (?:you|they|we|it|the) [^,?.]{{1,60}} (?P<words>and (?P=wh) (?:you|they|we|it|the) [a-z]+)",
    re.IGNORECASE,
)
_BETWEEN = r"(?:(?:the|your|its|our|their|to|of|with|a|an|how) )?"
TWO_THINGS = re.compile(rf"(?P<words>(?<![\w'-])(?P<left>[A-Za-z][\w-]*) {JOINER} {_BETWEEN}(?P<right>[A-Za-z][\w-]*))")
_ASIDE = re.compile(r"\([^()]*\)")
_LED_UP = re.compile(r"^(?:if|when|whenever|after|before|while|as|since)\b[^,?]*,", re.IGNORECASE)
"""What leads up to a question is not asked."""
FIXED = words(
    """
    pros|cons likes|dislikes terms|conditions back|forth ups|downs do|don'ts dos|don'ts health|safety
    research|development trial|error questions|answers name|address wear|tear supply|demand black|white now|then
    again|again more|more here|there up|down in|out on|off profit|loss rules|regulations roles|responsibilities
    strengths|weaknesses advantages|disadvantages food|drink bed|breakfast copy|paste cut|paste drag|drop
    mix|match plug|play search|rescue sales|marketing work|life thoughts|feelings day|night ladies|gentlemen
    men|women mother|father mum|dad husband|wife brothers|sisters salt|pepper law|order first|foremost over|over
    each|every arts|crafts nuts|bolts friends|family family|friends parents|children time|again time|effort
    try|find try|get go|see come|see
    """
)  # fmt: skip
NOT_CONTENT = words(
    """
    you i we they he she it me us him her them one two three four five six seven eight nine ten first last then
    now so but or if that this these those there here who what when where why how which tell explain describe
    show walk say give let go why not both also please either neither between yesterday today tomorrow more less
    other others another
    """
)
LEADS_ON = phrases(
    r"""
    between [^?]{0,120} and
    (?:both|either) [^?]{0,120} (?:and|or)
    on a scale
    with \d
    """
)
TURNED = phrases(r"""and (?:no longer|(?:is|are|does|do) (?:no longer|not)) [a-z]+""")
REASON = phrases(r"""because [^.?,;]{1,80}? (?:is|are|was|were|has|have|does|do)""")
"""A claim and its cause: who holds the one need not hold the other."""
ADVICE = "“{words}” asks for two things, and there is one answer. Make it two questions, or drop one of them."


@rule(
    "CV201", "double-barreled", Category.DOUBLE_BARRELED, Level.ERROR,
    source="QAS-99, step 4c; Converse and Presser 1986",
    bad=(
        "How satisfied are you with price and support?", "How and why do you export?", "Was the form short and was it clear?",
        Question("The staff is polite and skilled.", setting="survey"),
    ),
    good=(
        "Tell me about the pros and cons.", "What are the terms and conditions for?",
        "How do you and your colleague share the work?",
        "What did you order, and what arrived?", "What happened between Monday and Friday?",
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A question must ask for one thing.

    Whoever would answer the two parts differently has to choose one of them, and nobody can tell which.
    """
    main = reading.main
    if len(_clauses(main)) > 2 or sum(sentence.is_question for sentence in reading.sentences) > 1:
        return  # Several questions are another fault.
    for pattern in (TWO_ASKED, TWO_CLAUSES, TWO_TOLD):
        if found := pattern.search(main.text):
            yield at(found, ADVICE, main, "words")
            return
    if turned := TURNED.search(main.text):
        yield at(turned, ADVICE, main)
        return
    reason = REASON.search(main.text) if reading.is_statement and not reading.is_interview else None
    if reason:
        yield at(reason, ADVICE, main)
        return
    if LEADS_ON.search(main.text) or main.text.count(",") > 1:
        return
    asked = _LED_UP.sub(_blank, _ASIDE.sub(_blank, main.text))
    for found in TWO_THINGS.finditer(asked):
        if _are_two(found, main):
            yield at(found, ADVICE, main, "words")
            return


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _clauses(sentence: Sentence) -> list[str]:
    return re.findall(rf"(?:^|\b(?:and|or|,) ?)(?:(?:{ASKING}|{AUXILIARY})\b)", sentence.text, re.IGNORECASE)


def _are_two(found: re.Match[str], sentence: Sentence) -> bool:
    left, right = found["left"], found["right"]
    pair = f"{left}|{right}".lower()
    if pair in FIXED or {left.lower(), right.lower()} & NOT_CONTENT:
        return False
    if left[0].isupper() and right[0].isupper():  # A name.
        return False
    return not sentence.is_request or sentence.text.lower().startswith("can you tell me about")
