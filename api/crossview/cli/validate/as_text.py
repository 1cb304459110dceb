"""For a person: each finding with its line and the words underlined, then how many there are."""

import unicodedata
from collections.abc import Iterator
from typing import Final

from crossview.bank.files.check import Reported
from crossview.bank.files.source import Source
from crossview.cli.validate.report import Report, note, printable, shown_name, summary

WIDTH: Final = 120
"""Columns of a quoted line; of a longer one the part is shown that holds the finding."""

_JOINERS: Final = "\u200d\ufe0e\ufe0f"


def as_text(report: Report, *, statistics: bool) -> Iterator[str]:
    """The output line by line: as a whole it would be larger than the banks."""
    sources = {checked.name: checked.source for checked in report.checked}
    for one in report.findings:
        yield from _finding(one, sources[one.file])
        yield ""
    if statistics and report.codes:
        yield from (f"{count:>6}  {code} {name}" for code, name, count in report.codes)
        yield ""
    yield from filter(None, (note(report), summary(report)))


def _finding(one: Reported, source: Source) -> Iterator[str]:
    at = one.place
    yield f"{shown_name(one.file)}:{at.line}:{at.column}: {one.code} {one.name} [{one.level}] {printable(one.message)}"
    first, last = source.line(at.line)
    if last <= one.start:
        return
    quoted, marks = _underlined(source.text, (first, last), one.start, max(min(one.end, last), one.start + 1))
    margin = " " * len(str(at.line))
    yield f"{margin} |"
    yield f"{at.line} | {quoted}"
    yield f"{margin} | {marks}"


def _underlined(text: str, line: tuple[int, int], start: int, end: int) -> tuple[str, str]:
    """The part of a line around a span, and the signs below it, as wide as what stands above them."""
    first = max(line[0], min(start - 20, line[1] - WIDTH))
    last = min(line[1], first + WIDTH)
    before, words, after = text[first:start], text[start : min(end, last)], text[min(end, last) : last]
    lead, tail = "…" if first > line[0] else "", "…" if last < line[1] else ""
    quoted = f"{lead}{_shown(before)}{_shown(words)}{_shown(after)}{tail}"
    return quoted.rstrip(), " " * (len(lead) + _width(before)) + "^" * max(_width(words), 1)


def _shown(text: str) -> str:
    return "".join(
        " " if character == "\t" else character if character.isprintable() or character in _JOINERS else "\ufffd"
        for character in text
    )


def _width(text: str) -> int:
    """How many columns a terminal takes for it (Unicode Standard Annex 11)."""
    return sum(
        0 if unicodedata.combining(one) or one in _JOINERS else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )
