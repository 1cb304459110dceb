"""A file of questions, checked: what the rules find in it with its place, without what is meant to be."""

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Final

import msgspec

from crossview.bank.files.read import BankFile
from crossview.bank.files.source import Fault, Place
from crossview.bank.files.suppressions import Suppression, suppressions
from crossview.bank.wording.findings import Finding, Level
from crossview.bank.wording.rulebook import Linted, Rulebook


class Upkeep(msgspec.Struct, frozen=True):
    """A rule about the file and not about the wording of a question."""

    code: str
    name: str
    level: Level
    title: str
    because: str


UNREADABLE: Final = Upkeep(
    "CV900", "unreadable", Level.ERROR, "A bank must be readable.",
    "What cannot be read was not checked. The command ends with 2.",
)  # fmt: skip
UNUSED: Final = Upkeep(
    "CV901", "unused-suppression", Level.WARNING, "A suppression must suppress something.",
    "The question was changed, or the code is another one. What is left over would hide the next fault of its kind.",
)  # fmt: skip
EXPIRED: Final = Upkeep(
    "CV902", "expired-suppression", Level.WARNING, "A suppression ends on its day.",
    "Somebody meant to look again by then. From that day on the finding is shown.",
)  # fmt: skip
UNREASONED: Final = Upkeep(
    "CV903", "suppression-without-reason", Level.WARNING, "A suppression must say why.",
    "The next reader cannot ask. The finding stays suppressed meanwhile.",
)  # fmt: skip
FAILED: Final = Upkeep(
    "CV904", "plugin-failed", Level.WARNING, "The rules of every plugin must run.",
    "A plugin did not answer, or not in time, or something that is no finding. What its rules would find is not known.",
)  # fmt: skip
UPKEEP: Final = (UNREADABLE, UNUSED, EXPIRED, UNREASONED, FAILED)


class Reported(msgspec.Struct, frozen=True):
    """A finding in a file. `start` and `end` are characters of the file, `place` is where it starts.

    `fingerprint` stays the same when a question moves to another line or file.
    """

    file: str
    place: Place
    start: int
    end: int
    code: str
    name: str
    level: Level
    message: str
    question: str
    fingerprint: str


class Checked(msgspec.Struct, frozen=True):
    """What came of a file. `neutral` counts the questions on which only the rules ran that look at no words."""

    file: BankFile
    findings: list[Reported]
    questions: int
    neutral: int
    suppressed: int


Selected = Callable[[str], bool]


def check(file: BankFile, selected: Selected, today: date, rulebook: Rulebook) -> Checked:
    """Lint each question of a file by the rules that are selected; what cannot be read is reported in any case."""
    return _Check(file, selected, today, rulebook).checked()


class _Check:
    def __init__(self, file: BankFile, selected: Selected, today: date, rulebook: Rulebook) -> None:
        self.file, self.selected, self.today, self.rulebook = file, selected, today, rulebook
        self.codes = frozenset(rule.code for rule in rulebook.rules)
        self.asked = file.bank.asked()
        self.found: list[Reported] = []
        self.prints: dict[str, int] = {}

    def checked(self) -> Checked:
        meant, faults = suppressions(self.file)
        by_question: dict[int | None, list[Suppression]] = {}
        for one in meant:
            by_question.setdefault(one.question, []).append(one)
        used: set[tuple[Suppression, str]] = set()
        suppressed = 0
        wanted = any(map(self.selected, self.codes))
        linted = self.rulebook.lint(self.asked if wanted else ())
        for failure in linted.first_failures if self.selected(FAILED.code) else ():
            text = self.asked[failure.question].text
            start, end = self.file.span(failure.question, 0, len(text))
            self._report(FAILED, failure.message, start, end, failure.question, failure.plugin)
        for index, findings in enumerate(linted.findings):
            question, mine = self.asked[index], by_question.get(index, [])
            for finding in findings:
                covering = [one for one in mine if finding.code in one.codes]
                used.update((one, finding.code) for one in covering)
                if not self.selected(finding.code):
                    continue
                if any(not one.expired(self.today) for one in covering):
                    suppressed += 1
                    continue
                words = " ".join(question.text[finding.start : finding.end].split())
                start, end = self.file.span(index, finding.start, finding.end)
                self._report(finding, finding.message, start, end, index, words)
        for one in meant:
            self._look_after(one, used, linted)
        for fault in (*self.file.faults, *faults):
            self._fault(fault)
        self.found.sort(key=lambda one: (one.start, one.code, one.end, one.message))
        neutral = sum(not self.rulebook.reads_words(question) for question in self.asked)
        return Checked(self.file, self.found, len(self.asked), neutral, suppressed)

    def _look_after(self, one: Suppression, used: set[tuple[Suppression, str]], linted: Linted) -> None:
        if not one.reason:
            self._upkeep(UNREASONED, 'It says no reason. Add `reason="..."`.', one, ",".join(one.codes))
        for code in one.codes:
            if one.expired(self.today):
                self._upkeep(EXPIRED, f"It ended on {one.until}. Take {code} out, or set another day.", one, code)
            elif not linted.complete(code):
                continue
            elif code not in self.codes:
                self._upkeep(
                    UNUSED, f"{code} is no rule of wording. `crossview validate --list-rules` names them.", one, code
                )
            elif (one, code) not in used and self.selected(code) and self._ran(code, one.question):
                self._upkeep(UNUSED, f"{code} finds nothing here. Take it out.", one, code)

    def _ran(self, code: str, question: int | None) -> bool:
        return question is None or self.rulebook.runs(code, self.asked[question])

    def _upkeep(self, rule: Upkeep, message: str, one: Suppression, words: str) -> None:
        if self.selected(rule.code):
            self._report(rule, message, one.start, one.end, one.question, words)

    def _fault(self, fault: Fault) -> None:
        self._report(UNREADABLE, fault.message, fault.start, fault.end, None, fault.message)

    def _report(
        self, rule: Upkeep | Finding, message: str, start: int, end: int, index: int | None, words: str
    ) -> None:
        question = "" if index is None else self.file.bank.questions[index].id
        self.found.append(
            Reported(
                self.file.name, self.file.source.place(start), start, end, rule.code, rule.name, rule.level, message, question,
                self._fingerprint(question or self.file.name, rule.code, words),
            )
        )  # fmt: skip

    def _fingerprint(self, *parts: str) -> str:
        """The same words a second time in one question count on."""
        digest = sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self.prints[digest] = self.prints.get(digest, 0) + 1
        return digest if self.prints[digest] == 1 else f"{digest}-{self.prints[digest]}"
