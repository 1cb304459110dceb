"""HTTP of question banks: the banks, their entries with every version, files in and out, and near-duplicates."""

from functools import partial
from typing import Annotated

from litestar import Response, Router, get, patch, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from crossview.bank import banks, entries, similar, transfer
from crossview.bank.files.write import Format
from crossview.bank.reference import ENTRY_ID, NAMESPACE
from crossview.bank.wording.likeness import NEAR
from crossview.foundation.door import OpenDoor
from crossview.foundation.errors import InvalidCursor, NotFound
from crossview.foundation.operations import operation
from crossview.foundation.pages import Cursor, Limit, Page
from crossview.foundation.permissions import Permission

Namespace = Annotated[str, PathParameter(pattern=NAMESPACE, max_length=100)]
EntryId = Annotated[str, PathParameter(pattern=ENTRY_ID, max_length=100)]
Text = Annotated[str, QueryParameter(max_length=2_000, description="What would be asked.")]
Form = Annotated[Format, QueryParameter(description="The form of the file.")]


@post(
    "/v1/banks",
    **operation(
        "open_bank",
        Permission.EDIT_BANK,
        banks.BankExists,
        example={"namespace": "month-end", "title": "Month-end interviews", "description": "Kept by Product."},
    ),
)
async def open_bank(door: OpenDoor, data: JSONBody[banks.NewBank]) -> Response[banks.Bank]:
    """Open a question bank."""
    return await door.create(banks.open_bank, data)


@get("/v1/banks", **operation("list_banks", Permission.READ_BANK, InvalidCursor))
async def list_banks(door: OpenDoor, cursor: Cursor = None, limit: Limit = 50) -> Response[Page[banks.Bank]]:
    """List the question banks by namespace."""
    return await door.read(banks.list_banks, cursor, limit)


@get("/v1/banks/similar", **operation("find_similar", Permission.READ_BANK))
async def find_similar(
    door: OpenDoor, text: Text = "", at_least: similar.AtLeast = NEAR
) -> Response[tuple[similar.Similar, ...]]:
    """Find the questions of all banks that ask nearly the same."""
    return await door.read_and_write_out(similar.gather, similar.write_similar, text, at_least)


@get("/v1/banks/{namespace:str}", **operation("read_bank", Permission.READ_BANK, NotFound))
async def read_bank(door: OpenDoor, namespace: Namespace) -> Response[banks.Bank]:
    """Read one question bank."""
    return await door.read(banks.find_bank, namespace)


@patch(
    "/v1/banks/{namespace:str}",
    **operation(
        "change_bank",
        Permission.EDIT_BANK,
        NotFound,
        needs_version=True,
        example={"description": "Kept by Product and Support."},
    ),
)
async def change_bank(door: OpenDoor, namespace: Namespace, data: JSONBody[banks.BankChange]) -> Response[banks.Bank]:
    """Change a question bank's title or description."""
    return await door.change(banks.change_bank, namespace, door.expected, data)


@post(
    "/v1/banks/{namespace:str}/import",
    status_code=200,
    **operation(
        "import_bank",
        Permission.EDIT_BANK,
        NotFound,
        transfer.UnfitBank,
        example={
            "format": "yaml",
            "text": "questions:\n- id: last-close\n  text: Tell me about the last time you closed a month.\n  minutes: 5\n",
        },
    ),
)
async def import_bank(
    door: OpenDoor, namespace: Namespace, data: JSONBody[transfer.NewBankImport]
) -> Response[transfer.ImportedBank]:
    """Make the entries of a question bank those of a file."""
    source = await transfer.read_source(data, door.now.date())
    return await door.act(transfer.import_bank, namespace, source, data)


@get(
    "/v1/banks/{namespace:str}/export",
    **operation("export_bank", Permission.READ_BANK, NotFound, transfer.UntoldInMarkdown),
)
async def export_bank(door: OpenDoor, namespace: Namespace, format: Form = "yaml") -> Response[transfer.BankFileText]:
    """Write a question bank as a file."""
    write = partial(transfer.write_out, namespace=namespace, form=format)
    return await door.read_and_write_out(transfer.read_whole, write, namespace)


@get(
    "/v1/banks/{namespace:str}/entries",
    **operation("list_bank_entries", Permission.READ_BANK, NotFound, InvalidCursor),
)
async def list_bank_entries(
    door: OpenDoor, namespace: Namespace, cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[entries.BankEntry]]:
    """List the entries of a question bank by id, withdrawn ones included."""
    return await door.read(entries.list_entries, namespace, cursor, limit)


@get(
    "/v1/banks/{namespace:str}/entries/{entry_id:str}",
    **operation("read_bank_entry", Permission.READ_BANK, NotFound),
)
async def read_bank_entry(door: OpenDoor, namespace: Namespace, entry_id: EntryId) -> Response[entries.BankEntry]:
    """Read one entry in its newest version."""
    return await door.read(entries.find_entry, namespace, entry_id)


@get(
    "/v1/banks/{namespace:str}/entries/{entry_id:str}/versions",
    **operation("list_entry_versions", Permission.READ_BANK, NotFound, InvalidCursor),
)
async def list_entry_versions(
    door: OpenDoor, namespace: Namespace, entry_id: EntryId, cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[entries.EntryVersion]]:
    """List the versions that an entry had, newest first."""
    return await door.read(entries.list_entry_versions, namespace, entry_id, cursor, limit)


router = Router(
    path="/",
    tags=["Question banks"],
    route_handlers=[
        open_bank,
        list_banks,
        find_similar,
        read_bank,
        change_bank,
        import_bank,
        export_bank,
        list_bank_entries,
        read_bank_entry,
        list_entry_versions,
    ],
)
