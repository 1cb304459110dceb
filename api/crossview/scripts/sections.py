"""Sections: the parts of a script, in order, each of a kind that says what it is for."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.door import same_version
from crossview.foundation.errors import Fault, InvalidInput, NotFound, Refusal, UnknownReference
from crossview.foundation.sql import statements
from crossview.foundation.texts import changed, composed
from crossview.scripts.document import SECTIONS, SectionKind
from crossview.scripts.order import Sibling, behind, last
from crossview.scripts.scripts import Script, lock_draft, touch_script

sql = statements(__package__, "scripts.sql")

Heading = Annotated[str, Meta(max_length=2_000, pattern=r"^[^\u0000-\u001f\u2028\u2029]*$(?!\n)")]
LONGEST = Decimal(1_440)
Minutes = Annotated[
    Decimal,
    Meta(extra_json_schema={"type": "number", "exclusiveMinimum": 0, "maximum": 1_440, "multipleOf": 0.01}),
]


class TooManySections(Refusal):
    """A script has at most {limit} sections. Merge some, or start a second script."""

    status = 409
    code = "too_many_sections"


class Section(msgspec.Struct, frozen=True):
    """A section by itself; its items come with the script."""

    id: UUID
    script_id: UUID
    kind: SectionKind
    heading: str
    level: int
    minutes: Decimal | None
    alternative_of: UUID | None
    version: int


class NewSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A section to be; it stands behind the section `after`, first for null, last when `after` is left out."""

    kind: SectionKind
    heading: Heading
    level: Annotated[int, Meta(ge=1, le=6)] = 2
    minutes: Minutes | None = None
    alternative_of: UUID | None = None
    after: UUID | UnsetType | None = UNSET


class SectionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes about a section; `after` moves it."""

    kind: SectionKind | UnsetType = UNSET
    heading: Heading | UnsetType = UNSET
    level: Annotated[int, Meta(ge=1, le=6)] | UnsetType = UNSET
    minutes: Minutes | UnsetType | None = UNSET
    alternative_of: UUID | UnsetType | None = UNSET
    after: UUID | UnsetType | None = UNSET


async def add_section(visit: Visit, script_id: UUID, new: NewSection) -> Section:
    """Add a section. Raises `NotFound`, `ScriptFinished`, `UnknownPlace`, `UnknownReference`, `TooManySections`."""
    new = composed(new)
    script = await lock_draft(visit, script_id)
    siblings = await visit.many(Sibling, sql["list_section_ranks"], visit.workspace_id, script_id, None)
    if len(siblings) >= SECTIONS:
        raise TooManySections(limit=SECTIONS)
    _check_alternative(new.alternative_of, siblings)
    rank = last(siblings) if new.after is UNSET else behind(siblings, new.after, "section")
    section_id: UUID = await visit.value(
        sql["add_section"],
        visit.workspace_id,
        script_id,
        rank,
        new.kind,
        new.heading,
        new.level,
        kept_minutes(new.minutes),
        "",
        new.alternative_of,
        False,
    )
    await touch_script(visit, script_id)
    await events.append(visit, "section.added", section_id, study_id=script.study_id, script_id=script_id)
    return await read_section(visit, section_id)


async def read_section(visit: Visit, section_id: UUID) -> Section:
    """One section of a script that the actor may reach. Raises `NotFound`."""
    section = await visit.one(
        Section, sql["find_section"], visit.workspace_id, section_id, visit.everywhere, visit.actor.department_id
    )
    if section is None:
        raise NotFound(thing="section")
    return section


async def lock_section(visit: Visit, section_id: UUID) -> tuple[Script, Section]:
    """A section and its draft, which nobody else edits until the transaction ends. Raises `NotFound`, `ScriptFinished`."""
    script = await lock_draft(visit, (await read_section(visit, section_id)).script_id)
    # Whoever held the draft before may have changed the section, or removed it.
    return script, await read_section(visit, section_id)


async def change_section(visit: Visit, section_id: UUID, expected: int, change: SectionChange) -> Section:
    """Change or move a section.

    Raises `NotFound`, `ScriptFinished`, `StaleVersion`, `UnknownPlace`, `UnknownReference`.
    """
    script, current = await lock_section(visit, section_id)
    same_version(current, expected)
    siblings = await visit.many(Sibling, sql["list_section_ranks"], visit.workspace_id, script.id, section_id)
    after = changed(current, composed(change))
    _check_alternative(after.alternative_of, siblings)
    await visit.run(
        sql["change_section"],
        visit.workspace_id,
        section_id,
        after.kind,
        after.heading,
        after.level,
        kept_minutes(after.minutes),
        after.alternative_of,
        None if change.after is UNSET else behind(siblings, change.after, "section"),
    )
    await touch_script(visit, script.id)
    await events.append(visit, "section.changed", section_id, study_id=script.study_id, script_id=script.id)
    return await read_section(visit, section_id)


async def remove_section(visit: Visit, section_id: UUID, expected: int) -> None:
    """Remove a section with its items. Raises `NotFound`, `ScriptFinished`, `StaleVersion`."""
    script, current = await lock_section(visit, section_id)
    same_version(current, expected)
    await visit.run(sql["remove_section"], visit.workspace_id, section_id)
    await touch_script(visit, script.id)
    await events.append(visit, "section.removed", section_id, study_id=script.study_id, script_id=script.id)


def kept_minutes(minutes: Decimal | None) -> Decimal | None:
    """Minutes as they are kept: more than 0, a day at most, two decimal places and no trailing zeros.

    Raises `InvalidInput` with the path of the fault.
    """
    if minutes is None:
        return None
    if not minutes.is_finite() or not 0 < minutes <= LONGEST:
        raise _unfit_minutes(f"Minutes are more than 0 and at most {LONGEST}")
    kept = minutes.normalize()
    if kept != round(kept, 2):
        raise _unfit_minutes("Minutes have at most two decimal places")
    return kept if kept.as_tuple().exponent <= 0 else kept.quantize(Decimal(1))  # type: ignore[operator]


def _unfit_minutes(detail: str) -> InvalidInput:
    fault = Fault("$.minutes", detail)
    return InvalidInput(summary=detail, faults=(fault,))


def _check_alternative(alternative_of: UUID | None, siblings: list[Sibling]) -> None:
    if alternative_of is not None and alternative_of not in {sibling.id for sibling in siblings}:
        raise UnknownReference(path="$.alternative_of", thing="section of this script")
