"""The dissent brief: who stands against what was chosen, with the best reason of each side, and what they were answered.

A department that is against a question in the script is heard before the script is finished. The findings are those of
`dissent`; this room adds whether a question is in, the words of both sides, objections, answers, and what may be shown.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from crossview.foundation import events
from crossview.foundation.db import Visit, refusing
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, Refusal
from crossview.foundation.sql import statements
from crossview.scripts.outline import read_draft
from crossview.scripts.scripts import Script, lock_draft
from crossview.votes.balance import Counts, Score, rounded
from crossview.votes.dissent import Finding, Findings, Level, Position, find
from crossview.votes.objections import Objection
from crossview.votes.selection import Choice, choose, closed_round
from crossview.votes.tally import Judging, read_judging

sql = statements(__package__, "votes.sql")

Outcome = Literal["kept_with_note", "reworded", "split", "dropped", "asked_as_probe"]
Side = tuple[str, str, Position]
"""An item, a department and what it wants."""


class DissentAnswered(Refusal):
    """This dissent is answered already. Change the answer that is there, with its version in If-Match."""

    status = 409
    code = "dissent_answered"


class NewAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a department is told, and what becomes of the question."""

    text: Annotated[str, Meta(min_length=1, max_length=4_000, pattern=r"\S")]
    outcome: Outcome


class Answer(msgspec.Struct, frozen=True):
    """The owner's answer to one department about one question."""

    item_id: UUID
    department_id: UUID
    text: str
    outcome: Outcome
    answered_by: UUID
    answered_at: datetime
    version: int


class Standpoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a department is of one mind about. The numbers are left out where they would show how a person voted.

    `s` of its `n` decisive votes hold the position; `z_p` compares that with chance, `z_r` and `ratio` with elsewhere.
    """

    department_id: UUID
    position: Position
    level: Level
    strong: bool
    sentence: str
    reason: str | None = None
    answer: Answer | None = None
    s: int | None = None
    n: int | None = None
    z_p: Decimal | None = None
    z_r: Decimal | None = None
    ratio: Decimal | None = msgspec.field(default=None, name="R")


class FiledObjection(msgspec.Struct, frozen=True):
    """An objection of a department that is too small for statistics, with the answer to it."""

    department_id: UUID
    reason: str
    sentence: str
    answer: Answer | None


class ItemDissent(msgspec.Struct, frozen=True):
    """One question: who stands where, and why. `too_few` had fewer than 3 decisive votes and may object.

    `reason_for` and `reason_against` are the first reasons given on each side, whoever gave them.
    """

    item_id: UUID
    text: str
    in_script: bool
    findings: tuple[Standpoint, ...]
    objections: tuple[FiledObjection, ...]
    too_few: tuple[UUID, ...]
    not_enough: bool
    mostly_passes: bool
    numbers_shown: bool
    eta2: Decimal | None
    reason_for: str | None
    reason_against: str | None

    @property
    def against(self) -> "tuple[Standpoint | FiledObjection, ...]":
        """The departments that are against the question, whether or not they have to be answered."""
        return (*(found for found in self.findings if found.position == "drop"), *self.objections)

    @property
    def to_answer(self) -> "tuple[Standpoint | FiledObjection, ...]":
        """Those of them that have to be answered before the script is finished."""
        if not self.in_script:
            return ()
        return (*(found for found in self.findings if found.level == "blocking"), *self.objections)


class Unanswered(msgspec.Struct, frozen=True):
    """A department that waits for an answer about a question."""

    item_id: UUID
    department_id: UUID
    sentence: str


class Brief(msgspec.Struct, frozen=True):
    """The dissent of a closed round; a script is finished when nothing is `unanswered`."""

    script_id: UUID
    round_id: UUID
    unanswered: tuple[Unanswered, ...]
    items: tuple[ItemDissent, ...]


class Heard(msgspec.Struct, frozen=True):
    """What was written about a round's items: the first reason of each side, the objections, and the answers."""

    reasons: Mapping[Side, str]
    objections: tuple[Objection, ...]
    answers: Mapping[tuple[str, str], Answer]


class _Reason(msgspec.Struct, frozen=True):
    item_id: UUID
    department_id: UUID
    choice: Position
    reason: str


async def read_brief(visit: Visit, script_id: UUID) -> Brief:
    """The dissent brief of the newest round. Raises `NotFound`, `NotDecided`."""
    draft = await read_draft(visit, script_id)
    judging = await read_judging(visit, draft, await closed_round(visit, script_id))
    return await brief_of(visit, judging, await choose(visit, judging))


async def brief_of(visit: Visit, judging: Judging, choice: Choice) -> Brief:
    """The dissent brief of a choice."""
    return compose(judging, choice, await _heard(visit, judging))


def compose(judging: Judging, choice: Choice, heard: Heard) -> Brief:
    """Put the brief together: questions in the order of the lot, departments by id, drop before keep."""
    out = {str(item.item_id) for item in choice.left_out}
    scores = judging.scores()
    items = tuple(_item(judging, item, item not in out, scores[item], heard) for item in judging.order)
    waiting = tuple(
        Unanswered(item.item_id, against.department_id, against.sentence)
        for item in items
        for against in item.to_answer
        if against.answer is None
    )
    return Brief(judging.draft.script.id, judging.round.id, waiting, items)


async def answer_dissent(visit: Visit, script_id: UUID, item_id: UUID, department_id: UUID, new: NewAnswer) -> Answer:
    """Answer a department that stands against a question.

    Raises `NotFound`, `NotDecided`, `ScriptFinished`, `DissentAnswered`.
    """
    script = await lock_draft(visit, script_id)
    await _known(visit, script_id, item_id, department_id)
    brief = await read_brief(visit, script_id)
    if not _stands(brief, item_id, department_id):
        raise NotFound(thing="dissent of this department on this item")
    with refusing("dissent_answered_already", DissentAnswered()):
        return await _write(visit, script, sql["answer_dissent"], (brief.round_id, item_id, department_id), new)


async def change_answer(
    visit: Visit, script_id: UUID, item_id: UUID, department_id: UUID, expected: int, new: NewAnswer
) -> Answer:
    """Answer otherwise. Raises `NotFound`, `NotDecided`, `ScriptFinished`, `StaleVersion`."""
    script = await lock_draft(visit, script_id)
    await _known(visit, script_id, item_id, department_id)
    key = (await closed_round(visit, script_id)).id, item_id, department_id
    same_version(await _answer(visit, *key), expected)
    return await _write(visit, script, sql["change_dissent_answer"], key, new)


async def _write(visit: Visit, script: Script, statement: str, key: tuple[UUID, UUID, UUID], new: NewAnswer) -> Answer:
    _, item_id, department_id = key
    await visit.run(statement, visit.workspace_id, *key, new.text, new.outcome, visit.actor.member_id)
    await events.append(
        visit, "dissent.answered", item_id, study_id=script.study_id, script_id=script.id,
        department_id=str(department_id), outcome=new.outcome,
    )  # fmt: skip
    return await _answer(visit, *key)


async def _known(visit: Visit, script_id: UUID, item_id: UUID, department_id: UUID) -> None:
    draft = await read_draft(visit, script_id)
    if item_id not in {item.id for item in draft.items} or department_id not in draft.script.departments:
        raise NotFound(thing="dissent of this department on this item")


async def _answer(visit: Visit, round_id: UUID, item_id: UUID, department_id: UUID) -> Answer:
    answers = await visit.many(Answer, sql["list_dissent_answers"], visit.workspace_id, round_id)
    for answer in answers:
        if (answer.item_id, answer.department_id) == (item_id, department_id):
            return answer
    raise NotFound(thing="answer to this department on this item")


async def _heard(visit: Visit, judging: Judging) -> Heard:
    script_id, round_id = judging.draft.script.id, judging.round.id
    reasons = await visit.many(_Reason, sql["list_reasons"], visit.workspace_id, script_id)
    answers = await visit.many(Answer, sql["list_dissent_answers"], visit.workspace_id, round_id)
    return Heard(
        reasons={(str(one.item_id), str(one.department_id), one.choice): one.reason for one in reasons},
        objections=tuple(await visit.many(Objection, sql["list_objections"], visit.workspace_id, round_id)),
        answers={(str(one.item_id), str(one.department_id)): one for one in answers},
    )


def _stands(brief: Brief, item_id: UUID, department_id: UUID) -> bool:
    return any(
        against.department_id == department_id
        for item in brief.items
        if item.item_id == item_id
        for against in item.against
    )


def _item(judging: Judging, item_id: str, in_script: bool, score: Score, heard: Heard) -> ItemDissent:
    counts = {department: judging.tallies[item_id].get(department, Counts()) for department in judging.roster.people}
    found = find(item_id, counts)
    shown = not score.hidden
    item = next(item for _, item in judging.judged if str(item.id) == item_id)
    return ItemDissent(
        item_id=item.id,
        text=item.text,
        in_script=in_script,
        findings=tuple(
            _standpoint(judging, finding, found, counts, in_script, shown, heard) for finding in found.found
        ),
        objections=tuple(
            _filed(judging, objection, in_script, heard.answers.get((item_id, str(objection.department_id))))
            for objection in heard.objections
            if objection.item_id == item.id
        ),
        too_few=tuple(map(UUID, found.too_few)),
        not_enough=found.not_enough,
        mostly_passes=found.mostly_passes,
        numbers_shown=shown,
        eta2=found.eta2 if shown else None,
        reason_for=_first_reason(judging, item_id, "keep", heard),
        reason_against=_first_reason(judging, item_id, "drop", heard),
    )


def _standpoint(
    judging: Judging,
    finding: Finding,
    found: Findings,
    counts: Mapping[str, Counts],
    in_script: bool,
    shown: bool,
    heard: Heard,
) -> Standpoint:
    answer = heard.answers.get((found.item, finding.department)) if finding.position == "drop" else None
    elsewhere = [votes for department, votes in counts.items() if department != finding.department]
    held = sum(votes.drop if finding.position == "drop" else votes.keep for votes in elsewhere)
    how_many = (
        f" ({finding.s} of {finding.n}; elsewhere {held} of {sum(votes.decisive for votes in elsewhere)})"
        if shown
        else ""
    )
    return Standpoint(
        department_id=UUID(finding.department),
        position=finding.position,
        level=finding.level(in_script=in_script),
        strong=finding.strong,
        sentence=_sentence(judging, finding.department, finding.position, how_many, in_script, answer),
        reason=heard.reasons.get((found.item, finding.department, finding.position)),
        answer=answer,
        s=finding.s if shown else None,
        n=finding.n if shown else None,
        z_p=finding.z_p if shown else None,
        z_r=finding.z_r if shown else None,
        ratio=rounded(finding.ratio, 4) if shown else None,
    )


def _filed(judging: Judging, objection: Objection, in_script: bool, answer: Answer | None) -> FiledObjection:
    sentence = _sentence(judging, str(objection.department_id), "drop", "", in_script, answer)
    return FiledObjection(objection.department_id, objection.reason, sentence, answer)


def _sentence(
    judging: Judging, department: str, position: Position, how_many: str, in_script: bool, answer: Answer | None
) -> str:
    name = judging.draft.departments[UUID(department)]
    stands = "against" if position == "drop" else "for"
    told = f"{name} is {stands} this question{how_many}. It {'stays in' if in_script else 'is not in'} the script."
    if answer is None:
        return told
    return f"{told} Answer: “{answer.text}” Outcome: {answer.outcome.replace('_', ' ')}."


def _first_reason(judging: Judging, item_id: str, position: Position, heard: Heard) -> str | None:
    """The reason of the first department, in the order of the script, that gave one on this side."""
    return next(
        (
            heard.reasons[side]
            for department in judging.draft.script.departments
            if (side := (item_id, str(department), position)) in heard.reasons
        ),
        None,
    )
