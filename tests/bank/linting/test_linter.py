"""The linter of a process lints the same question once, and remembers no more than it has room for."""

from collections.abc import Sequence

from crossview.bank.linting.linter import Linter
from crossview.bank.wording.findings import Finding
from crossview.bank.wording.lint import lint
from crossview.bank.wording.question import Question
from crossview.bank.wording.rulebook import Failure, Linted, Rulebook

LEADING = Question("Don't you agree?")
AWAY = Failure(0, "strict", "A plugin is away.")


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
    linter = Linter(rules, room=2_000)

    for text in ("a" * 800, "b" * 800, "a" * 800):
        await linter.lint([Question(text)])

    assert [question.text[0] for question in rules.asked] == ["a", "b", "a"]


async def test_what_some_rules_did_not_read_is_not_remembered_and_what_they_read_is() -> None:
    rules = Counting()
    rules.failures = (AWAY,)
    linter = Linter(rules)
    other = Question("What happened?")

    first = await linter.lint([LEADING, other])
    rules.failures = ()
    again = await linter.lint([LEADING, other])

    assert (first.failures, again.failures) == ((AWAY,), ())
    assert rules.asked == [LEADING, other, LEADING]


async def test_failure_is_told_once_for_each_plugin_at_the_first_question_concerned() -> None:
    rules = Counting()
    known = Question("What happened?")
    linter = Linter(rules)
    await linter.lint([known])
    rules.failures = (AWAY, Failure(1, "strict", "Again."), Failure(1, "other", "Away, too."))

    linted = await linter.lint([known, LEADING, Question("Who was there?")])

    assert linted.failures == (Failure(1, "strict", "A plugin is away."), Failure(2, "other", "Away, too."))
