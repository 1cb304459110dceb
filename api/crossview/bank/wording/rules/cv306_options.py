"""Answer options that leave somebody out."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, phrases, rule

GOOD = phrases(
    r"""
    excellent|very good|good|great|outstanding|fantastic|amazing|best|love(?:d)? it|very satisfied|satisfied|
        very happy|happy|strongly agree|agree|very likely|likely|very useful|useful|more satisfied|
        better|perfect|easy|very easy|fun|probably the best|enjoyed
    """
)
BAD = phrases(
    r"""
    (?:did not|didn't) (?:like|enjoy)|poor|very poor|bad|very bad|terrible|awful|worst|hate(?:d)? it|
        very dissatisfied|dissatisfied|unsatisfied|
        unhappy|strongly disagree|disagree|unlikely|very unlikely|useless|not (?:at all )?(?:good|useful|satisfied|
        likely)|less satisfied|worse|difficult|very difficult|hard|boring
    """
)
BETWEEN = phrases(
    r"""
    neither|neutral|fair|average|ok(?:ay)?|no opinion|undecided|about (?:right|the same)|not sure|don't know|
        no preference
    """
)
"""In the middle of a scale, or beside it."""
GRADED = re.compile(
    r"(?:yes|no|not|too|never|always|the right|very|more|less|about|favou?rabl[ey]|unfavou?rabl[ey])\b", re.IGNORECASE
)
"""How a step of some scale begins."""
WAY_OUT = phrases(
    r"""
    other|others|none|none of (?:these|the above)|don't know|not sure|prefer not|not applicable|n/?a|
        something else|neither|no opinion|please say
    """
)
RANGE = re.compile(r"(?P<low>\d+(?:\.\d+)?)\s*(?:-|–|—|to)\s*(?P<high>\d+(?:\.\d+)?)")
ABOVE = re.compile(
    r"(?P<low>\d+(?:\.\d+)?)\s*(?:\+|and (?:over|above|older|more)|or (?:over|more|older|above))", re.IGNORECASE
)
BELOW = re.compile(r"(?:under|below|less than|fewer than|up to)\s*(?P<high>\d+(?:\.\d+)?)", re.IGNORECASE)
FLOWING = phrases(
    r"""
    years?
    months?
    weeks?
    hours?
    minutes?
    km
    miles?
    kg
    metres?
    meters?
    """
)
NEAREST = phrases(r"""best (?:describes?|represents?|matches|fits)|closest to""")
"""Asks for the nearest of the options, so that none is left out."""
FEW = 8
ADVICE = "The options {fault}. Whoever is left out gives a wrong answer, or none."


@rule(
    "CV306", "unbalanced-options", Category.UNBALANCED_OPTIONS, Level.WARNING,
    source="QAS-99, step 7, response categories; Fowler 1995, Improving Survey Questions",
    bad=(
        Question("How old is the car?", setting="survey", options=("0-5", "5-10", "10 and over")),
        Question("How was the tour?", setting="survey", options=("Excellent", "Very good", "Good", "Fair")),
    ),
    good=(
        Question("How was the tour?", setting="survey", options=("Very good", "Good", "Neither", "Poor", "Very poor")),
        Question("How many rooms are there?", setting="survey", options=("1", "2-4", "5-8", "More than 8", "Don't know")),
    ),
    neutral=True,
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """Options leave nobody out, and favour nobody.

    Ranges that overlap have two right answers, those with gaps have none, and a scale with more good ends than bad ones is an
    answer by itself.
    """
    options = reading.question.options
    if len(options) < 2:
        return
    fault = _ranges(options, reading.lower)
    if not fault and reading.question.is_english:
        fault = _scale(options) or _list(options, reading.lower)
    if fault:
        main = reading.main
        yield Hit(main.start, main.start + len(main.text.rstrip()), ADVICE.replace("{fault}", fault))


def _ranges(options: Sequence[str], text: str) -> str:
    spans: list[tuple[float, float]] = []
    for option in options:
        if found := RANGE.search(option):
            spans.append((float(found["low"]), float(found["high"])))
        elif found := ABOVE.search(option):
            spans.append((float(found["low"]), float("inf")))
        elif found := BELOW.search(option):
            spans.append((float("-inf"), float(found["high"]) - (0 if found[0].lower().startswith("up") else 1)))
    spans.sort()
    # An age is told in whole years, though years flow.
    flowing = any(FLOWING.search(option) for option in options) and not re.search(r"\b(?:how old|age)\b", text)
    for (_, high), (low, _) in pairwise(spans):
        if low <= high:
            return "overlap"
        if low - high > (0.5 if flowing else 1.5):
            return "leave gaps"
    return ""


def _scale(options: Sequence[str]) -> str:
    ends = [option for option in options if not BETWEEN.search(option)]
    bad = sum(bool(BAD.search(option)) for option in ends)
    good = sum(bool(GOOD.search(option)) and not BAD.search(option) for option in ends)
    if good + bad < len(ends) or good + bad < 2:
        return ""
    return "" if good == bad else "lean to one side"


def _list(options: Sequence[str], text: str) -> str:
    plain = [option for option in options if not re.search(r"\d", option)]
    if len(plain) < len(options) or len(options) > FEW or any(WAY_OUT.search(option) for option in options):
        return ""
    if NEAREST.search(text):
        return ""
    length = [len(option.split()) for option in options]
    named = all(option.split()[0].lower() in text for option in options if option.strip())
    graded = any(GOOD.search(option) or BAD.search(option) or GRADED.match(option) for option in options)
    if graded and not all(re.match(r"(?:great|good|nice)\b", option, re.I) for option in options):
        return ""
    return "leave out every other answer" if max(length) <= 3 and len(options) <= 5 and not named else ""
