"""How well interview guides are imported, scored against the structure a careful reader sees.

The rule is that of the guides' own README, section "Scoring". A folder holds guides and `expected/`; without a name it is
`guides/` of the shared folder named by CROSSVIEW_SHARED (`../shared` beside the repository when it is not set). Without
guides there is nothing to score. The two kinds come first, because any reader of Markdown gets the rest.

    python benchmarks/guide_import.py                      a table for the shared guides
    python benchmarks/guide_import.py FOLDER [FOLDER ...]  a table for each folder
    python benchmarks/guide_import.py --misses             also each section and item that was judged otherwise
"""

import json
import os
import sys
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crossview.scripts.document import ScriptDocument, walk
from crossview.scripts.guide.plain import plain
from crossview.scripts.guide.read import read_guide

HEADING_LETTERS = 40
STARTS, ENDS = 24, 10
WHOLE = 40
SCORES = (
    "section_kind", "item_kind", "item_kind_strict", "section_f1", "item_f1", "placement", "minutes", "title",
    "total_minutes", "overall",
)  # fmt: skip


def guides_folder() -> Path:
    """Where the shared guides lie, whether or not they are there."""
    repository = Path(__file__).resolve().parent.parent
    return Path(os.environ.get("CROSSVIEW_SHARED", repository.parent / "shared")) / "guides"


def letters(text: str) -> str:
    """What texts are compared by: letters and digits, normalised and casefolded, without markup."""
    bare = unicodedata.normalize("NFKC", plain(text)).casefold()
    return "".join(character for character in bare if character.isalnum())


@dataclass
class Tally:
    """Counts that can be added up over guides."""

    counts: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def scores(self) -> dict[str, float]:
        """Each score from the counts; a share of nothing is 1."""
        count = self.counts
        found = {
            "section_f1": share(2 * count["sections_matched"], count["sections_expected"] + count["sections_reported"]),
            "item_f1": share(2 * count["items_matched"], count["items_expected"] + count["items_reported"]),
            "section_kind": share(count["section_kinds"], count["section_kinds_of"]),
            "item_kind": share(count["item_kinds"], count["item_kinds_of"]),
            "item_kind_strict": share(count["item_kinds_strict"], count["item_kinds_of"]),
            "placement": share(count["placed"], count["item_kinds_of"]),
            "minutes": share(count["minutes_right"], count["minutes_of"]),
            "title": share(count["titles"], count["guides"]),
            "total_minutes": share(count["totals"], count["guides"]),
        }
        parts = (
            found["section_f1"] * found["section_kind"],
            found["item_f1"] * found["item_kind"],
            found["placement"],
            found["minutes"],
        )
        return {**found, "overall": sum(parts) / len(parts)}


def share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


@dataclass
class Reported:
    """One reported item: what its text is compared by, its kind, and the section it stands in."""

    key: str
    text: str
    kind: str
    section: int


def score(document: ScriptDocument, expected: dict[str, Any]) -> Tally:
    """Compare one imported guide with its expected structure."""
    tally = Tally()
    tally.counts["guides"] = 1
    accepted = [expected["title"], *expected.get("title_accept", [])]
    right = letters(document.title) in {letters(title or "") for title in accepted}
    tally.counts["titles"] += right
    if not right:
        tally.misses.append(f"title {document.title!r}, expected {accepted}")
    totals = [expected["total_minutes"], *expected.get("total_minutes_accept", [])]
    tally.counts["totals"] += document.session_minutes in totals
    if document.session_minutes not in totals:
        tally.misses.append(f"total {document.session_minutes}, expected {totals}")
    pairs = match_sections(document, expected)
    count_sections(document, expected, pairs, tally)
    count_items(document, expected, pairs, tally)
    return tally


def match_sections(document: ScriptDocument, expected: dict[str, Any]) -> dict[int, int]:
    """Expected to reported sections, in order, by the longest common sequence of headings."""
    ours = [letters(section.heading)[:HEADING_LETTERS] for section in document.sections]
    theirs = [letters(section["heading"])[:HEADING_LETTERS] for section in expected["sections"]]
    longest = [[0] * (len(ours) + 1) for _ in range(len(theirs) + 1)]
    for i in range(len(theirs) - 1, -1, -1):
        for j in range(len(ours) - 1, -1, -1):
            same = theirs[i] == ours[j]
            longest[i][j] = longest[i + 1][j + 1] + 1 if same else max(longest[i + 1][j], longest[i][j + 1])
    pairs: dict[int, int] = {}
    i = j = 0
    while i < len(theirs) and j < len(ours):
        if theirs[i] == ours[j]:
            pairs[i] = j
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def count_sections(document: ScriptDocument, expected: dict[str, Any], pairs: dict[int, int], tally: Tally) -> None:
    count = tally.counts
    matched = set(pairs.values())
    labels = {
        letters(item["starts"])[:HEADING_LETTERS]
        for section in expected["sections"]
        for item in section["items"]
        if item.get("optional") or item.get("may_be_heading")
    }
    for index, section in enumerate(expected["sections"]):
        reported = document.sections[pairs[index]] if index in pairs else None
        stated = section["minutes"] is not None
        minutes = [section["minutes"], *section.get("minutes_accept", [])]
        invented = reported is not None and reported.minutes is not None and not stated
        right = reported is not None and stated and reported.minutes in minutes
        count["minutes_of"] += stated or invented
        count["minutes_right"] += right
        if (stated or invented) and not right:
            tally.misses.append(
                f"minutes of {section['heading'][:40]!r}: {reported and reported.minutes}, expected {minutes}"
            )
        if not section["heading"] or section.get("optional"):
            continue
        count["sections_expected"] += 1
        if reported is None:
            tally.misses.append(f"section {section['heading'][:60]!r} is missing")
            continue
        count["sections_matched"] += 1
        count["sections_reported"] += 1
        count["section_kinds_of"] += 1
        kinds = [section["kind"], *section.get("accept", [])]
        count["section_kinds"] += reported.kind in kinds
        if reported.kind not in kinds:
            tally.misses.append(f"section {section['heading'][:50]!r} is {reported.kind}, expected {kinds}")
    for at, ours in enumerate(document.sections):
        if at not in matched and ours.heading:
            invented = ours.minutes is not None
            count["minutes_of"] += invented
            if letters(ours.heading)[:HEADING_LETTERS] not in labels:
                count["sections_reported"] += 1
                tally.misses.append(f"section {ours.heading[:60]!r} is not expected")


def reported_items(document: ScriptDocument) -> list[Reported]:
    """Every item in order; a comment is not one."""
    return [
        Reported(letters(item.text), item.text, item.kind, index)
        for index, section in enumerate(document.sections)
        for item in walk(section.items)
        if item.layout.style != "comment"
    ]


def matches(key: str, item: dict[str, Any]) -> bool:
    starts, ends = letters(item["starts"]), letters(item["ends"])
    if len(starts) < STARTS or len(item["starts"]) < WHOLE:
        return key == starts
    return key.startswith(starts[:STARTS]) and key.endswith(ends[-ENDS:])


def over_group(key: str, group: list[dict[str, Any]]) -> bool:
    return key.startswith(letters(group[0]["starts"])[:STARTS]) and key.endswith(letters(group[-1]["ends"])[-ENDS:])


def count_items(document: ScriptDocument, expected: dict[str, Any], pairs: dict[int, int], tally: Tally) -> None:
    ours = reported_items(document)
    free = set(range(len(ours)))
    theirs = [(index, item) for index, section in enumerate(expected["sections"]) for item in section["items"]]
    groups: dict[Any, list[dict[str, Any]]] = {}
    for _, item in theirs:
        if "group" in item:
            groups.setdefault(item["group"], []).append(item)
    found: dict[int, int] = {}
    at = 0
    held: dict[Any, int] = {}
    for number, (_, item) in enumerate(theirs):
        group = item.get("group")
        if group in held:
            found[number] = held[group]
            continue
        order = [*range(at, len(ours)), *range(at)]
        whole = group is not None and item is groups[group][0]
        hit = next(
            (
                one
                for one in order
                if one in free
                and (matches(ours[one].key, item) or (whole and over_group(ours[one].key, groups[group])))
            ),
            None,
        )
        if hit is None:
            continue
        if whole and not matches(ours[hit].key, item):
            held[group] = hit
        found[number] = hit
        free.discard(hit)
        at = hit + 1 if hit >= at else at
    headings = {letters(section.heading)[:HEADING_LETTERS] for section in document.sections}
    _count_matches(ours, theirs, found, free, expected, pairs, headings, tally)


def _count_matches(
    ours: list[Reported],
    theirs: list[tuple[int, dict[str, Any]]],
    found: dict[int, int],
    free: set[int],
    expected: dict[str, Any],
    pairs: dict[int, int],
    headings: set[str],
    tally: Tally,
) -> None:
    count = tally.counts
    optional = {letters(s["heading"])[:HEADING_LETTERS] for s in expected["sections"] if s.get("optional")}
    as_headings = headings - {letters(s["heading"])[:HEADING_LETTERS] for s in expected["sections"]}
    for number, (index, item) in enumerate(theirs):
        if item.get("optional"):
            continue
        if number not in found:
            if item.get("may_be_heading") and letters(item["starts"])[:HEADING_LETTERS] in as_headings:
                continue
            count["items_expected"] += 1
            tally.misses.append(f"item {item['starts']!r} is missing")
            continue
        reported = ours[found[number]]
        count["items_expected"] += 1
        count["items_matched"] += 1
        count["items_reported"] += 1
        count["item_kinds_of"] += 1
        kinds = [item["kind"], *item.get("accept", [])]
        count["item_kinds"] += reported.kind in kinds
        count["item_kinds_strict"] += reported.kind == item["kind"]
        if reported.kind not in kinds:
            tally.misses.append(f"item {reported.text[:70]!r} is {reported.kind}, expected {kinds}")
        right = pairs.get(index) == reported.section
        before = index
        while not right and before > 0 and expected["sections"][before].get("optional"):
            before -= 1
            right = pairs.get(before) == reported.section
        count["placed"] += right
        if not right:
            tally.misses.append(f"item {reported.text[:50]!r} stands in section {reported.section}")
    for one in free:
        if ours[one].key[:HEADING_LETTERS] not in optional and ours[one].key:
            count["items_reported"] += 1
            tally.misses.append(f"item {ours[one].text[:70]!r} is not expected")


def evaluate(folder: Path) -> dict[str, Tally]:
    """The tally of each guide in the folder that has an expected structure."""
    tallies = {}
    for path in sorted((folder / "expected").glob("*.json")):
        guide = next(folder.glob(f"{path.stem}-*.md"))
        document = read_guide(guide.read_text(encoding="utf-8")).document
        tallies[guide.stem] = score(document, json.loads(path.read_text(encoding="utf-8")))
    return tallies


def total(tallies: dict[str, Tally]) -> tuple[dict[str, float], dict[str, float]]:
    """Micro (counts added up) and macro (mean over guides) scores."""
    added = Tally()
    for tally in tallies.values():
        added.counts.update(tally.counts)
    each = [tally.scores() for tally in tallies.values()]
    return added.scores(), {name: sum(one[name] for one in each) / len(each) for name in SCORES}


def main(arguments: list[str]) -> int:
    folders = [Path(one) for one in arguments if not one.startswith("--")] or [guides_folder()]
    for folder in folders:
        if (folder / "expected").is_dir():
            show(folder, misses="--misses" in arguments)
        else:
            print(f"There are no guides with expected structures at {folder}. Name a folder that holds expected/.")
    return 0


def show(folder: Path, misses: bool) -> None:
    """Print the scores of one folder's guides."""
    tallies = evaluate(folder)
    micro, macro = total(tallies)
    rows = {**{name: tally.scores() for name, tally in tallies.items()}, "micro": micro, "macro": macro}
    print(f"\n{folder}\n{'':31}" + " ".join(f"{name.replace('_', ' ')[:12]:>12}" for name in SCORES))
    for name, scores in rows.items():
        print(f"{name[:30]:31}" + " ".join(f"{scores[one]:12.3f}" for one in SCORES))
    for name, tally in tallies.items() if misses else ():
        print(f"\n{name}")
        for miss in tally.misses:
            print(f"  {miss}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
