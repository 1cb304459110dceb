"""A question as its author wrote it, with what its rules may look at."""

from typing import Annotated, Literal

import msgspec

Setting = Literal["interview", "survey"]
SectionKind = Literal["introduction", "consent", "warm_up", "core", "task", "wrap_up", "debrief", "logistics"]


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question with its surroundings; only the text is needed.

    `previous` is the question that is asked just before it. `options` are the answers to choose from, in their order.
    `glossary` holds terms that participants know, in lower case. `skip_notice` is what lets them pass over the question, and
    `consent` what was said about the use of their data.
    """

    text: str
    setting: Setting = "interview"
    section: SectionKind = "core"
    previous: str | None = None
    options: tuple[str, ...] = ()
    language: Annotated[str, msgspec.Meta(pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")] | None = None
    glossary: frozenset[str] = frozenset()
    skip_notice: str = ""
    consent: str = ""

    @property
    def is_english(self) -> bool:
        """Whether the rules run on it that look at words: in English, in several languages at once, or in one not named."""
        return self.language is None or self.language.lower().partition("-")[0] in ("en", "mix")
