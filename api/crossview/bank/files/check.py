"""A file of questions, checked: what the rules find in it with its place, without what is meant to be.

`check` looks at one file. `compare` then looks at all of a run, for what shows only across them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from itertools import chain
from typing import Final

import msgspec

from crossview.bank.files.read import BankFile
from crossview.bank.files.source import Fault, Place, Source
from crossview.bank.files.suppressions import Suppression, suppressions
from crossview.bank.structure.outline import Item, Outline
from crossview.bank.structure.review import review, structure_rules
from crossview.bank.structure.rule import Remark
from crossview.bank.wording.findings import Finding, Level
from crossview.bank.wording.rulebook import Failure, Linted, Rulebook


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

_AT_ONCE: Final = 5_000
"""Questions that are linted between two signs of progress."""


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


class Asked(msgspec.Struct, frozen=True):
    """What the rules that go across files need to know of a question, with what is meant to be in it."""

    id: str
    text: str
    language: str | None
    start: int
    end: int
    meant: tuple[Suppression, ...]


class Checked(msgspec.Struct, frozen=True):
    """What came of a file. `neutral` counts the questions on which only the rules ran that look at no words."""

    name: str
    source: Source
    findings: list[Reported]
    asked: list[Asked]
    neutral: int
    suppressed: int

    @property
    def questions(self) -> int:
        """How many questions were checked."""
        return len(self.asked)


Selected = Callable[[str], bool]


def check(
    file: BankFile,
    selected: Selected,
    today: date,
    rulebook: Rulebook,
    tick: Callable[[int], None] = lambda questions: None,
) -> Checked:
    """Check a file by the rules that are selected, all but those that go across files; `tick` counts what is done.

    What cannot be read is reported in any case.
    """
    return _Check(file, selected, today, rulebook, tick).checked()


def compare(checked: Sequence[Checked], selected: Selected, today: date) -> list[Checked]:
    """The same with what the rules find that go across files, where any of those is selected."""
    codes = [rule.code for rule in structure_rules() if rule.across and selected(rule.code)]
    if not codes:
        return list(checked)
    several = len(checked) > 1
    asked = [(file, one) for file in checked for one in file.asked]
    items = (
        Item(one.text, id=one.id, language=one.language, where=_where(file, one) if several else one.id)
        for file, one in asked
    )
    said: dict[str, list[tuple[Asked, Remark]]] = {}
    for remark in review(Outline(tuple(items)), lambda rule: rule.code in codes):
        file, one = asked[remark.item or 0]
        said.setdefault(file.name, []).append((one, remark))
    return [_completed(file, said.get(file.name, []), codes, selected, today) for file in checked]


def _where(file: Checked, one: Asked) -> str:
    return (
        f"{file.name.encode('utf-8', 'surrogateescape').decode('utf-8', 'replace')}:{file.source.place(one.start).line}"
    )


def _completed(
    file: Checked, said: list[tuple[Asked, Remark]], codes: list[str], selected: Selected, today: date
) -> Checked:
    report = _Report(file.name, file.source)
    used: set[tuple[Suppression, str]] = set()
    suppressed = 0
    for one, remark in said:
        covering = [each for each in one.meant if remark.code in each.codes]
        used.update((each, remark.code) for each in covering)
        if any(not each.expired(today) for each in covering):
            suppressed += 1
        else:
            report.add(remark, remark.message, one.start, one.end, one.id, _words(one.text))
    if selected(UNUSED.code):
        for one in file.asked:
            for each in one.meant:
                for code in each.codes:
                    if code in codes and (each, code) not in used and not each.expired(today):
                        report.add(UNUSED, _nothing(code), each.start, each.end, one.id, code)
    findings = _sorted(chain(file.findings, report.found))
    return msgspec.structs.replace(file, findings=findings, suppressed=file.suppressed + suppressed)


class _Report:
    """Collects findings of one file."""

    def __init__(self, name: str, source: Source) -> None:
        self.name, self.source = name, source
        self.found: list[Reported] = []
        self.prints: dict[str, int] = {}

    def add(
        self, rule: Upkeep | Finding | Remark, message: str, start: int, end: int, question: str, words: str
    ) -> None:
        fingerprint = self._fingerprint(question or self.name, rule.code, words)
        place = self.source.place(start)
        self.found.append(
            Reported(self.name, place, start, end, rule.code, rule.name, rule.level, message, question, fingerprint)
        )

    def _fingerprint(self, *parts: str) -> str:
        """The same words a second time in one question count on."""
        digest = sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self.prints[digest] = self.prints.get(digest, 0) + 1
        return digest if self.prints[digest] == 1 else f"{digest}-{self.prints[digest]}"


class _Check:
    def __init__(
        self, file: BankFile, selected: Selected, today: date, rulebook: Rulebook, tick: Callable[[int], None]
    ) -> None:
        self.file, self.selected, self.today, self.rulebook, self.tick = file, selected, today, rulebook, tick
        self.codes = frozenset(rule.code for rule in rulebook.rules)
        self.linted = Linted([])
        self.asked = file.bank.asked()
        self.report = _Report(file.name, file.source)
        self.used: set[tuple[Suppression, str]] = set()
        self.suppressed = 0
        self.meant, self.faults = suppressions(file)
        self.by_question: dict[int | None, list[Suppression]] = {}
        for one in self.meant:
            self.by_question.setdefault(one.question, []).append(one)

    def checked(self) -> Checked:
        if any(map(self.selected, self.codes)):
            self._read()
        self._review()
        for one in self.meant:
            self._look_after(one)
        for fault in (*self.file.faults, *self.faults):
            self._fault(fault)
        neutral = sum(not self.rulebook.reads_words(question) for question in self.asked)
        return Checked(
            self.file.name, self.file.source, _sorted(self.report.found), list(self._kept()), neutral, self.suppressed
        )

    def _read(self) -> None:
        """Ask the rules of wording about each question."""
        failures: list[Failure] = []
        for first in range(0, len(self.asked), _AT_ONCE):
            linted = self.rulebook.lint(self.asked[first : first + _AT_ONCE])
            for index, findings in enumerate(linted.findings, first):
                for finding in findings:
                    self._find(finding, index)
            failures += (msgspec.structs.replace(one, question=one.question + first) for one in linted.failures)
            self.tick(len(linted.findings))
        self.linted = Linted([], tuple(failures))
        for failure in self.linted.first_failures if self.selected(FAILED.code) else ():
            start, end = self.file.whole(failure.question)
            self._add(FAILED, failure.message, start, end, failure.question, failure.plugin)

    def _find(self, finding: Finding, index: int) -> None:
        if self._is_wanted(finding.code, index):
            words = _words(self.asked[index].text[finding.start : finding.end])
            start, end = self.file.span(index, finding.start, finding.end)
            self._add(finding, finding.message, start, end, index, words)

    def _review(self) -> None:
        """Ask the rules of structure about the whole file."""
        outline = self.file.bank.outline()
        for remark in review(outline, lambda rule: not rule.across and self._is_asked(rule.code)):
            if remark.item is not None and self._is_wanted(remark.code, remark.item):
                start, end = self.file.whole(remark.item)
                self._add(remark, remark.message, start, end, remark.item, "")

    def _is_asked(self, code: str) -> bool:
        """Whether a rule of structure is needed: selected, or named by a suppression that has to be looked after."""
        return self.selected(code) or any(code in one.codes for one in self.meant)

    def _is_wanted(self, code: str, index: int) -> bool:
        """Whether a finding is to be shown; what is meant to be is counted instead."""
        covering = [one for one in self.by_question.get(index, ()) if code in one.codes]
        self.used.update((one, code) for one in covering)
        if not self.selected(code):
            return False
        meant = any(not one.expired(self.today) for one in covering)
        self.suppressed += meant
        return not meant

    def _look_after(self, one: Suppression) -> None:
        if not one.reason:
            self._upkeep(UNREASONED, 'It says no reason. Add `reason="..."`.', one, ",".join(one.codes))
        known = self.codes.union(rule.code for rule in structure_rules())
        for code in one.codes:
            if one.expired(self.today):
                self._upkeep(EXPIRED, f"It ended on {one.until}. Take {code} out, or set another day.", one, code)
            elif not self.linted.complete(code):
                continue
            elif code not in known:
                message = f"{code} is no rule that can be suppressed. `crossview validate --list-rules` names them."
                self._upkeep(UNUSED, message, one, code)
            elif (one, code) not in self.used and self.selected(code) and self._ran(code, one.question):
                self._upkeep(UNUSED, _nothing(code), one, code)

    def _ran(self, code: str, question: int | None) -> bool:
        if question is None:
            return True
        if code in self.codes:
            return self.rulebook.runs(code, self.asked[question])
        return code not in _across()

    def _kept(self) -> Iterator[Asked]:
        """The questions as `compare` needs them."""
        across = _across()
        for index, question in enumerate(self.asked):
            meant = tuple(one for one in self.by_question.get(index, ()) if across.intersection(one.codes))
            start, end = self.file.whole(index)
            yield Asked(self.file.bank.questions[index].id, question.text, question.language, start, end, meant)

    def _upkeep(self, rule: Upkeep, message: str, one: Suppression, words: str) -> None:
        if self.selected(rule.code):
            self._add(rule, message, one.start, one.end, one.question, words)

    def _fault(self, fault: Fault) -> None:
        self._add(UNREADABLE, fault.message, fault.start, fault.end, None, fault.message)

    def _add(
        self, rule: Upkeep | Finding | Remark, message: str, start: int, end: int, index: int | None, words: str
    ) -> None:
        question = "" if index is None else self.file.bank.questions[index].id
        self.report.add(rule, message, start, end, question, words)


def _across() -> frozenset[str]:
    return frozenset(rule.code for rule in structure_rules() if rule.across)


def _nothing(code: str) -> str:
    return f"{code} finds nothing here. Take it out."


def _words(text: str) -> str:
    return " ".join(text.split())


def _sorted(findings: Iterable[Reported]) -> list[Reported]:
    return sorted(findings, key=lambda one: (one.start, one.code, one.end, one.message))
