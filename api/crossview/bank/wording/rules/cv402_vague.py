"""A quantity that everybody reads in another way."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

HOW_MUCH = phrases(
    r"""
    often
    regularly
    frequently
    recently
    lately
    sometimes
    occasionally
    rarely
    seldom
    a lot(?: of)?
    lots of
    a while
    soon
    in the near future
    several times
    many times
    from time to time
    quite a few
    """
)
VALUE = phrases(
    r"""
    (?:how (?:effective|valuable|good|healthy) (?:is|are|was|were))
    (?:communication|service|quality|support|leadership|culture)[a-z ]{0,40} is (?:good|bad|effective|poor|adequate)
    do you have a (?:healthy|good|nice|decent) [a-z]+
    """
)  # fmt: skip
COUNTED = phrases(
    r"""
    (?:in|over|during|within) the (?:last|past) (?:\d+|few|two|three|seven|four|six|twelve|week|month|year)
    (?:times|days) (?:a|per) (?:day|week|month|year)
    """
)
ADVICE = "“{words}” means something else to everybody. Ask for a number and a span of time, or for the last time."


@rule(
    "CV402", "vague-quantity", Category.VAGUE, Level.INFO,
    source="QAS-99, steps 3c and 3d; QUAID, vague or imprecise relative terms (Graesser et al. 2006)",
    bad=("Do you travel often?", "Have you been ill recently?", Question("I sometimes work late.", setting="survey")),
    good=("How many times did you travel last month?", "Which trip was the most recent?", "Tell me about a recent trip.",
          Question("Did you travel often in the last 12 months?", setting="survey")),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A quantity or a time is one that all read alike.

    “Often” is once a month to one person and once an hour to another, so their answers cannot be compared.
    """
    main = reading.main
    if COUNTED.search(main.text):
        return
    if ((main.is_yes_no or reading.is_statement) and (found := HOW_MUCH.search(main.text))) or (
        found := VALUE.search(main.text)
    ):
        yield at(found, ADVICE, main)
