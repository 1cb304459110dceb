"""A question bank as its owner writes it: a heading that holds for all of it, and its questions.

`schemas/question-bank.schema.json` is generated from it. An entry's id is its name for good: another file, another line or
another text does not change which question it is.
"""

from decimal import Decimal
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from crossview.bank.structure.outline import Item, Outline, Part
from crossview.bank.wording.question import Question, SectionKind, Setting

TEXT_LENGTH: Final = 20_000

Line = Annotated[str, Meta(max_length=2_000)]
Minutes = Annotated[float, Meta(gt=0, le=1_440)]
Language = Annotated[str, Meta(pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35)]

TAKES: Final = {
    "title": "a text of 2,000 characters at most",
    "questions": "a list of questions",
    "id": "letters, digits, `.`, `_` and `-`, up to 100, with a letter or digit first",
    "text": "a text of 1 to 20,000 characters",
    "intent": "a text of 2,000 characters at most",
    "section": "introduction, consent, warm_up, core, task, wrap_up, debrief or logistics",
    "department": "a name of 200 characters at most",
    "sensitivity": "a text of 200 characters at most",
    "minutes": "a number above 0, up to 1,440",
    "sections": "minutes for sections, such as `core: 30`, each above 0 and up to 1,440",
    "options": "a list of texts",
    "previous": "the id or the text of one question",
    "language": "a language tag such as `en` or `pt-BR`",
    "glossary": "a list of terms",
    "setting": "interview or survey",
    "skip_notice": "a text of 2,000 characters at most",
    "consent": "a text of 2,000 characters at most",
    "lint_ignore": 'a list of texts such as `CV303 reason="..."`',
}
"""What each field takes, in the words of a message."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question of a bank.

    `intent` says why it is asked, `sensitivity` what makes it delicate, `minutes` how long an answer takes. `previous` is the
    question that is asked just before it, by its id in this bank or by its text. `glossary` adds to that of the bank;
    `language` and `setting` take the place of the bank's. `lint_ignore` holds findings that are meant to be.
    """

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$(?!\n)", max_length=100)]
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_LENGTH)]
    intent: Line = ""
    section: SectionKind = "core"
    department: Annotated[str, Meta(max_length=200)] = ""
    sensitivity: Annotated[str, Meta(max_length=200)] = ""
    minutes: Minutes | None = None
    options: tuple[Line, ...] = ()
    previous: Annotated[str, Meta(max_length=TEXT_LENGTH)] | None = None
    language: Language | None = None
    glossary: tuple[Line, ...] = ()
    setting: Setting | None = None
    skip_notice: Line = ""
    consent: Line = ""
    lint_ignore: tuple[Line, ...] = ()


class QuestionBank(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole bank. `language` and `setting` hold for every question that says nothing else; `glossary` for all of them.

    A bank that says how long the interview takes with the participant (`minutes`), or its sections (`sections`), is a script:
    all of it is asked in one interview, in this order. Any other is a list of questions to choose from.
    """

    questions: tuple[Entry, ...]
    title: Line = ""
    language: Language | None = None
    setting: Setting = "interview"
    glossary: tuple[Line, ...] = ()
    minutes: Minutes | None = None
    sections: dict[SectionKind, Minutes] | None = None

    def asked(self) -> list[Question]:
        """Each entry with its surroundings, as the rules look at it, in the order of the bank."""
        texts = {entry.id: entry.text for entry in self.questions}
        return [
            Question(
                text=entry.text,
                setting=entry.setting or self.setting,
                section=entry.section,
                previous=None if entry.previous is None else texts.get(entry.previous, entry.previous),
                options=entry.options,
                language=entry.language or self.language,
                glossary=frozenset(term.lower() for term in (*self.glossary, *entry.glossary)),
                skip_notice=entry.skip_notice,
                consent=entry.consent,
            )
            for entry in self.questions
        ]

    def outline(self) -> Outline:
        """The entries beside one another; those of one kind of section are one section, wherever they stand."""
        budgets = self.sections or {}
        kinds = list(dict.fromkeys(entry.section for entry in self.questions))
        return Outline(
            items=tuple(
                Item(
                    entry.text,
                    id=entry.id,
                    part=kinds.index(entry.section),
                    intent=entry.intent,
                    department=entry.department.strip(),
                    minutes=_exact(entry.minutes),
                    language=entry.language or self.language,
                    where=entry.id,
                )
                for entry in self.questions
            ),
            parts=tuple(Part(kind, minutes=_exact(budgets.get(kind))) for kind in kinds),
            is_script=self.minutes is not None or bool(budgets),
            minutes=_exact(self.minutes),
            departments=len({entry.department.strip() for entry in self.questions if entry.department.strip()}),
        )


def _exact(minutes: float | None) -> Decimal | None:
    """Minutes as they were written: 0.1 is a tenth."""
    return None if minutes is None else Decimal(str(minutes))
