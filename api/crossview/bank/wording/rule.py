"""What a rule is, and how one is written: a function over a reading, with its reason, sources and examples beside it."""

import re
from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import TypeAlias

import msgspec

from crossview.bank.wording.findings import Category, Finding, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading, Sentence


class Hit(msgspec.Struct, frozen=True):
    """Words at fault in a reading, from `start` to `end`, and what to do about them; `{words}` stands for the words."""

    start: int
    end: int
    advice: str


class Edit(msgspec.Struct, frozen=True):
    """What stands from `start` to `end` of a question's text, and the words to put in its place."""

    start: int
    end: int
    words: str


Check: TypeAlias = Callable[[Reading], Iterator[Hit]]
Rewrite: TypeAlias = Callable[[Reading], Iterator[Edit]]


class Rule(msgspec.Struct, frozen=True):
    """One rule. `bad` are questions that it must find fault with and `good` are others that it must let pass.

    `rewrite` changes wording where one other wording is right in every sentence and says the same; few rules have one.
    """

    code: str
    name: str
    category: Category
    level: Level
    title: str
    because: str
    source: str
    bad: tuple[Question, ...]
    good: tuple[Question, ...]
    check: Check
    neutral: bool = False
    rewrite: Rewrite | None = None

    def findings(self, reading: Reading) -> Iterator[Finding]:
        """What it finds, with places in the text as it was written."""
        for hit in self.check(reading):
            start, end = reading.written(hit.start, hit.end)
            words = " ".join(reading.question.text[start:end].split())
            message = hit.advice.replace("{words}", words)
            yield Finding(self.code, self.name, self.category, self.level, start, end, message)

    def edits(self, reading: Reading) -> Iterator[Edit]:
        """Its rewriting, with places in the text as it was written."""
        for edit in self.rewrite(reading) if self.rewrite else ():
            start, end = reading.written(edit.start, edit.end)
            yield Edit(start, end, edit.words)


def rule(
    code: str,
    name: str,
    category: Category,
    level: Level,
    *,
    source: str,
    bad: tuple[str | Question, ...],
    good: tuple[str | Question, ...],
    neutral: bool = False,
    rewrite: Rewrite | None = None,
) -> Callable[[Check], Rule]:
    """Make a rule of a function: the first line of its docstring is what it asks for, the rest is why.

    A `neutral` rule looks at no words of a language, so that it runs in every one.
    """

    def made(check: Check) -> Rule:
        title, _, because = (check.__doc__ or "").partition("\n")
        return Rule(
            code,
            name,
            category,
            level,
            title.strip(),
            " ".join(because.split()),
            source,
            tuple(map(_question, bad)),
            tuple(map(_question, good)),
            check,
            neutral,
            rewrite,
        )

    return made


def at(found: re.Match[str], advice: str, sentence: Sentence | None = None, group: int | str = 0) -> Hit:
    """The hit of a match, in the whole reading or in one of its sentences."""
    offset = 0 if sentence is None else sentence.start
    return Hit(offset + found.start(group), offset + found.end(group), advice)


def phrases(lines: str) -> re.Pattern[str]:
    """A pattern of whole words, whatever their case: one alternative a line, a deeper line goes on with the one before it.

    A space stands for any white space.
    """
    shown = dedent(lines).strip("\n").split("\n")
    joined = "|".join("".join(part.strip() for part in parts) for parts in _alternatives(shown))
    spaced = _SPACE.sub(r"\\s+", joined)
    return re.compile(rf"(?<![\w'-])(?:{spaced})(?![\w-])", re.IGNORECASE)


def words(text: str) -> frozenset[str]:
    """A set of words."""
    return frozenset(text.split())


_SPACE = re.compile(" (?![^\\[]*\\])")


def _alternatives(lines: list[str]) -> Iterator[list[str]]:
    parts: list[str] = []
    for line in filter(str.strip, lines):
        if parts and not line.startswith(" "):
            yield parts
            parts = []
        parts.append(line)
    yield parts


def _question(example: str | Question) -> Question:
    return Question(example) if isinstance(example, str) else example
