"""A term that participants may not share."""

import re
from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule, words

ACRONYM = re.compile(r"(?<![\w\[/-])(?:[A-Z]{3,6}s?|[A-Z]{2,4}/[A-Z]{2,4})(?![\w\]-])")
COMMON = words(
    """
    ABC ADHD AIDS AKA API APP ASAP ATM BBC CEO COVID DIY DNA DVD EUR FAQ GPS GBP HIV HTML HTTP HTTPS JPEG JPG LGBT LOL NASA NHS
    OK PDF PIN PNG RSVP SMS SUV TV UK URL USA USB USD VAT VIP VPN WIFI WWW XYZ THE AND FOR NOT YOU ANY ALL
    YES ALWAYS NEVER ONLY MOST BEST WORST LAST PAST NEXT EVER EVERY BOTH NOW MORE LESS ONE TWO WEEK WEEKS MONTH MONTHS
    YEAR YEARS DAY DAYS TODAY
    """
)
INSIDER = phrases(
    r"""
    leverag(?:e|es|ed|ing)
    synerg(?:y|ies)
    ideat(?:e|ion)
    touchpoints?
    omni-?channel
    data lake(?:house)?
    value proposition
    pipeline coverage
    go-to-market
    north star
    low-hanging fruit
    product-market fit
    churn rate
    time to value
    tech stack
    single source of truth
    operationali[sz]e
    actionable insights?
    stakeholder alignment
    information architecture
    wireframes?
    vis-a-vis
    efficacy
    paradigms?
    granularity
    interoperability
    remuneration
    utili[sz]e[ds]?
    commence
    ascertain
    endeavou?r to
    procure
    peruse
    aforementioned
    notwithstanding
    heretofore
    microservices?
    kubernetes
    devops
    backlog grooming
    burn-?down
    p&l
    b2b
    saas
    end-to-end solution
    """
)  # fmt: skip
THEIR_WORDS = phrases(r"""you (?:said|mentioned|told (?:us|me)|wrote|described)""")
BESIDE_CAPITALS = re.compile(r"[A-Z]{2,} $")
LONG_FORM = re.compile(r"\([^)]*\)")
ADVICE = "“{words}” is a term that participants may not share. Say it in their words, or put it into the glossary."


@rule(
    "CV404", "insider-term", Category.JARGON, Level.WARNING,
    source="QAS-99, step 3b, technical terms; QUAID, unfamiliar technical terms (Graesser et al. 2006)",
    bad=("How is your pipeline coverage?", "What did the QBR show?", "Who leverages those reports?"),
    good=("How do you use reports?", Question("What did the QBR show?", glossary=frozenset({"qbr"})), "Do you watch TV?",
          "What is the key performance indicator (KPI) that you report?"),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A question is asked in the participant's words.

    Hardly anybody asks back what a term means: they answer what they think it means.
    """
    known = reading.question.glossary
    shouted = sum(word.isupper() for word in reading.main.words) > len(reading.main.words) / 2
    text = reading.text
    for sentence in reading.sentences:
        if THEIR_WORDS.search(sentence.text):
            end = sentence.start + len(sentence.text)
            text = text[: sentence.start] + " " * len(sentence.text) + text[end:]
    for found in ACRONYM.finditer(text):
        if (
            shouted
            or found[0] in COMMON
            or set(found[0]) <= set("XYZ")
            or found[0].lower() in known
            or _explained(found, text)
        ):
            continue
        yield at(found, ADVICE)
        return
    if (insider := INSIDER.search(text)) and insider[0].lower() not in known:
        yield at(insider, ADVICE)


def _explained(found: re.Match[str], text: str) -> bool:
    """Whether it stands in brackets behind its long form, or is followed by it."""
    inside = any(brackets.start() < found.start() < brackets.end() for brackets in LONG_FORM.finditer(text))
    after = text[found.end() :]
    placeholder = BESIDE_CAPITALS.search(text[: found.start()]) or re.match(r" [A-Z]{2,}\b", after)
    return inside or bool(placeholder) or bool(re.match(r" ?\(|, (?:the|an?|or|that is|meaning) ", after))
