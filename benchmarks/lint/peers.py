"""Linters of prose beside the rules. None of them is made for questions, so they are read as kindly as can be.

A remark of theirs counts for any of several categories. Where the question has one of those faults, the remark found it; only
where it has none of them is the remark a false alarm, of the first category. Remarks of a kind that is like none of ours
(typography, spelling) count neither way, but in the share of good questions on which anything was remarked.
"""

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.lint.labelled import Labelled

HERE = Path(__file__).parent
Remark = tuple[str, str]

_TOO_MUCH = ("too_complex",)
_WEAK = ("vague", "generalisation", "absolute", "leading")
_INSIDER = ("jargon", "vague", "too_complex")
_UNKIND = ("loaded", "sensitive", "leading", "presumptive")

KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "write-good": {
        "is a weasel word": _WEAK,
        "can weaken meaning": _WEAK,
        "may be passive voice": _TOO_MUCH,
        "is wordy or unneeded": _TOO_MUCH,
        "is unnecessary verbiage": _TOO_MUCH,
        "is repeated": _TOO_MUCH,
        "adds no meaning": ("leading",),
        "is a cliche": ("jargon", "loaded"),
    },
    "alex": {"retext-equality": _UNKIND, "retext-profanities": _UNKIND},
    "textlint": {
        "unexpanded-acronym": ("jargon",),
        "en-max-word-count": _TOO_MUCH,
        "max-comma": ("too_complex", "double_barreled", "multiple_questions"),
        "stop-words": (*_INSIDER, "leading"),
    },
    "proselint": {
        "weasel_words": _WEAK,
        "hedging": _WEAK,
        "uncomparables": ("absolute", "loaded"),
        "industrial_language": _INSIDER,
        "restricted": _INSIDER,
        "cliches": ("jargon", "loaded"),
        "archaism": _TOO_MUCH,
        "redundancy": _TOO_MUCH,
        "misc": _TOO_MUCH,
        "social_awareness": _UNKIND,
    },
}
"""Whose remarks of which kind may mean which of our categories."""


def categories(peer: str, remarks: Sequence[Remark], item: Labelled) -> set[str]:
    """The categories that a peer's remarks on a question come to."""
    found: set[str] = set()
    for kind, _ in remarks:
        if meant := KINDS[peer].get(kind):
            found |= (item.labels & set(meant)) or {meant[0]}
    return found


def _by_node(peer: str, texts: Sequence[str]) -> list[list[Remark]]:
    asked = json.dumps(list(texts))
    ran = subprocess.run(["node", HERE / "peers.mjs", peer], input=asked, capture_output=True, text=True, check=True)
    return [[(kind, words) for kind, words in remarks] for remarks in json.loads(ran.stdout)]


def _by_proselint(_: str, texts: Sequence[str]) -> list[list[Remark]]:
    from proselint.checks import __register__
    from proselint.registry import CheckRegistry
    from proselint.tools import LintFile

    CheckRegistry().register_many(__register__)
    results = (LintFile("question", content=text).lint() for text in texts)
    return [
        [(result.check_result.check_path.partition(".")[0], result.check_result.message) for result in each]
        for each in results
    ]


PEERS: dict[str, Callable[[str, Sequence[str]], list[list[Remark]]]] = {
    "write-good": _by_node,
    "alex": _by_node,
    "textlint": _by_node,
    "proselint": _by_proselint,
}
