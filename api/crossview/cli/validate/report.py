"""What a run found, before it takes any form."""

from collections import Counter
from pathlib import PurePath
from typing import TypeAlias

import msgspec

from crossview.bank.files.check import UNREADABLE, UPKEEP, Checked, Reported, Upkeep
from crossview.bank.structure.review import structure_rules
from crossview.bank.structure.rule import StructureRule
from crossview.bank.wording.findings import Level
from crossview.bank.wording.rule import Rule
from crossview.bank.wording.rulebook import Rulebook

AnyRule: TypeAlias = Rule | StructureRule | Upkeep

LEVELS = (Level.ERROR, Level.WARNING, Level.INFO)


class Report(msgspec.Struct, frozen=True):
    """`checked` are the files in their order; `known` counts the findings that the baseline holds, which are left out.

    `rules` are those that were asked, those about the file last.
    """

    checked: list[Checked]
    findings: list[Reported]
    known: int
    rules: list[AnyRule]

    @property
    def questions(self) -> int:
        """How many questions were checked."""
        return sum(file.questions for file in self.checked)

    @property
    def neutral(self) -> int:
        """On how many of them only the rules ran that look at no words."""
        return sum(file.neutral for file in self.checked)

    @property
    def suppressed(self) -> int:
        """How many findings are meant to be."""
        return sum(file.suppressed for file in self.checked)

    @property
    def levels(self) -> dict[Level, int]:
        """How many findings of each level."""
        counts = Counter(one.level for one in self.findings)
        return {level: counts[level] for level in LEVELS}

    @property
    def codes(self) -> list[tuple[str, str, int]]:
        """How many findings of each code, most first."""
        counts = Counter((one.code, one.name) for one in self.findings)
        return [
            (code, name, count) for (code, name), count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        ]

    def exit_code(self, fail_on: str) -> int:
        """0 is clean, 1 has findings of that level or above, 2 could not be read."""
        if any(one.code == UNREADABLE.code for one in self.findings):
            return 2
        failing = LEVELS[: [*LEVELS, "never"].index(fail_on) + 1] if fail_on != "never" else ()
        return int(any(one.level in failing for one in self.findings))


def rules(rulebook: Rulebook) -> list[AnyRule]:
    """Every rule by its code: of wording, of structure, and last those about the file."""
    return [*rulebook.rules, *structure_rules(), *UPKEEP]


def printable(text: str) -> str:
    """The text on one line, without characters that a terminal or a parser would act on."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def shown_name(name: str) -> str:
    """A file as it is shown: with slashes, and readable whatever its bytes are."""
    return printable(PurePath(name).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def summary(report: Report) -> str:
    """The closing line."""
    counts = [counted(count, level.value) for level, count in report.levels.items() if count]
    beside = [
        f"{count} {what}"
        for count, what in ((report.suppressed, "suppressed"), (report.known, "in the baseline"))
        if count
    ]
    files = f"{counted(report.questions, 'question')} in {counted(len(report.checked), 'file')}"
    found = ", ".join(counts) if counts else "Nothing found"
    aside = f" ({', '.join(beside)})" if beside else ""
    return f"{found} in {files}{aside}."


def note(report: Report) -> str:
    """What the reader should know about languages, or nothing."""
    if not report.neutral:
        return ""
    return (
        f"{counted(report.neutral, 'question')} in another language than English: "
        "only the language-neutral rules ran on them."
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    if noun == "info":
        return f"{number} info"
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
