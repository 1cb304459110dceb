"""The rules together: which there are, on which questions each of them runs, and what they find."""

from collections.abc import Sequence

import msgspec

from crossview.bank.wording.findings import Finding
from crossview.bank.wording.lint import all_rules, lint
from crossview.bank.wording.question import Question
from crossview.bank.wording.rule import Rule


class Failure(msgspec.Struct, frozen=True):
    """Rules that did not run on a question, counted from 0: the plugin that brings them, and what is to be said about it."""

    question: int
    plugin: str
    message: str


class Linted(msgspec.Struct, frozen=True):
    """What was found in each question, in their order, and where a plugin's rules are missing."""

    findings: list[tuple[Finding, ...]]
    failures: tuple[Failure, ...] = ()

    def complete(self, code: str) -> bool:
        """Whether nothing can be missing of what a rule of this code finds: it comes along, or no plugin failed."""
        return code.startswith("CV") or not self.failures

    @property
    def first_failures(self) -> list[Failure]:
        """Of each plugin the first: it is told once that its rules did not run."""
        return list({failure.plugin: failure for failure in reversed(self.failures)}.values())[::-1]


class Rulebook:
    """The rules that come along."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of wording."""
        return all_rules()

    def runs(self, code: str, question: Question) -> bool:
        """Whether the rule of this code looks at a question in that language."""
        return any(rule.code == code and (rule.neutral or question.is_english) for rule in all_rules())

    def reads_words(self, question: Question) -> bool:
        """Whether more than the rules run on it that look at no words."""
        return question.is_english

    def lint(self, questions: Sequence[Question]) -> Linted:
        """Ask every rule about every question."""
        return Linted([tuple(lint(question)) for question in questions])

    def close(self) -> None:
        """Let go of what was needed to lint."""
