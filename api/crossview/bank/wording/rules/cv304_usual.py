"""A question about what is usual."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

USUAL = phrases(
    r"""
    usually|typically|generally|normally|ordinarily|habitually|as a rule|in general|on average|most of the time
    tends? to
    (?:on )?most (?:of your )?(?:days|weeks|months|mornings|evenings|weekends|nights|occasions)
    (?:an? |your )?(?:normal|typical|average|usual|ordinary|regular) (?:[a-z]+ )?(?:day|week|month|morning|
        evening|night|
        weekend|monday|tuesday|wednesday|thursday|friday|saturday|sunday|session|project|customer|order|meeting|
        shift|process)
    """
)
ADVICE = "“{words}” asks for a summary of many days. Ask for one of them: the last time, yesterday, last month."


@rule(
    "CV304", "usual-behaviour", Category.GENERALISATION, Level.INFO,
    source="Portigal 2013, Interviewing Users; QAS-99, step 4b, assumes constant behaviour",
    bad=("What do you usually do on Mondays?", "Where do you tend to sit?"),
    good=(
        "What did you do last Monday?", Question("How do you usually travel?", setting="survey"),
        "Which general shop did you go to?",
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """An interview asks for an instance, not for the rule.

    What people do “usually” is a theory about themselves. The last time is a memory, with its surprises.
    """
    if reading.is_interview:
        for found in USUAL.finditer(reading.main.text):
            yield at(found, ADVICE, reading.main)
            return
