"""The linter of one process: a thread of its own, which lints the same question once."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from sys import getsizeof
from typing import Final, TypeVar

import msgspec

from crossview.bank.structure.outline import Outline
from crossview.bank.structure.review import review
from crossview.bank.structure.rule import Remark
from crossview.bank.wording.findings import Finding
from crossview.bank.wording.lint import all_rules
from crossview.bank.wording.question import Question
from crossview.bank.wording.rule import Rule
from crossview.bank.wording.rulebook import Linted, Rulebook
from crossview.foundation.shelf import Shelf

T = TypeVar("T")

ROOM: Final = 16 * 1024 * 1024
"""Bytes of questions and findings that are remembered."""
_FINDING: Final = 600
"""About how many bytes a finding takes."""


class Linter:
    """Asks a rulebook, beside the event loop. What many people ask about at once is answered in turn.

    The same question in the same surroundings is linted once, as long as there is room to remember it.
    """

    def __init__(self, rulebook: Rulebook, room: int = ROOM) -> None:
        self.rulebook = rulebook
        self._known: Shelf[tuple[Finding, ...]] = Shelf(room)
        # One thread: it starts with the first question, and what is remembered needs no lock.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="linter")

    async def lint(self, questions: Sequence[Question]) -> Linted:
        """What is wrong with each question, in their order."""
        return await self._beside(lambda: self._lint(questions))

    async def review(self, outline: Outline) -> list[Remark]:
        """What the rules of structure say about a script."""
        return await self._beside(lambda: review(outline))

    async def rules(self) -> tuple[Rule, ...]:
        """Every rule of wording."""
        return await self._beside(lambda: self.rulebook.rules)

    async def knows(self, code: str) -> bool:
        """Whether there is a rule of wording of this code; for one that comes along nobody waits."""
        return any(rule.code == code for rule in all_rules()) or any(rule.code == code for rule in await self.rules())

    def close(self) -> None:
        """Let go of the rulebook and end the thread; whoever asks afterwards gets a `RuntimeError`."""
        self._thread.submit(self.rulebook.close)
        self._thread.shutdown()

    async def _beside(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _lint(self, questions: Sequence[Question]) -> Linted:
        found = {question: self._known.find(question, None) for question in questions}
        unknown = [question for question, known in found.items() if known is None]
        asked = self.rulebook.lint(unknown)
        unread = {failure.question for failure in asked.failures}
        for index, (question, findings) in enumerate(zip(unknown, asked.findings, strict=True)):
            found[question] = findings
            if index not in unread:
                self._known.keep(question, None, findings, _size(question) + _FINDING * len(findings))
        failures = [
            msgspec.structs.replace(failure, question=questions.index(unknown[failure.question]))
            for failure in asked.first_failures
        ]
        return Linted([found[question] or () for question in questions], tuple(failures))


def _size(question: Question) -> int:
    """About how many bytes a question takes."""
    texts = (question.text, question.previous, question.skip_notice, question.consent, *question.options)
    return 500 + sum(map(getsizeof, (*texts, *question.glossary)))
