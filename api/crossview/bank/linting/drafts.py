"""Drafts: questions that are nowhere yet, sent to hear what is wrong with their wording."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from crossview.bank.files.check import FAILED
from crossview.bank.linting.linter import Linter
from crossview.bank.linting.rules import rule_address
from crossview.bank.wording.findings import Category, Finding, Level
from crossview.bank.wording.question import Question, SectionKind, Setting
from crossview.bank.wording.rulebook import Failure
from crossview.foundation.db import Visit
from crossview.foundation.errors import Fault, InvalidInput

DRAFTS: Final = 200
CHARACTERS: Final = 100_000
"""Characters of all texts of a request together: what a rule takes longest for costs about seven seconds a million."""

Text = Annotated[str, Meta(min_length=1, max_length=20_000)]
Line = Annotated[str, Meta(max_length=2_000)]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$(?!\n)", max_length=35)]


class DraftQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question with its surroundings; only the text is needed.

    `previous` is the question that is asked just before it, `options` are the answers to choose from. `glossary` holds terms
    that participants know, `skip_notice` what lets them pass over the question, and `consent` what was said about the use of
    their data. Without a `language` it is read as English.
    """

    text: Text
    setting: Setting = "interview"
    section: SectionKind = "core"
    previous: Text | None = None
    options: Annotated[tuple[Line, ...], Meta(max_length=100)] = ()
    language: Language | None = None
    glossary: Annotated[tuple[Line, ...], Meta(max_length=1_000)] = ()
    skip_notice: Line = ""
    consent: Line = ""

    @property
    def question(self) -> Question:
        """The draft as the rules read it."""
        fields = msgspec.structs.asdict(self)
        return Question(**{**fields, "glossary": frozenset(term.lower() for term in self.glossary)})

    @property
    def characters(self) -> int:
        """How many characters there are to read in it."""
        texts = (self.text, self.previous or "", self.skip_notice, self.consent, *self.options, *self.glossary)
        return sum(map(len, texts))


class Drafts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Questions to lint, each by itself."""

    questions: Annotated[tuple[DraftQuestion, ...], Meta(min_length=1, max_length=DRAFTS)]


class DraftFinding(msgspec.Struct, frozen=True):
    """A finding. `start` and `end` are characters of the text, `rule` is where the rule explains itself.

    `category` is null where it is not the wording that something is said about.
    """

    code: str
    name: str
    level: Level
    category: Category | None
    start: int
    end: int
    message: str
    rule: str


class LintedDraft(msgspec.Struct, frozen=True):
    """What was found in one draft, by place; `neutral` tells that only the rules ran that look at no words."""

    findings: tuple[DraftFinding, ...]
    neutral: bool


class LintedDrafts(msgspec.Struct, frozen=True):
    """What was found, one item for each question, in the order in which they came."""

    items: tuple[LintedDraft, ...]


def shown(finding: Finding) -> DraftFinding:
    """A finding as the API gives it."""
    return DraftFinding(
        finding.code, finding.name, finding.level, finding.category, finding.start, finding.end, finding.message,
        rule_address(finding.code),
    )  # fmt: skip


async def take_drafts(visit: Visit, drafts: Drafts) -> Drafts:
    """Drafts of somebody who may lint. Raises `InvalidInput` when they are too long together, with the place that is."""
    read = 0
    for index, draft in enumerate(drafts.questions):
        read += draft.characters
        if read > CHARACTERS:
            fault = Fault(
                f"$.questions[{index}]", f"Up to here there are {read} characters; {CHARACTERS} are read at once"
            )
            raise InvalidInput(summary=f"{fault.detail} at {fault.path}", faults=(fault,))
    return drafts


def failed(failure: Failure) -> DraftFinding:
    """A finding that says that a plugin's rules did not run."""
    return DraftFinding(FAILED.code, FAILED.name, FAILED.level, None, 0, 0, failure.message, rule_address(FAILED.code))


async def lint_drafts(linter: Linter, drafts: Drafts) -> LintedDrafts:
    """What is wrong with each of them. Reads and writes nothing."""
    questions = [draft.question for draft in drafts.questions]
    linted = await linter.lint(questions)
    found = [[*map(shown, findings)] for findings in linted.findings]
    for failure in linted.failures:
        found[failure.question].append(failed(failure))
    return LintedDrafts(
        tuple(
            LintedDraft(tuple(findings), neutral=not linter.rulebook.reads_words(question))
            for question, findings in zip(questions, found, strict=True)
        )
    )
