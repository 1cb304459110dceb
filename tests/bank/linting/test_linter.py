"""The linter of a process lints the same question once, and remembers no more than it has room for."""

from collections.abc import Sequence

from crossview.bank.linting.linter import Linter
from crossview.bank.wording.findings import Finding
from crossview.bank.wording.lint import lint
from crossview.bank.wording.question import Question
from crossview.bank.wording.rulebook import Failure, Linted, Rulebook

LEADING = Question("Don't you agree?")


class Counting(Rulebook):
    """The rules, counting what they are asked about."""

    def __init__(self) -> None:
        self.asked: list[Question] = []
        self.failures: tuple[Failure, ...] = ()

    def lint(self, questions: Sequence[Question]) -> Linted:
        self.asked += questions
        return Linted(super().lint(questions).findings, self.failures)


def found(question: Question) -> tuple[Finding, ...]:
    return tuple(lint(question))


async def test_same_question_is_linted_once() -> None:
    rules = Counting()
    linter = Linter(rules)
    other = Question("Don't you agree?", section="warm_up")

    first = await linter.lint([LEADING, other, LEADING])
    again = await linter.lint([other, LEADING])

    assert first == Linted([found(LEADING), found(other), found(LEADING)])
    assert again == Linted([found(other), found(LEADING)])
    assert rules.asked == [LEADING, other]


async def test_question_that_is_forgotten_is_linted_again() -> None:
    rules = Counting()
    linter = Linter(rules, room=4_000)

    for text in ("a" * 800, "b" * 800, "a" * 800):
        await linter.lint([Question(text)])

    assert [question.text[0] for question in rules.asked] == ["a", "b", "a"]


async def test_what_some_rules_did_not_read_is_not_remembered() -> None:
    rules = Counting()
    rules.failures = (Failure(0, "A plugin is away."),)
    linter = Linter(rules)

    first = await linter.lint([LEADING])
    rules.failures = ()
    again = await linter.lint([LEADING])

    assert (first.failures, again.failures) == ((Failure(0, "A plugin is away."),), ())
    assert rules.asked == [LEADING, LEADING]
