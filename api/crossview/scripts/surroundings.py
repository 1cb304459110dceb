"""What a rule of wording may look at beside an item's own text: where the item stands, and what was said before it.

Pure: rows of a script in, questions out.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from crossview.bank.files.from_yaml import read_yaml
from crossview.bank.files.source import Broken, Source
from crossview.bank.wording.findings import Category
from crossview.bank.wording.question import Question
from crossview.scripts.document import ItemKind
from crossview.scripts.outline import Draft, ItemRow

ASKED: Final = frozenset[ItemKind]({"question", "probe"})
SAID: Final = frozenset[ItemKind]({"statement", "transition", "task"})
SAID_BADLY: Final = frozenset({Category.LEADING, Category.LOADED, Category.JARGON})
"""What can be wrong with words that ask nothing: they may lead, be loaded, or be known to insiders only."""
KEPT: Final = 500
"""Characters of what was said that a question keeps; the rules ask whether it was, and not for all of it."""
_OPENING: Final = frozenset({"introduction", "consent"})
_SKIP: Final = re.compile(
    r"\b(?:may|can|free to|welcome to|need not|don['’]t have to|do not have to)\b[^.?!\n]{0,80}\b(?:skip|pass|stop|answer)",
    re.IGNORECASE,
)


class Placed(msgspec.Struct, frozen=True):
    """An item that people hear, as the rules read it."""

    item: ItemRow
    question: Question

    def concerns(self, category: Category) -> bool:
        """Whether a fault of this category can be one in an item of this kind."""
        return self.item.kind in ASKED or category in SAID_BADLY


def placed_items(draft: Draft) -> Iterator[Placed]:
    """Every item that is read aloud, in reading order, with its surroundings. Instructions are for the moderator alone.

    The question before an item is the last one that was asked, in whatever section. What was said in a section of consent
    counts as consent from there on, and a notice in the opening that one may skip counts for all that follows. One that
    stands directly above a question counts for that question. The glossary is that of the front matter.
    """
    glossary = _glossary(draft.head.front_matter)
    previous: str | None = None
    consent = skip_notice = above = ""
    for section, item in draft.in_order():
        if item.kind in ASKED or item.kind in SAID:
            yield Placed(
                item,
                Question(
                    text=item.text,
                    section=section.kind,
                    previous=previous,
                    language=draft.script.language,
                    glossary=glossary,
                    skip_notice=skip_notice or above,
                    consent=consent,
                ),
            )
        said = item.text[:KEPT] if item.kind in SAID else ""
        above = said if _SKIP.search(said) else ""
        if section.kind in _OPENING:
            skip_notice = skip_notice or above
        if section.kind == "consent":
            consent = consent or said
        if item.kind in ASKED:
            previous = item.text


def _glossary(front_matter: str) -> frozenset[str]:
    """The terms that the front matter lists as `glossary`, none where it cannot be read."""
    try:
        root = read_yaml(Source(front_matter))
    except (Broken, RecursionError):
        return frozenset()
    fields: Any = root.plain() if root is not None else None
    terms = fields.get("glossary") if isinstance(fields, dict) else None
    return frozenset(str(term).lower() for term in terms) if isinstance(terms, list) else frozenset()
