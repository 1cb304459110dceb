"""What a learned judge would do in the place of the rules, or beside them: `python -m benchmarks.lint.learned`.

It needs scikit-learn (`pip install scikit-learn`), which nothing else of the project does. For each category a logistic
regression over the words and the letters of a question is trained on the labelled files, by five folds of whole sources and
pairs, and the threshold of each is chosen inside its training folds. With a file as argument the models are trained on all
labelled files and judge that file, as they would judge the questions of somebody new. The outcome is in
docs/decisions/0013-reading-questions.md.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.lint import judges
from benchmarks.lint.labelled import CATEGORIES, Labelled, read, score
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_union

FOLDS = 5
SURE = 0.8
"""How sure a model must be before it adds to what the rules find."""
DOUBTFUL = 0.05
"""How unlikely a model must find a category before it takes away what the rules find."""

Likelihoods = list[dict[str, float]]
Found = list[set[str]]


class Model:
    """One logistic regression for each category that occurs."""

    def __init__(self, items: Sequence[Labelled]) -> None:
        self._letters = make_union(
            TfidfVectorizer(analyzer="word", ngram_range=(1, 3), sublinear_tf=True, min_df=2),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
        )
        seen = self._letters.fit_transform([_text(item) for item in items])
        self._by_category: dict[str, Any] = {}
        for category in CATEGORIES:
            labels = [category in item.labels for item in items]
            if any(labels):
                self._by_category[category] = LogisticRegression(C=10, class_weight="balanced", max_iter=2000).fit(
                    seen, labels
                )

    def likelihoods(self, items: Sequence[Labelled]) -> Likelihoods:
        """How likely each category is for each item, between 0 and 1."""
        seen = self._letters.transform([_text(item) for item in items])
        found: Likelihoods = [{} for _ in items]
        for category, model in self._by_category.items():
            for likely, one in zip(model.predict_proba(seen)[:, 1], found, strict=True):
                one[category] = float(likely)
        return found


def main() -> None:
    """Train, judge, score and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.lint.learned", description=__doc__)
    parser.add_argument("unseen", nargs="?", type=Path, help="labelled questions to judge that no model was trained on")
    options = parser.parse_args()
    folder = Path(os.environ.get("CROSSVIEW_SHARED", "../shared")) / "questions"
    known = read([folder / "dev.jsonl", folder / "dev_adversarial.jsonl"])
    if options.unseen:
        judged = read([options.unseen])
        likely, thresholds = Model(known).likelihoods(judged), [_thresholds(known)] * len(judged)
    else:
        judged = known
        likely, thresholds = _held_out(known)
    ruled = [judges.rules(item.question) for item in judged]
    print(f"{len(judged)} questions\n\n| judge | macro F1 | false alarms | pairs |\n|---|---|---|---|")
    for name, found in _judges(ruled, likely, thresholds).items():
        scores = score(judged, found)
        print(f"| {name} | {scores.macro_f1:.3f} | {scores.false_alarms:.3f} | {scores.pairs:.3f} |")


def _judges(ruled: Found, likely: Likelihoods, thresholds: list[dict[str, float]]) -> dict[str, Found]:
    learned = [
        {name for name, share in one.items() if share >= above.get(name, 1)}
        for one, above in zip(likely, thresholds, strict=True)
    ]
    sure = [{name for name, share in one.items() if share >= SURE} for one in likely]
    doubted = [{name for name, share in one.items() if share < DOUBTFUL} for one in likely]
    return {
        "rules": ruled,
        "model": learned,
        f"model, where it is sure ({SURE})": sure,
        "rules, and what the model is sure of": [a | b for a, b in zip(ruled, sure, strict=True)],
        "rules, without what the model doubts": [a - b for a, b in zip(ruled, doubted, strict=True)],
        "rules that the model agrees with": [a & b for a, b in zip(ruled, learned, strict=True)],
    }


def _held_out(items: Sequence[Labelled]) -> tuple[Likelihoods, list[dict[str, float]]]:
    likely: Likelihoods = [{} for _ in items]
    thresholds: list[dict[str, float]] = [{} for _ in items]
    groups = [item.group for item in items]
    for training, testing in GroupKFold(FOLDS).split(items, groups=groups):
        known = [items[place] for place in training]
        best = _thresholds(known)
        judged = Model(known).likelihoods([items[place] for place in testing])
        for place, one in zip(testing, judged, strict=True):
            likely[place], thresholds[place] = one, best
    return likely, thresholds


def _thresholds(items: Sequence[Labelled]) -> dict[str, float]:
    """For each category the likelihood from which F1 is best, on questions that the model of their fold has not seen."""
    likely: Likelihoods = [{} for _ in items]
    for training, testing in GroupKFold(FOLDS).split(items, groups=[item.group for item in items]):
        model = Model([items[place] for place in training])
        for place, one in zip(testing, model.likelihoods([items[place] for place in testing]), strict=True):
            likely[place] = one
    return {category: _best(category, items, likely) for category in CATEGORIES}


def _best(category: str, items: Sequence[Labelled], likely: Likelihoods) -> float:
    judged = [(one.get(category, 0.0), category in item.labels) for item, one in zip(items, likely, strict=True)]
    ranked = sorted(judged, reverse=True)
    wanted, hits, best, threshold = sum(label for _, label in ranked), 0, 0.0, 1.0
    for number, (share, label) in enumerate(ranked, 1):
        hits += label
        if (f1 := 2 * hits / (number + wanted)) > best:
            best, threshold = f1, share
    return threshold


def _text(item: Labelled) -> str:
    previous = f"{item.question.previous} ¶ " if item.question.previous else ""
    return f"{previous}{item.question.text} {' / '.join(item.question.options)}"


if __name__ == "__main__":
    main()
