"""Score the rules of wording on labelled questions: `python -m benchmarks.lint`.

The labelled files lie outside the project: `CROSSVIEW_SHARED` names the folder that holds `questions/` (../shared unless it
says otherwise), and files given as arguments take their place. Nothing is trained, so nothing is held back; intervals come
from resampling sources, never single questions, since questions of one source resemble each other.

`--peers` puts linters of prose beside the rules, `--speed` measures the whole command, and `--write` puts what both say into
benchmarks/README.md. They need what `make bench-lint` installs.
"""

import argparse
import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.lint import judges, peers, speed
from benchmarks.lint.labelled import CATEGORIES, Judge, Labelled, Scores, read, score

RESAMPLED = 500
README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- lint -->", "<!-- end of lint -->"
JUDGES: dict[str, Judge] = {"rules": judges.rules, "page of keywords": judges.keywords}


def main() -> None:
    """Read, judge, score and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.lint", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="labelled questions, JSON lines")
    parser.add_argument("--peers", action="store_true", help="put linters of prose beside the rules")
    parser.add_argument("--speed", action="store_true", help="measure the whole command")
    parser.add_argument("--write", action="store_true", help=f"both, into {README.name}")
    parser.add_argument("--wrong", action="store_true", help="print each question that the rules judge otherwise")
    options = parser.parse_args()
    folder = Path(os.environ.get("CROSSVIEW_SHARED", "../shared")) / "questions"
    files = options.files or [folder / "dev.jsonl", folder / "dev_adversarial.jsonl"]
    if missing := [str(file) for file in files if not file.is_file()]:
        sys.exit(
            f"There are no labelled questions at {', '.join(missing)}. Set CROSSVIEW_SHARED to the folder that holds them."
        )
    items = read(files)
    about = f"{len(items)} questions, {len({item.group for item in items})} sources and pairs"
    print(f"{about}\n")
    for name, judge in JUDGES.items():
        _table(name, items, [judge(item.question) for item in items])
    said = []
    if options.peers or options.write:
        said.append("\n".join((f"{about}:\n", *_beside(items))))
    if options.speed or options.write:
        said.append(speed.tables())
    print("\n\n".join(said))
    if options.write:
        _write("\n\n".join(said))
    if options.wrong:
        _wrong(items)


def _beside(items: Sequence[Labelled]) -> Iterator[str]:
    """The rules, the page of keywords and the peers in one table."""
    yield "| | macro F1 | 95 % of resamples | coarse | false alarms on good ones | 95 % of resamples | any remark on them |"
    yield "|---|---|---|---|---|---|---|"
    good = [place for place, item in enumerate(items) if not item.labels and not item.is_disputed]
    for name, judge in JUDGES.items():
        found = [judge(item.question) for item in items]
        yield _row(name, items, found, sum(bool(found[place]) for place in good) / len(good))
    for name, remarked in peers.PEERS.items():
        remarks = remarked(name, [item.question.text for item in items])
        found = [peers.categories(name, each, item) for each, item in zip(remarks, items, strict=True)]
        yield _row(name, items, found, sum(bool(remarks[place]) for place in good) / len(good))


def _row(name: str, items: Sequence[Labelled], found: Sequence[set[str]], remarked: float) -> str:
    scores, low, high = score(items, found), *_interval(items, found)
    coarse = score(items, found, coarse=True).macro_f1
    return (
        f"| {name} | {scores.macro_f1:.2f} | {low.macro_f1:.2f}-{high.macro_f1:.2f} | {coarse:.2f} | {scores.false_alarms:.1%} "
        f"| {low.false_alarms:.1%}-{high.false_alarms:.1%} | {remarked:.1%} |"
    )


def _write(tables: str) -> None:
    text = README.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    README.write_text(f"{head}{BEGIN}\n\n{tables}\n\n{END}{tail}", encoding="utf-8")


def _table(name: str, items: Sequence[Labelled], found: Sequence[set[str]]) -> None:
    scores, low, high = score(items, found), *_interval(items, found)
    print(
        f"### {name}\n\n| category | questions | precision | recall | F1 | 95 % of resamples |\n|---|---|---|---|---|---|"
    )
    for category in CATEGORIES:
        if category not in scores.by_category:
            continue
        precision, recall, f1 = scores.by_category[category]
        number = sum(category in item.labels for item in items if not item.is_disputed)
        span = f"{low.by_category.get(category, (0,) * 3)[2]:.2f}-{high.by_category.get(category, (0,) * 3)[2]:.2f}"
        print(f"| {category} | {number} | {precision:.2f} | {recall:.2f} | {f1:.2f} | {span} |")
    coarse = score(items, found, coarse=True)
    print(
        f"\nmacro F1 {scores.macro_f1:.3f} ({low.macro_f1:.2f}-{high.macro_f1:.2f}), coarse {coarse.macro_f1:.3f};",
        end=" ",
    )
    print(
        f"false alarms on good questions {scores.false_alarms:.3f} ({low.false_alarms:.3f}-{high.false_alarms:.3f});",
        end=" ",
    )
    print(f"pairs {scores.pairs:.3f}\n")


def _interval(items: Sequence[Labelled], found: Sequence[set[str]]) -> tuple[Scores, Scores]:
    """The scores that 2.5 and 97.5 of 100 resamples of the groups stay below."""
    dice = random.Random(1)
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        groups[item.group].append(place)
    names = list(groups)
    runs = []
    for _ in range(RESAMPLED):
        places = [place for name in dice.choices(names, k=len(names)) for place in groups[name]]
        runs.append(score([items[place] for place in places], [found[place] for place in places]))
    return _at(runs, 0.025), _at(runs, 0.975)


def _at(runs: Sequence[Scores], share: float) -> Scores:
    def middle(values: list[float]) -> float:
        return sorted(values)[min(int(len(values) * share), len(values) - 1)]

    categories = {category for run in runs for category in run.by_category}
    f1 = {name: middle([run.by_category.get(name, (0.0,) * 3)[2] for run in runs]) for name in categories}
    return Scores(
        {name: (0.0, 0.0, value) for name, value in f1.items()},
        middle([run.macro_f1 for run in runs]),
        middle([run.false_alarms for run in runs]),
        middle([run.pairs for run in runs]),
    )


def _wrong(items: Sequence[Labelled]) -> None:
    for item in items:
        if item.is_disputed:
            continue
        found = judges.rules(item.question) - (item.disputed - item.labels)
        for kind, categories in (("missed", item.labels - found), ("alarm", found - item.labels)):
            for category in sorted(categories):
                print(f"{category:20} {kind:7} {' '.join(item.question.text.split())[:140]}")


if __name__ == "__main__":
    main()
