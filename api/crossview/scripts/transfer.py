"""Whole scripts in and out: a Markdown guide or a JSON document becomes a script, and a script becomes either again."""

import asyncio
import unicodedata
from collections import defaultdict
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from crossview.context.studies import find_study
from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.door import Written
from crossview.foundation.errors import Refusal
from crossview.foundation.sql import statements
from crossview.scripts.document import ItemDocument, ScriptDocument, SuppressionDocument, faults, normalised
from crossview.scripts.guide.read import Note, read_guide
from crossview.scripts.guide.write import write_guide
from crossview.scripts.order import FIRST
from crossview.scripts.outline import Draft, Outline, document, read_draft, read_outline
from crossview.scripts.scripts import NoDepartments
from crossview.scripts.suppressions import import_suppressions, list_suppressions
from crossview.scripts.wording import wording

sql = statements(__package__, "scripts.sql")

GUIDE_LENGTH = 500_000
UNTITLED = "Untitled script"


class UnfitDocument(Refusal):
    """The document cannot become a script. `errors` names each place at fault; mend them and send it again."""

    status = 422
    code = "unfit_document"


class OneSourceOnly(Refusal):
    """Send either `guide` (Markdown) or `document` (JSON), not both and not neither."""

    status = 422
    code = "one_source_only"


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is imported: a guide in Markdown, or a document as the JSON export writes it."""

    guide: Annotated[str, Meta(min_length=1, max_length=GUIDE_LENGTH)] | None = None
    document: ScriptDocument | None = None


class NewImport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is imported, and the study that it is for."""

    study_id: UUID
    guide: Annotated[str, Meta(min_length=1, max_length=GUIDE_LENGTH)] | None = None
    document: ScriptDocument | None = None


class Preview(msgspec.Struct, frozen=True):
    """What an import would make: the script, and what was not understood and is kept as an instruction."""

    document: ScriptDocument
    notes: tuple[Note, ...]


class Imported(msgspec.Struct, frozen=True):
    """What an import made."""

    script: Outline
    notes: tuple[Note, ...]

    @property
    def version(self) -> int:
        """The version of the script, so that the answer's ETag can be used to change it."""
        return self.script.version


async def preview_import(visit: Visit, preview: Preview) -> Preview:
    """Show what an import would make; nothing is written."""
    return preview


async def read_source(guide: str | None, given: ScriptDocument | None) -> Preview:
    """Read a guide, or check a document, before any transaction is opened.

    Raises `OneSourceOnly`, `UnfitDocument`.
    """
    if (guide is None) == (given is None):
        raise OneSourceOnly
    if guide is not None:
        # A long guide takes a moment of processor time, and others should not wait for it.
        reading = await asyncio.to_thread(read_guide, guide)
        found = Preview(document=reading.document, notes=tuple(reading.notes))
    else:
        assert given is not None
        found = Preview(document=normalised(given), notes=())
    wrong = faults(found.document)
    if wrong:
        raise UnfitDocument(faults=wrong)
    return found


async def import_script(visit: Visit, study_id: UUID, source: Preview) -> Imported:
    """Make a script of a document; departments are matched by name, an unknown one leaves the item without.

    Raises `NotFound`, `NoDepartments`.
    """
    study = await find_study(visit, study_id)
    if not study.departments:
        raise NoDepartments
    new = source.document
    script_id: UUID = await visit.value(
        sql["import_script"],
        visit.workspace_id,
        study_id,
        new.title if new.title.strip() else UNTITLED,
        new.title_level,
        new.title_quoted,
        new.language,
        new.session_minutes,
        new.front_matter,
        visit.actor.member_id,
    )
    await visit.run(sql["invite_departments"], visit.workspace_id, script_id, list(study.departments))
    names = await visit.connection.fetch(sql["list_department_names"], visit.workspace_id)
    departments: dict[str, UUID] = {unicodedata.normalize("NFC", row["name"]): row["id"] for row in names}
    section_ids: list[UUID] = []
    held: list[tuple[UUID, SuppressionDocument]] = []
    for index, section in enumerate(new.sections):
        section_id: UUID = await visit.value(
            sql["add_section"],
            visit.workspace_id,
            script_id,
            FIRST + index,
            section.kind,
            section.heading,
            section.level,
            section.minutes,
            section.timing,
            None,
            section.ruled,
        )
        section_ids.append(section_id)
        held += await _add_items(visit, script_id, section_id, None, section.items, departments)
    for index, section in enumerate(new.sections):
        if section.alternative_of is not None:
            await visit.run(
                sql["set_alternative"], visit.workspace_id, section_ids[index], section_ids[section.alternative_of]
            )
    await visit.run(sql["keep_first_revisions"], visit.workspace_id, script_id)
    if held:
        await import_suppressions(visit, held)
    await events.append(visit, "script.imported", script_id, study_id=study_id, script_id=script_id)
    return Imported(script=await read_outline(visit, script_id), notes=source.notes)


async def export_json(visit: Visit, script_id: UUID) -> ScriptDocument:
    """A script as a document. Raises `NotFound`."""
    draft = await read_draft(visit, script_id)
    held: dict[UUID, list[SuppressionDocument]] = defaultdict(list)
    for one in await list_suppressions(visit, script_id):
        held[one.item_id].append(SuppressionDocument(one.code, one.reason, one.until))
    return document(draft, suppressions=held)


def markdown(draft: Draft) -> Written:
    """A script as a Markdown guide."""
    text = write_guide(document(draft))
    return Written(body=text.encode(), media_type="text/markdown", tag=f"{draft.script.version}-markdown")


async def _add_items(
    visit: Visit,
    script_id: UUID,
    section_id: UUID,
    parent_id: UUID | None,
    items: tuple[ItemDocument, ...],
    departments: dict[str, UUID],
) -> list[tuple[UUID, SuppressionDocument]]:
    """Add items with all below them; returns their suppressions by the new ids."""
    held: list[tuple[UUID, SuppressionDocument]] = []
    rows = [
        (
            visit.workspace_id,
            script_id,
            section_id,
            parent_id,
            FIRST + index,
            item.kind,
            item.text,
            wording(item.text),
            item.minutes,
            item.intent,
            item.pinned,
            item.priority,
            item.sensitivity,
            item.layout,
            item.bank_ref,
            departments.get(item.department),
            visit.actor.member_id,
        )
        for index, item in enumerate(items)
    ]
    item_ids = [await visit.value(sql["add_item"], *row) for row in rows]
    for item_id, item in zip(item_ids, items, strict=True):
        held += [(item_id, suppression) for suppression in item.suppressions]
        held += await _add_items(visit, script_id, section_id, item_id, item.items, departments)
    return held
