"""A word that only an extreme fits."""

from collections.abc import Iterator

from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import AUXILIARY, Reading
from crossview.bank.wording.rule import Hit, at, phrases, rule

ANYWHERE = phrases(
    r"""
    always|constantly|invariably
    never(?! (?:mind|before))
    only ever
    absolutely (?:nothing|everything|no one|nobody|none)
    every single|each and every|every time|at all times
    without exception|without fail
    """
)
SUBJECT = phrases(
    rf"""
    (?:{AUXILIARY}) (?:all|every|everyone|everybody|everything|nobody|no one|none|nothing)\b(?! (?:day|week|
        month|year|time))
    """
)
STATED = phrases(
    r"""^(?:all|every|everyone|everybody|everything|nobody|no one|none|nothing)\b(?! (?:in all|right|told))"""
)
OBJECT = phrases(
    r"""
    (?:do|does|did) (?:you|they|we) [a-z]+ (?:everything|nothing|everyone|nobody|all (?:of )?(?:the|your|our))
    """
)
ADVICE = "“{words}” is true for hardly anybody, so the answer is “no” or untrue. Ask how often, or for the last time."


@rule(
    "CV401", "universal-word", Category.ABSOLUTE, Level.WARNING,
    source="NBRI, Survey Question Types; SurveyTown, The Absolute Question",
    bad=(
        "Do you always save your work?", "Does everybody on the team know it?",
        Question("I never wait for an answer.", setting="survey"),
    ),
    good=(
        "Did you save your work before you left?", "You wrote “I always save”. When did you last save?",
        "Have you ever been there?", "Walk me through everything that happened at the handover.",
    ),
)  # fmt: skip
def RULE(reading: Reading) -> Iterator[Hit]:  # noqa: N802 - becomes the rule itself
    """A question must not hang on a universal word.

    Only an extreme can be true of always, never, all and none, so the answer says little about what happens.
    """
    main = reading.main
    if not (main.is_yes_no or reading.is_statement):
        return
    for pattern in (ANYWHERE, STATED if reading.is_statement else SUBJECT, OBJECT):
        if found := pattern.search(main.text):
            yield at(found, ADVICE, main)
            return
