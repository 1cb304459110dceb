"""HTTP of scripts: the draft, its sections, items and comments, whole scripts in and out, and the sealed versions.

The whole script is read in `votes`, with its tally.
"""

from functools import partial
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody, PathParameter, QueryParameter

from crossview.bank.linting.routes import LINTER, OpenLinter, RuleCode
from crossview.bank.linting.rules import UnknownRule
from crossview.bank.similar import AtLeast, Similar, write_similar
from crossview.bank.wording.likeness import NEAR
from crossview.foundation.door import OpenDoor, Written
from crossview.foundation.errors import InvalidCursor, NotFound, UnknownReference
from crossview.foundation.operations import operation
from crossview.foundation.pages import Cursor, Limit, Page
from crossview.foundation.permissions import Permission
from crossview.scripts import (
    comments,
    findings,
    items,
    lifecycle,
    outline,
    scripts,
    sections,
    similar,
    suppressions,
    transfer,
    updates,
)
from crossview.scripts.document import ScriptDocument
from crossview.scripts.order import UnknownPlace

VersionNumber = Annotated[int, PathParameter(ge=1, le=1_000_000)]
StudyFilter = Annotated[UUID | None, QueryParameter(description="Only the scripts of this study.")]


@post(
    "/v1/studies/{study_id:uuid}/scripts",
    **operation(
        "create_script",
        Permission.CREATE_SCRIPT,
        NotFound,
        scripts.NoDepartments,
        example={"title": "Export interviews", "language": "en", "session_minutes": 45},
    ),
)
async def create_script(
    door: OpenDoor, study_id: FromPath[UUID], data: JSONBody[scripts.NewScript]
) -> Response[scripts.Script]:
    """Open an empty script."""
    return await door.create(scripts.create_script, study_id, data)


@get("/v1/scripts", **operation("list_scripts", Permission.READ_SCRIPT, InvalidCursor))
async def list_scripts(
    door: OpenDoor, study_id: StudyFilter = None, cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[scripts.Script]]:
    """List the scripts that you may read, newest first."""
    return await door.read_written(scripts.list_scripts, study_id, cursor, limit)


@patch(
    "/v1/scripts/{script_id:uuid}",
    **operation(
        "change_script",
        Permission.EDIT_SCRIPT,
        NotFound,
        scripts.ScriptFinished,
        needs_version=True,
        example={"title": "Export interviews, second wave", "session_minutes": 60},
    ),
)
async def change_script(
    door: OpenDoor, script_id: FromPath[UUID], data: JSONBody[scripts.ScriptChange]
) -> Response[scripts.Script]:
    """Change a script's title, language or length."""
    return await door.change(scripts.change_script, script_id, door.expected, data)


@post(
    "/v1/scripts/import/preview",
    status_code=200,
    **operation(
        "preview_import",
        Permission.CREATE_SCRIPT,
        transfer.OneSourceOnly,
        transfer.UnfitDocument,
        example={
            "guide": "# Export interviews\n\n## Warm-up (5 min)\n\n- What does a usual Monday look like for you?\n"
        },
    ),
)
async def preview_import(door: OpenDoor, data: JSONBody[transfer.Source]) -> Response[transfer.Preview]:
    """Show what an import would make; nothing is written."""
    return await door.act(transfer.preview_import, await transfer.read_source(data.guide, data.document))


@post(
    "/v1/scripts/import",
    **operation(
        "import_script",
        Permission.CREATE_SCRIPT,
        NotFound,
        scripts.NoDepartments,
        transfer.OneSourceOnly,
        transfer.UnfitDocument,
        example={
            "study_id": "0197c0de-5a1e-7000-8000-000000000002",
            "guide": "# Export interviews\n\n## Warm-up (5 min)\n\n- What does a usual Monday look like for you?\n",
        },
    ),
)
async def import_script(door: OpenDoor, data: JSONBody[transfer.NewImport]) -> Response[transfer.Imported]:
    """Make a script of a Markdown guide or of an exported document."""
    source = await transfer.read_source(data.guide, data.document)
    return await door.create(transfer.import_script, data.study_id, source)


@get("/v1/scripts/{script_id:uuid}/document", **operation("export_json", Permission.EXPORT_SCRIPT, NotFound))
async def export_json(door: OpenDoor, script_id: FromPath[UUID]) -> Response[ScriptDocument]:
    """Export a script as a JSON document."""
    return await door.read(transfer.export_json, script_id)


@get(
    "/v1/scripts/{script_id:uuid}/markdown",
    media_type="text/markdown",
    **operation("export_markdown", Permission.EXPORT_SCRIPT, NotFound),
)
async def export_markdown(door: OpenDoor, script_id: FromPath[UUID]) -> Response[Written]:
    """Export a script as a Markdown guide."""
    return await door.read_and_write_out(outline.read_draft, transfer.markdown, script_id)


@post(
    "/v1/scripts/{script_id:uuid}/sections",
    **operation(
        "add_section",
        Permission.EDIT_SCRIPT,
        NotFound,
        scripts.ScriptFinished,
        UnknownPlace,
        UnknownReference,
        sections.TooManySections,
        example={"kind": "core", "heading": "The last export", "minutes": 20},
    ),
)
async def add_section(
    door: OpenDoor, script_id: FromPath[UUID], data: JSONBody[sections.NewSection]
) -> Response[sections.Section]:
    """Add a section."""
    return await door.create(sections.add_section, script_id, data)


@get("/v1/sections/{section_id:uuid}", **operation("read_section", Permission.READ_SCRIPT, NotFound))
async def read_section(door: OpenDoor, section_id: FromPath[UUID]) -> Response[sections.Section]:
    """Read one section."""
    return await door.read(sections.read_section, section_id)


@patch(
    "/v1/sections/{section_id:uuid}",
    **operation(
        "change_section",
        Permission.EDIT_SCRIPT,
        NotFound,
        scripts.ScriptFinished,
        UnknownPlace,
        UnknownReference,
        needs_version=True,
        example={"heading": "The last export that failed", "minutes": 25},
    ),
)
async def change_section(
    door: OpenDoor, section_id: FromPath[UUID], data: JSONBody[sections.SectionChange]
) -> Response[sections.Section]:
    """Change or move a section."""
    return await door.change(sections.change_section, section_id, door.expected, data)


@delete(
    "/v1/sections/{section_id:uuid}",
    **operation("remove_section", Permission.EDIT_SCRIPT, NotFound, scripts.ScriptFinished, needs_version=True),
)
async def remove_section(door: OpenDoor, section_id: FromPath[UUID]) -> Response[None]:
    """Remove a section with its items."""
    return await door.remove(sections.remove_section, section_id, door.expected)


@post(
    "/v1/sections/{section_id:uuid}/items",
    **operation(
        "add_item",
        Permission.CONTRIBUTE,
        NotFound,
        scripts.ScriptFinished,
        UnknownPlace,
        UnknownReference,
        items.TooDeep,
        items.TooManyItems,
        example={
            "kind": "question",
            "text": "Tell me about the last time you exported a report.",
            "minutes": 4,
            "intent": "See the steps before the failure.",
        },
    ),
)
async def add_item(door: OpenDoor, section_id: FromPath[UUID], data: JSONBody[items.NewItem]) -> Response[items.Item]:
    """Propose an item."""
    return await door.create(items.add_item, section_id, data)


@get("/v1/items/{item_id:uuid}", **operation("read_item", Permission.READ_SCRIPT, NotFound))
async def read_item(door: OpenDoor, linter: OpenLinter, item_id: FromPath[UUID]) -> Response[findings.LintedItem]:
    """Read one item, with what the rules of wording find in it."""
    return await door.read_and_work_out(findings.read_item, partial(findings.lint_item, linter), item_id)


@patch(
    "/v1/items/{item_id:uuid}",
    **operation(
        "change_item",
        Permission.EDIT_SCRIPT,
        NotFound,
        scripts.ScriptFinished,
        needs_version=True,
        example={"text": "Tell me about the last time an export stopped half way.", "minutes": 5},
    ),
)
async def change_item(
    door: OpenDoor, item_id: FromPath[UUID], data: JSONBody[items.ItemChange]
) -> Response[items.Item]:
    """Change an item; a new text makes a new revision."""
    return await door.change_at_once(items.change_item, item_id, door.expected, data)


@post(
    "/v1/items/{item_id:uuid}/move",
    status_code=200,
    **operation(
        "move_item",
        Permission.EDIT_SCRIPT,
        NotFound,
        scripts.ScriptFinished,
        UnknownPlace,
        UnknownReference,
        items.TooDeep,
        needs_version=True,
        example={
            "section_id": "0197c0de-5a1e-7000-8000-000000000004",
            "parent_id": None,
            "after": "0197c0de-5a1e-7000-8000-000000000006",
        },
    ),
)
async def move_item(door: OpenDoor, item_id: FromPath[UUID], data: JSONBody[items.Move]) -> Response[items.Item]:
    """Move an item with all below it."""
    return await door.act(items.move_item, item_id, door.expected, data)


@delete(
    "/v1/items/{item_id:uuid}",
    **operation("remove_item", Permission.EDIT_SCRIPT, NotFound, scripts.ScriptFinished, needs_version=True),
)
async def remove_item(door: OpenDoor, item_id: FromPath[UUID]) -> Response[None]:
    """Remove an item with all below it."""
    return await door.remove(items.remove_item, item_id, door.expected)


@get(
    "/v1/items/{item_id:uuid}/revisions",
    **operation("list_revisions", Permission.READ_SCRIPT, NotFound, InvalidCursor),
)
async def list_revisions(
    door: OpenDoor, item_id: FromPath[UUID], cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[items.Revision]]:
    """List the texts that an item had, newest first."""
    return await door.read(items.list_revisions, item_id, cursor, limit)


@put(
    "/v1/items/{item_id:uuid}/suppressions/{code:str}",
    **operation(
        "suppress_finding",
        Permission.EDIT_SCRIPT,
        NotFound,
        UnknownRule,
        scripts.ScriptFinished,
        suppressions.StaleSuppression,
        example={"revision": 1, "reason": "A yes is all we need here, to skip the part.", "until": "2027-01-31"},
    ),
)
async def suppress_finding(
    door: OpenDoor,
    linter: OpenLinter,
    item_id: FromPath[UUID],
    code: RuleCode,
    data: JSONBody[suppressions.NewSuppression],
) -> Response[suppressions.Suppression]:
    """Say that what a rule finds in an item is meant to be, and why."""
    named = code.upper()
    return await door.change(suppressions.suppress, item_id, named, data, known=await linter.knows(named))


@delete(
    "/v1/items/{item_id:uuid}/suppressions/{code:str}",
    **operation("lift_suppression", Permission.EDIT_SCRIPT, NotFound, scripts.ScriptFinished),
)
async def lift_suppression(door: OpenDoor, item_id: FromPath[UUID], code: RuleCode) -> Response[None]:
    """Take a suppression away."""
    return await door.remove(suppressions.lift_suppression, item_id, code.upper())


@get("/v1/items/{item_id:uuid}/similar", **operation("find_similar_to_item", Permission.READ_SCRIPT, NotFound))
async def find_similar_to_item(
    door: OpenDoor, item_id: FromPath[UUID], at_least: AtLeast = NEAR
) -> Response[tuple[Similar, ...]]:
    """Find the questions of all banks that ask nearly the same as an item."""
    return await door.read_and_write_out(similar.gather_similar, write_similar, item_id, at_least)


@get(
    "/v1/scripts/{script_id:uuid}/bank-updates",
    **operation("list_bank_updates", Permission.READ_SCRIPT, NotFound, InvalidCursor),
)
async def list_bank_updates(
    door: OpenDoor, script_id: FromPath[UUID], cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[updates.BankUpdate]]:
    """List the items whose question has a newer version in its bank or was withdrawn there."""
    return await door.read_and_write_out(updates.gather_updates, updates.write_updates, script_id, cursor, limit)


@post(
    "/v1/items/{item_id:uuid}/bank-update",
    status_code=200,
    **operation(
        "take_bank_update",
        Permission.EDIT_SCRIPT,
        NotFound,
        UnknownReference,
        scripts.ScriptFinished,
        updates.NotFromBank,
        updates.NothingNewer,
        updates.MergeConflict,
        needs_version=True,
        example={"number": 2},
    ),
)
async def take_bank_update(
    door: OpenDoor, item_id: FromPath[UUID], data: JSONBody[updates.TakenUpdate]
) -> Response[items.Item]:
    """Take a newer version of the question that an item was made from."""
    return await door.act(updates.take_update, item_id, door.expected, data)


@post(
    "/v1/scripts/{script_id:uuid}/comments",
    **operation(
        "add_comment",
        Permission.CONTRIBUTE,
        NotFound,
        UnknownReference,
        example={
            "text": "Could we ask for the file first, and for the reason afterwards?",
            "item_id": "0197c0de-5a1e-7000-8000-000000000005",
        },
    ),
)
async def add_comment(
    door: OpenDoor, script_id: FromPath[UUID], data: JSONBody[comments.NewComment]
) -> Response[comments.Comment]:
    """Comment on a script or on one of its items."""
    return await door.create(comments.comment, script_id, data)


@get(
    "/v1/scripts/{script_id:uuid}/comments",
    **operation("list_comments", Permission.READ_SCRIPT, NotFound, InvalidCursor),
)
async def list_comments(
    door: OpenDoor, script_id: FromPath[UUID], cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[comments.Comment]]:
    """List the comments on a script and its items."""
    return await door.read(comments.list_comments, script_id, cursor, limit)


@patch(
    "/v1/comments/{comment_id:uuid}",
    **operation(
        "change_comment",
        Permission.CONTRIBUTE,
        NotFound,
        comments.NotYourComment,
        needs_version=True,
        example={"resolved": True},
    ),
)
async def change_comment(
    door: OpenDoor, comment_id: FromPath[UUID], data: JSONBody[comments.CommentChange]
) -> Response[comments.Comment]:
    """Reword your comment, or resolve or reopen anybody's."""
    return await door.change(comments.change_comment, comment_id, door.expected, data)


@get("/v1/scripts/{script_id:uuid}/versions", **operation("list_versions", Permission.READ_SCRIPT, NotFound))
async def list_versions(door: OpenDoor, script_id: FromPath[UUID]) -> Response[tuple[lifecycle.Version, ...]]:
    """List the sealed versions of a script, newest first."""
    return await door.read(lifecycle.list_versions, script_id)


@get(
    "/v1/scripts/{script_id:uuid}/versions/{number:int}",
    **operation("read_version", Permission.READ_SCRIPT, NotFound),
)
async def read_version(
    door: OpenDoor, script_id: FromPath[UUID], number: VersionNumber
) -> Response[lifecycle.SealedVersion]:
    """Read a sealed version with its content and its record."""
    return await door.read(lifecycle.read_version, script_id, number)


@get(
    "/v1/scripts/{script_id:uuid}/versions/{number:int}/markdown",
    media_type="text/markdown",
    **operation("write_version", Permission.EXPORT_SCRIPT, NotFound),
)
async def write_version(door: OpenDoor, script_id: FromPath[UUID], number: VersionNumber) -> Response[Written]:
    """Export a sealed version as a Markdown guide."""
    return await door.read(lifecycle.write_version, script_id, number)


@get(
    "/v1/scripts/{script_id:uuid}/versions/{number:int}/verify",
    **operation("verify_version", Permission.READ_SCRIPT, NotFound),
)
async def verify_version(
    door: OpenDoor, script_id: FromPath[UUID], number: VersionNumber
) -> Response[lifecycle.Verification]:
    """Recompute the hash of a sealed version."""
    return await door.read(lifecycle.verify_version, script_id, number)


router = Router(
    path="/",
    tags=["Scripts"],
    dependencies=LINTER,
    route_handlers=[
        create_script,
        list_scripts,
        change_script,
        preview_import,
        import_script,
        export_json,
        export_markdown,
        add_section,
        read_section,
        change_section,
        remove_section,
        add_item,
        read_item,
        change_item,
        move_item,
        remove_item,
        list_revisions,
        suppress_finding,
        lift_suppression,
        find_similar_to_item,
        list_bank_updates,
        take_bank_update,
        add_comment,
        list_comments,
        change_comment,
        list_versions,
        read_version,
        write_version,
        verify_version,
    ],
)
