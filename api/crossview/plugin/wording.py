"""What a plugin that brings rules of wording is given, and what it gives back.

`Question` has the fields of the linter's own; a test holds the two together.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Code = Annotated[str, Meta(pattern=r"^[A-Z]{2,8}[0-9]{3}\Z")]


class Question(msgspec.Struct, frozen=True):
    """One question with its surroundings.

    `previous` is the question that is asked just before it, `options` are the answers to choose from. `glossary` holds terms
    that participants know, in lower case. `skip_notice` is what lets them pass over the question, and `consent` what was said
    about the use of their data. `language` is a tag such as `de` or `pt-BR`, None where nobody said.
    """

    text: str
    setting: str = "interview"
    section: str = "core"
    previous: str | None = None
    options: tuple[str, ...] = ()
    language: str | None = None
    glossary: frozenset[str] = frozenset()
    skip_notice: str = ""
    consent: str = ""


class WordingRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that a plugin brings.

    All codes of a plugin have one prefix of two to eight capitals, which is not `CV`, and three digits: `DE101`. `category` is
    one of those in `docs/rules.md`. `languages` are those that it reads, by their first part (`de`); none means every one.
    `bad` are questions that it finds fault with, and `good` are others that it lets pass.
    """

    code: Code
    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{1,59}\Z")]
    category: str
    level: Literal["error", "warning", "info"]
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    because: Annotated[str, Meta(max_length=2_000)] = ""
    source: Annotated[str, Meta(max_length=500)] = ""
    languages: tuple[Annotated[str, Meta(pattern=r"^[a-z]{2,8}\Z")], ...] = ()
    bad: tuple[Annotated[str, Meta(max_length=2_000)], ...] = ()
    good: tuple[Annotated[str, Meta(max_length=2_000)], ...] = ()

    def reads(self, language: str | None) -> bool:
        """Whether it reads a question in that language; one of which nobody said so is read as English."""
        return not self.languages or (language or "en").lower().partition("-")[0] in self.languages


class WordingFault(msgspec.Struct, frozen=True):
    """Words at fault, by the code of the rule: characters `start` to `end` of the text as it came, and what to do then."""

    code: Code
    start: Annotated[int, Meta(ge=0, le=20_000)]
    end: Annotated[int, Meta(ge=0, le=20_000)]
    message: Annotated[str, Meta(min_length=1, max_length=500)]
