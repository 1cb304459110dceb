"""The labelled questions, and how findings are held against them."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from crossview.bank.wording.findings import Category
from crossview.bank.wording.question import Question

Judge = Callable[[Question], set[str]]
"""What says which categories of fault a question has."""

COARSE = (
    {"leading", "loaded", "presumptive"},
    {"double_barreled", "multiple_questions"},
    {"hypothetical", "solution_request"},
    {"jargon", "too_complex", "double_negative"},
    {"vague", "generalisation"},
    {"sensitive", "pii"},
)
"""Categories that are one in the coarse score."""


class Labelled(msgspec.Struct, frozen=True):
    """One question with the faults that it has; those that are `disputed` count neither way."""

    question: Question
    labels: frozenset[str]
    disputed: frozenset[str]
    group: str
    pair: str | None
    is_disputed: bool


class Scores(msgspec.Struct, frozen=True):
    """Precision, recall and F1 by category, and what sums them up; all between 0 and 1."""

    by_category: dict[str, tuple[float, float, float]]
    macro_f1: float
    false_alarms: float
    pairs: float


def read(files: Iterable[Path]) -> list[Labelled]:
    """The questions of JSON lines files. What hangs together (a source, a hand-made pair) has one `group`."""
    return [_labelled(json.loads(line)) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def _labelled(row: dict[str, object]) -> Labelled:
    taken = msgspec.convert(row, _Row)
    pair = taken.pair or None
    return Labelled(
        Question(
            taken.text,
            setting="survey" if taken.context == "survey" else "interview",
            options=tuple(taken.options or ()),
            previous=taken.previous or None,
            language=taken.lang if taken.lang.isalpha() else None,
        ),
        frozenset(taken.labels),
        frozenset(taken.disputed_labels),
        f"pair {pair}" if pair else taken.source["id"],
        pair,
        taken.disputed,
    )


class _Row(msgspec.Struct):
    text: str
    labels: list[str]
    context: str
    lang: str
    source: dict[str, str]
    disputed_labels: list[str] = []
    disputed: bool = False
    options: list[str] | None = None
    previous: str | None = None
    pair: str | None = None


def score(items: Sequence[Labelled], found: Sequence[set[str]], *, coarse: bool = False) -> Scores:
    """Hold findings against labels, as the page beside the labelled files settles it."""
    hits: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    misses: Counter[str] = Counter()
    clean = disturbed = 0
    pairs: defaultdict[str, list[bool]] = defaultdict(list)
    for item, raw in zip(items, found, strict=True):
        labels, disputed, got = (_merged(each, coarse) for each in (item.labels, item.disputed, raw))
        disputed -= labels
        got -= disputed
        if item.pair:
            pairs[item.pair].append(got == labels)
        if item.is_disputed:
            continue
        hits.update(got & labels)
        alarms.update(got - labels)
        misses.update(labels - got)
        if not labels:
            clean += 1
            disturbed += bool(got)
    categories = sorted(set(hits) | set(misses))
    by_category = {name: _measures(hits[name], alarms[name], misses[name]) for name in categories}
    return Scores(
        by_category,
        sum(f1 for _, _, f1 in by_category.values()) / max(len(by_category), 1),
        disturbed / max(clean, 1),
        sum(map(all, pairs.values())) / max(len(pairs), 1),
    )


def _measures(hits: int, alarms: int, misses: int) -> tuple[float, float, float]:
    precision = hits / (hits + alarms) if hits else 0.0
    recall = hits / (hits + misses) if hits else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def _merged(labels: Iterable[str], coarse: bool) -> set[str]:
    if not coarse:
        return set(labels)
    return {next((min(group) for group in COARSE if label in group), label) for label in labels}


CATEGORIES = [str(category) for category in Category]
