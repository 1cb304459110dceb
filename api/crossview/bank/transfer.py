"""Whole banks in and out: a file becomes the entries of a bank, and a bank becomes a file again."""

import asyncio
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal

import msgspec
import rfc8785
from msgspec import Meta

from crossview.bank.banks import Bank, find_bank, lock_bank
from crossview.bank.files.check import UNREADABLE, check
from crossview.bank.files.entries import Entry, Line, QuestionBank
from crossview.bank.files.read import BankFile, read_bank
from crossview.bank.files.source import Place
from crossview.bank.files.write import SUFFIX, Format, said, untold, write_bank
from crossview.bank.reference import Reference
from crossview.bank.wording.findings import Level
from crossview.bank.wording.rulebook import Rulebook
from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.door import Written, encode, written
from crossview.foundation.errors import Fault, Refusal, beginning
from crossview.foundation.sql import statements

sql = statements(__package__, "bank.sql")

TEXT_LENGTH: Final = 500_000
ENTRIES: Final = 2_000
"""Both keep the look at the wording below a few seconds of processor time, whatever the texts."""
TOLD: Final = 20
"""Faults of a file that a refusal names at most."""

Outcome = Literal["created", "new_version", "unchanged", "restored", "missing", "withdrawn"]

_HIDDEN: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class UnfitBank(Refusal):
    """The file cannot be imported, and nothing was: it has {count} fault(s). `errors` names line and column; mend them.

    At most 20 are named. `crossview validate` names all that can be seen without the service.
    """

    status = 422
    code = "unfit_bank"


class UntoldInMarkdown(Refusal):
    """Markdown would read {what} in its own way, and the bank would not come back as it is. Export it as yaml or json."""

    status = 409
    code = "untold_in_markdown"


class BankFileText(msgspec.Struct, frozen=True):
    """A bank as a file: its `text` in a `format`. An import takes both back."""

    name: str
    format: Format
    text: str


class NewBankImport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The text of a file. Entries that it does not hold stay as they are.

    With `withdraw_missing` they are asked no more, and `note` says why or what instead.
    """

    format: Format
    text: Annotated[str, Meta(min_length=1, max_length=TEXT_LENGTH)]
    withdraw_missing: bool = False
    note: Line = ""


class ImportedEntry(msgspec.Struct, frozen=True):
    """What became of an entry. `line` and `column` are its place in the file, null for one that the file does not hold."""

    id: str
    bank_ref: str
    outcome: Outcome
    line: int | None
    column: int | None


class Noted(msgspec.Struct, frozen=True):
    """What the rules of wording, or of files, find in an imported file; `entry` is empty where it is about the file."""

    entry: str
    code: str
    level: Level
    message: str
    line: int
    column: int


class ImportedBank(msgspec.Struct, frozen=True):
    """The bank after an import, what became of each entry, and what the rules find in the file."""

    bank: Bank
    entries: tuple[ImportedEntry, ...]
    findings: tuple[Noted, ...]

    @property
    def version(self) -> int:
        """The version of the bank, so that the answer's ETag can be used to change it."""
        return self.bank.version


class Wanted(msgspec.Struct, frozen=True):
    """An entry of a file, the hash of its content, and where it stands."""

    entry: Entry
    sha256: bytes
    place: Place


class BankSource(msgspec.Struct, frozen=True):
    """A file that was read: the heading of the bank, its entries, and what the rules find."""

    heading: QuestionBank
    wanted: tuple[Wanted, ...]
    findings: tuple[Noted, ...]


class Known(msgspec.Struct, frozen=True):
    """An entry as the service has it."""

    id: str
    position: int
    newest: int
    withdrawn: bool
    sha256: bytes


class Decided(msgspec.Struct, frozen=True):
    """What becomes of an entry: the number of its newest version, and where it stands among those that are asked."""

    id: str
    outcome: Outcome
    number: int
    position: int


async def read_source(new: NewBankImport, today: date) -> BankSource:
    """Read a file and look at its wording, before any transaction is opened. Raises `UnfitBank`."""
    # A long file takes seconds of processor time, and others should not wait for it.
    return await asyncio.to_thread(_read, new, today)


async def import_bank(visit: Visit, namespace: str, source: BankSource, new: NewBankImport) -> ImportedBank:
    """Make the entries of a bank those of a file, all or none; the same file a second time changes nothing.

    Raises `NotFound`, and `UnfitBank` when an id belonged to another question that was withdrawn, or the bank grows too large.
    """
    bank_id = await lock_bank(visit, namespace)
    known = {one.id: one for one in await visit.many(Known, sql["list_known"], visit.workspace_id, namespace)}
    _refuse_reuse(known, source.wanted)
    decided = decide(known, source.wanted, withdraw_missing=new.withdraw_missing)
    _refuse_crowd(decided)
    before = await find_bank(visit, namespace)
    after = before.of(source.heading)
    if await _keep(visit, namespace, known, decided, source.wanted, new.note) or after != before:
        await visit.run(
            sql["change_heading"],
            visit.workspace_id,
            namespace,
            after.title,
            after.language,
            after.setting,
            after.glossary,
        )
        counts: dict[str, Any] = {name: sum(one.outcome == name for one in decided) for name in _CHANGING}
        await events.append(visit, "bank.imported", bank_id, **counts)
    places = {one.entry.id: one.place for one in source.wanted}
    return ImportedBank(
        bank=await find_bank(visit, namespace),
        entries=tuple(_imported(namespace, one, places.get(one.id)) for one in decided),
        findings=source.findings,
    )


def decide(known: Mapping[str, Known], wanted: Sequence[Wanted], *, withdraw_missing: bool) -> tuple[Decided, ...]:
    """What becomes of each entry: those of the file in its order, then those that it does not hold in theirs."""
    decided = [_decided(known.get(one.entry.id), one, position) for position, one in enumerate(wanted)]
    named = {one.id for one in decided}
    missing = [one for one in known.values() if one.id not in named and not one.withdrawn]
    outcome: Outcome = "withdrawn" if withdraw_missing else "missing"
    return (*decided, *(Decided(one.id, outcome, one.newest, len(wanted) + at) for at, one in enumerate(missing)))


async def read_whole(visit: Visit, namespace: str) -> QuestionBank:
    """A bank with all that is asked today, as a file has it. Raises `NotFound`."""
    bank = await find_bank(visit, namespace)
    rows = await visit.many(_Content, sql["list_contents"], visit.workspace_id, namespace)
    return QuestionBank(
        tuple(row.content for row in rows),
        title=bank.title,
        language=bank.language,
        setting=bank.setting,
        glossary=bank.glossary,
    )


def write_out(bank: QuestionBank, namespace: str, form: Format) -> Written:
    """The file of a bank, as JSON. Raises `UntoldInMarkdown`."""
    text = write_bank(bank, form)
    lost = untold(bank, form, text)
    if lost and form == "markdown":
        named = ", ".join(lost[:10]) + (", …" if len(lost) > 10 else "")
        raise UntoldInMarkdown(what=named or "the bank as a whole")
    assert not lost, f"{form} tells every bank"
    return written(encode(BankFileText(f"{namespace}.bank{SUFFIX[form]}", form, text)))


class _Content(msgspec.Struct, frozen=True):
    content: Entry


_CHANGING: Final[tuple[Outcome, ...]] = ("created", "new_version", "restored", "withdrawn")


def _read(new: NewBankImport, today: date) -> BankSource:
    file = read_bank(f"bank{SUFFIX[new.format]}", new.text.encode())
    _refuse([(file.source.place(fault.start), fault.message) for fault in file.faults])
    _refuse(list(_hidden(file)))
    checked = check(file, lambda code: True, today, Rulebook())
    _refuse([(one.place, one.message) for one in checked.findings if one.code == UNREADABLE.code])
    heading, entries = _composed(file)
    places = (file.place(index, "id") for index in range(len(entries)))
    return BankSource(
        heading=heading,
        wanted=tuple(Wanted(one, content_hash(one), place) for one, place in zip(entries, places, strict=True)),
        findings=tuple(
            Noted(one.question, one.code, one.level, one.message, one.place.line, one.place.column)
            for one in checked.findings
        ),
    )


def content_hash(entry: Entry) -> bytes:
    """The SHA-256 of what an entry says, 32 bytes, as canonical JSON (RFC 8785) without what it leaves to its bank."""
    return hashlib.sha256(rfc8785.dumps(said(entry))).digest()


def _hidden(file: BankFile) -> Iterator[tuple[Place, str]]:
    """What a file may hold and the service does not keep, each with its place."""
    if len(file.bank.questions) > ENTRIES:
        yield Place(1, 1), f"An import takes {ENTRIES:,} questions at most. Split the bank into several."
    if any(_HIDDEN.search(text) for text in (file.bank.title, *file.bank.glossary)):
        yield Place(1, 1), "The heading of the bank holds a control character. Take it out."
    for index, entry in enumerate(file.bank.questions):
        for name, value in said(entry).items():
            texts = value if isinstance(value, list) else [value]
            if any(isinstance(text, str) and _HIDDEN.search(text) for text in texts):
                yield file.place(index, name), f"`{name}` holds a control character. Take it out."
        if not entry.text.strip():
            yield file.place(index, "text"), "`text` holds no word. Write what is asked."


def _composed(file: BankFile) -> tuple[QuestionBank, tuple[Entry, ...]]:
    """The heading and the entries with every text in Unicode normalisation form C.

    Raises `UnfitBank` where one grows too long.
    """
    heading = _in_form_c(msgspec.structs.replace(file.bank, questions=()), Place(1, 1))
    entries = tuple(_in_form_c(entry, file.place(at, "id")) for at, entry in enumerate(file.bank.questions))
    return heading, entries


def _in_form_c(struct: Any, place: Place) -> Any:
    fields = said(struct)
    composed = _composed_value(fields)
    if composed == fields:
        return struct
    try:
        return msgspec.convert({"questions": [], **composed} if "id" not in fields else composed, type(struct))
    except msgspec.ValidationError as error:
        raise _unfit([(place, f"In Unicode normalisation form C this does not fit: {error}.")]) from error


def _composed_value(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_composed_value(one) for one in value]
    if isinstance(value, dict):
        return {name: _composed_value(one) for name, one in value.items()}
    return value


def _refuse(found: Sequence[tuple[Place, str]]) -> None:
    """Raises `UnfitBank` where anything was found."""
    if found:
        raise _unfit(found)


def _unfit(found: Sequence[tuple[Place, str]]) -> UnfitBank:
    faults = tuple(
        Fault("$.text", f"Line {place.line}, column {place.column}: {beginning(message)}")
        for place, message in found[:TOLD]
    )
    return UnfitBank(count=len(found), faults=faults)


def _refuse_reuse(known: Mapping[str, Known], wanted: Sequence[Wanted]) -> None:
    """An id that was withdrawn comes back with its own question or not at all."""
    message = "The id `{}` belonged to another question, which was withdrawn. Give this one an id of its own."
    _refuse(
        [
            (one.place, message.format(one.entry.id))
            for one in wanted
            if (was := known.get(one.entry.id)) is not None and was.withdrawn and was.sha256 != one.sha256
        ]
    )


def _refuse_crowd(decided: Sequence[Decided]) -> None:
    """What is exported has to be imported again."""
    asked = sum(one.outcome != "withdrawn" for one in decided)
    if asked > ENTRIES:
        message = f"The bank would hold {asked:,} questions, and {ENTRIES:,} is the most. Withdraw some, or open a second bank."
        _refuse([(Place(1, 1), message)])


def _decided(was: Known | None, one: Wanted, position: int) -> Decided:
    if was is None:
        return Decided(one.entry.id, "created", 1, position)
    if was.withdrawn:
        return Decided(was.id, "restored", was.newest, position)
    if was.sha256 == one.sha256:
        return Decided(was.id, "unchanged", was.newest, position)
    return Decided(was.id, "new_version", was.newest + 1, position)


async def _keep(
    visit: Visit,
    namespace: str,
    known: Mapping[str, Known],
    decided: Sequence[Decided],
    wanted: Sequence[Wanted],
    note: str,
) -> bool:
    """Write down what was decided; tells whether that changed anything."""
    withdrawn = [one.id for one in decided if one.outcome == "withdrawn"]
    placed = [
        one
        for one in decided
        if one.outcome in ("created", "new_version", "restored")
        or (one.outcome != "withdrawn" and known[one.id].position != one.position)
    ]
    entries = {one.entry.id: one for one in wanted}
    fresh = [(one, entries[one.id]) for one in decided if one.outcome in ("created", "new_version")]
    await visit.run(
        sql["place_entries"],
        visit.workspace_id,
        namespace,
        [one.id for one in placed],
        [one.position for one in placed],
        [one.number for one in placed],
    )
    await visit.run(
        sql["keep_versions"],
        visit.workspace_id,
        namespace,
        [one.id for one, _ in fresh],
        [one.number for one, _ in fresh],
        [kept.entry.text for _, kept in fresh],
        [msgspec.json.encode(said(kept.entry)).decode() for _, kept in fresh],
        [kept.sha256 for _, kept in fresh],
        visit.actor.member_id,
    )
    await visit.run(
        sql["withdraw_entries"], visit.workspace_id, namespace, withdrawn, visit.now, visit.actor.member_id, note
    )
    return bool(placed or withdrawn)


def _imported(namespace: str, one: Decided, place: Place | None) -> ImportedEntry:
    line, column = (None, None) if place is None else (place.line, place.column)
    return ImportedEntry(one.id, str(Reference(namespace, one.id, one.number)), one.outcome, line, column)
