"""A question that collects what identifies a person."""

import re
from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

DATA = (
    "(?:full |real |last |first |maiden )?names?(?! of (?:the|a|an)\\b)(?: and [a-z]+)?|"
    "(?:tele)?phone(?: number)?|mobile(?: number)?|"
    "cell(?:phone)? number|e-?mail(?: address)?|(?:home |postal |street |work )?address|date of birth|"
    "birth ?date|passport(?: number)?|licen[cs]e plates?|driving licen[cs]e|(?:patient|insurance|social security|"
    "tax|bank account|credit card|account|id|national insurance|membership|customer|employee|staff) numbers?|"
    "credit card|ip address|postcode|zip code|iban|photo of your [a-z]+|id card"
)
COLLECTED = phrases(
    rf"""
    (?:what|which)(?:'s| is| are| was) (?:your|the|his|her|their|your [a-z]+'s) (?:personal |private |own |
        current |exact )?(?:{DATA})
    (?:give|tell|send|share|provide|leave|enter|type|state|have|know|get|write) (?:me |us |down |
        in )?(?:with )?(?:your|his|her|their|an?|the|my) (?:personal |private |own |current |colleague'?s? |
        manager'?s? |boss'?s? |work )?(?:{DATA})
    (?:which|what) (?:street|house|address|building) do you live
    when is your birthday|print (?:your |the )?(?:full )?(?:name|address)
    (?:number|code) on your [a-z]+
    (?:enter|give|read|tell|type)(?: us| me| in)? (?:your |the )?(?:home |house |full )?(?:postcode|zip code|
        house number|
        account number)
    into which account|which bank account
    (?:what|which) (?:day|year) were you born
    where exactly do you live
    photo of your (?:passport|id|licen[cs]e|card|badge|face)
    who (?:exactly )?is your (?:manager|boss|doctor)
    """
)  # fmt: skip
BARE = re.compile(rf"[\W_]*(?:(?:your|please enter your|enter your) )?(?:{DATA})[\W_]*", re.IGNORECASE)
"""A field of a form that says nothing but what it wants."""
ALLOWED = phrases(
    r"""
    (?:with|by) your (?:consent|permission|agreement)
    if you (?:agree|consent|like|wish|want to|are happy)
    optional(?:ly)?
    only if
    you (?:may|can) (?:skip|leave)
    without naming
    prefer not to
    how did you feel
    """
)  # fmt: skip
ADVICE = "“{words}” identifies a person. Say what it is for and ask for consent, or do without it."


@rule(
    "CV502", "personal-data", Category.PII, Level.ERROR,
    source="GDPR, articles 5 and 6; SurveyLegend and Zef, GDPR guidance for surveys",
    bad=("What is your phone number?", "Please give us your home address.", "Can you tell me your manager's name?"),
    good=(
        "If you agree, leave your email; it is deleted after the study.", "What kind of phone do you have?",
        Question("What is your email address?", consent="Used to arrange the session, deleted after it, and you may refuse."),
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """What identifies a person is collected for a stated purpose and with consent, or not at all.

    A purpose alone is not enough: there must be consent, or a free choice.
    """
    if reading.question.consent or ALLOWED.search(reading.text):
        return
    if found := COLLECTED.search(reading.text) or BARE.fullmatch(reading.text):
        yield at(found, ADVICE)
