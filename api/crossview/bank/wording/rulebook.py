"""The rules together: which there are, on which questions each of them runs, and what they find."""

from collections.abc import Sequence
from functools import cached_property

import msgspec

from crossview.bank.wording.findings import Finding
from crossview.bank.wording.lint import all_rules, lint
from crossview.bank.wording.question import Question


class Failure(msgspec.Struct, frozen=True):
    """Rules that did not run: on which question, counted from 0, it was seen first, and what is to be said about it."""

    question: int
    message: str


class Linted(msgspec.Struct, frozen=True):
    """What was found in each question, in their order; nothing is missing when there are no failures."""

    findings: list[tuple[Finding, ...]]
    failures: tuple[Failure, ...] = ()


class Rulebook:
    """The rules that come along."""

    @cached_property
    def codes(self) -> frozenset[str]:
        """The code of every rule of wording."""
        return frozenset(rule.code for rule in all_rules())

    def runs(self, code: str, question: Question) -> bool:
        """Whether the rule of this code looks at a question in that language."""
        return question.is_english or any(rule.neutral for rule in all_rules() if rule.code == code)

    def lint(self, questions: Sequence[Question]) -> Linted:
        """Ask every rule about every question."""
        return Linted([tuple(lint(question)) for question in questions])
