"""Several questions in one turn."""

import re
from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.reading import ASKING, AUXILIARY, Reading
from crossview.bank.wording.rule import Hit, rule

CLAUSE = re.compile(
    rf"(?:^|,? (?:and|or) )(?:{ASKING}|{AUXILIARY})\b|, (?:what|how|why|when|where|{AUXILIARY})\b", re.IGNORECASE
)
ADVICE = "These are several questions in one turn, and one will be answered. Ask the first one, and keep the others for later."


@rule(
    "CV203", "several-questions", Category.MULTIPLE_QUESTIONS, Level.WARNING,
    source="NHS digital service manual, Writing questions; UX Bootcamp, Seven Mistakes",
    bad=("What did you do? Who helped? Why then?", "How did you hear of it, what did you try and did it work?"),
    good=(
        "What did you do?", "The sign said “Lost? Tired? Hungry?”. What came next?",
        "What did you order, and what arrived?",
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """One question at a time.

    Of several questions people answer the last one, or the easiest.
    """
    asking = [sentence for sentence in reading.sentences if sentence.is_question]
    if len(asking) > 1 and not any(
        re.match(r"if (?:so|not|yes|no)\b", sentence.text, re.IGNORECASE) for sentence in asking[1:]
    ):
        yield Hit(asking[0].start, asking[-1].start + len(asking[-1].text.rstrip()), ADVICE)
        return
    main = reading.main
    if len(CLAUSE.findall(main.text)) > 2:
        yield Hit(main.start, main.start + len(main.text.rstrip()), ADVICE)
