"""Scripts in and out of a running Crossview, and what a file would become, which needs none."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import httpx
import msgspec

from crossview.cli.failures import CommandFailed, Unreadable
from crossview.foundation.errors import Problem
from crossview.scripts.document import ScriptDocument, SectionDocument, faults, walk
from crossview.scripts.guide.read import Note, Reading, read_guide

LARGEST = 1_000_000
"""Bytes of a file; a long guide has 20,000."""
PATIENCE = 60.0
"""Seconds that the API may take for a whole script."""
SHOWN_NOTES = 10


def import_script(file: Path, study_id: UUID | None, url: str, token: str | None) -> None:
    """Make a script of a file, in the study that is named or in a new one of the script's name."""
    text = read_text(file)
    reading = read_file(file, text)
    with open_api(url, token) as api:
        if study_id is None:
            opened = answered(api.post("/v1/studies", json={"title": _study_title(reading, file)}))
            study_id = UUID(opened["id"])
            click.echo(f"Opened the study “{opened['title']}”, {study_id}.")
        body: dict[str, Any] = {"study_id": str(study_id)}
        body |= {"document": msgspec.json.decode(text)} if _is_document(file) else {"guide": text}
        made = answered(api.post("/v1/scripts/import", json=body))
    script = made["script"]
    click.echo(f"Imported “{script['title']}” as script {script['id']}.")
    _show_notes(reading.notes)


def export_script(script_id: UUID, kind: str, output: Path | None, url: str, token: str | None) -> None:
    """Write a script to a file, or to standard output."""
    with open_api(url, token) as api:
        answer = api.get(f"/v1/scripts/{script_id}/{'markdown' if kind == 'markdown' else 'document'}")
        refuse(answer)
    content = answer.content if kind == "markdown" else msgspec.json.format(answer.content, indent=2) + b"\n"
    write_content(content, output)


def write_content(content: bytes, output: Path | None) -> None:
    """Write to a file, or to standard output. Raises `CommandFailed` for a file that cannot be written."""
    if output is None:
        click.echo(content.decode(), nl=False)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise CommandFailed(f"{output} cannot be written: {error.strerror}. Name another file by -o.") from None
    click.echo(f"Wrote {output}.")


def show_preview(file: Path) -> None:
    """Print what a file would become: its sections and items, and what was not understood."""
    reading = read_file(file, read_text(file))
    for line in preview_lines(reading.document):
        click.echo(line)
    _show_notes(reading.notes)


def read_text(file: Path) -> str:
    """A text file as it is. Raises `Unreadable` with one sentence for whatever is wrong with it."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except FileNotFoundError:
        raise Unreadable(f"There is no file {file}. Look at its name again.") from None
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}.") from None
    if len(content) > LARGEST:
        raise Unreadable(f"{file} is larger than 1 MB. A guide is smaller: take out what is not text, or split it.")
    if b"\0" in content:
        raise Unreadable(f"{file} is a binary file. Save the guide as Markdown, which is plain text.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{file} is not UTF-8 at byte {error.start}. Save it as UTF-8.") from None
    if not text.strip():
        raise Unreadable(f"{file} is empty. A guide has at least one line.")
    return text


def read_file(file: Path, text: str) -> Reading:
    """A file's text as a script. Raises `Unreadable` for a JSON document that is none, or a guide too large to keep."""
    if _is_document(file):
        try:
            reading = Reading(msgspec.json.decode(text, type=ScriptDocument), notes=())
        except msgspec.DecodeError as error:
            raise Unreadable(
                f"{file} is no script document: {error}. Take one that `crossview export` wrote."
            ) from None
    else:
        reading = read_guide(text)
    for fault in faults(reading.document)[:1]:
        raise Unreadable(f"{file} cannot become a script: {fault.detail} ({fault.path})")
    return reading


def preview_lines(document: ScriptDocument) -> list[str]:
    """The sections of a document with their kinds, minutes and items, as lines of text."""
    length = f"{document.session_minutes} minutes" if document.session_minutes else "no length stated"
    lines = [f"{document.title or 'Untitled script'} ({document.language}, {length})", ""]
    rows = [
        (section.kind.replace("_", " "), _heading(section), _minutes(section), counted(kinds_of(section)))
        for section in document.sections
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines += [
        f"  {kind:<{widths[0]}}  {heading:<{widths[1]}}  {minutes:>{widths[2]}}  {items}"
        for kind, heading, minutes, items in rows
    ]
    total = sum((kinds_of(section) for section in document.sections), Counter[str]())
    return [*lines, "", f"In all: {counted(total)}."]


def kinds_of(section: SectionDocument) -> Counter[str]:
    """How many items of each kind a section has, nested ones included."""
    return Counter(item.kind for item in walk(section.items))


def counted(kinds: Counter[str]) -> str:
    """ "2 questions, 1 probe"."""
    plural = {name: f"{number} {name}{'' if number == 1 else 's'}" for name, number in kinds.items()}
    return ", ".join(plural[name] for name, _ in kinds.most_common()) or "nothing"


def note_lines(notes: tuple[Note, ...]) -> list[str]:
    """What was not understood, the first few places."""
    if not notes:
        return []
    count = "1 place was" if len(notes) == 1 else f"{len(notes)} places were"
    lines = [f"{count} not understood; nothing is lost, but look there."]
    reason = ""
    for note in notes[:SHOWN_NOTES]:
        if note.reason != reason:
            reason = note.reason
            lines.append(f"  {reason.rstrip('.:')}:")
        lines.append(f"    line {note.line}: {excerpt(note.text, 70)}")
    return [*lines, *([f"    and {len(notes) - SHOWN_NOTES} more"] if len(notes) > SHOWN_NOTES else [])]


def _show_notes(notes: tuple[Note, ...]) -> None:
    for line in note_lines(notes):
        click.echo(line)


def _is_document(file: Path) -> bool:
    return file.suffix.lower() == ".json"


def _study_title(reading: Reading, file: Path) -> str:
    return " ".join((reading.document.title or file.stem).split())[:300]


def _heading(section: SectionDocument) -> str:
    return excerpt(section.heading, 44) or "(above the first heading)"


def _minutes(section: SectionDocument) -> str:
    return "" if section.minutes is None else f"{section.minutes.normalize():f} min"


def excerpt(text: str, length: int) -> str:
    """The beginning of a text, on one line of at most `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"


@contextmanager
def open_api(url: str, token: str | None) -> Iterator[httpx.Client]:
    """A client of the API. Raises `Unreadable` without a token, `CommandFailed` when nobody answers."""
    if not token:
        raise Unreadable(
            "A token is needed: set CROSSVIEW_TOKEN or add --token. `crossview admin invite` leads to one."
        )
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as client:
            yield client
    except (httpx.TransportError, httpx.InvalidURL):
        raise CommandFailed(
            f"No Crossview answers at {url}. Start `crossview serve`, or name another address by --url."
        ) from None


def answered(response: httpx.Response) -> Any:
    """The JSON of an answer. Raises `CommandFailed` with the sentence of a refusal."""
    refuse(response)
    return response.json()


def refuse(response: httpx.Response) -> None:
    """Raises `CommandFailed` with the sentence of a refusal."""
    if not response.is_success:
        raise CommandFailed(refusal_in_words(response))


def refusal_in_words(response: httpx.Response) -> str:
    """What a refusing answer says, with the first places at fault."""
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except msgspec.DecodeError:
        return f"{response.url} answered {response.status_code}. Is that a Crossview?"
    places = " ".join(f"{fault.path}: {fault.detail}" for fault in problem.errors[:3])
    return f"{problem.detail} {places}".strip()
