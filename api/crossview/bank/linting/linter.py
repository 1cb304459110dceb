"""The linter of one process: a thread of its own, which lints the same question once."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from crossview.bank.wording.findings import Finding
from crossview.bank.wording.question import Question
from crossview.bank.wording.rulebook import Linted, Rulebook
from crossview.foundation.shelf import Shelf

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
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._lint, questions)

    def close(self) -> None:
        """End the thread; whoever asks afterwards gets a `RuntimeError`."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _lint(self, questions: Sequence[Question]) -> Linted:
        found = {question: self._known.find(question, None) for question in questions}
        unknown = [question for question, known in found.items() if known is None]
        asked = self.rulebook.lint(unknown)
        for question, findings in zip(unknown, asked.findings, strict=True):
            found[question] = findings
            if not asked.failures:
                self._known.keep(question, None, findings, _size(question) + _FINDING * len(findings))
        return Linted([found[question] or () for question in questions], asked.failures)


def _size(question: Question) -> int:
    """About how many bytes a question takes: four for a character, since one from outside of Latin-1 widens its text."""
    texts = (question.text, question.previous or "", question.skip_notice, question.consent, *question.options)
    return 500 + 4 * sum(map(len, (*texts, *question.glossary)))
