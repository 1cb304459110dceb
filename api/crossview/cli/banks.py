"""Question banks in and out of a running Crossview."""

from collections import Counter
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import click

from crossview.bank.files.discover import read_file
from crossview.bank.transfer import TEXT_LENGTH
from crossview.cli.failures import CommandFailed, Unreadable
from crossview.cli.transfer import answered, open_api, write_content

FORMATS: Final = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".md": "markdown"}
_SHOWN: Final = 20
_MANY: Final = {
    "created": "created", "new_version": "changed", "unchanged": "unchanged", "restored": "restored", "withdrawn": "withdrawn",
}  # fmt: skip


def import_bank(file: Path, namespace: str, url: str, token: str | None, *, withdraw_missing: bool, note: str) -> None:
    """Make the questions of a bank those of a file; a bank that is not there is opened."""
    body = {"format": _format(file), "text": _text(file), "withdraw_missing": withdraw_missing, "note": note}
    with open_api(url, token) as api:
        if api.get(_path(namespace)).status_code == 404:
            answered(api.post("/v1/banks", json={"namespace": namespace, "title": namespace}))
            click.echo(f"Opened the bank {namespace}.")
        answer = api.post(_path(namespace) + "/import", json=body)
    if answer.status_code == 422:
        _tell_faults(file, answer.json())
    for line in imported_lines(namespace, answered(answer)):
        click.echo(line)


def export_bank(namespace: str, form: str, output: Path | None, url: str, token: str | None) -> None:
    """Write a bank to a file, or to standard output."""
    with open_api(url, token) as api:
        file = answered(api.get(_path(namespace) + "/export", params={"format": form}))
    write_content(file["text"].encode(), output)


def imported_lines(namespace: str, answer: Any) -> list[str]:
    """What an import did, in sentences."""
    counts = Counter(one["outcome"] for one in answer["entries"])
    told = [f"{counts[outcome]} {word}" for outcome, word in _MANY.items() if counts[outcome]]
    lines = [f"Imported into {namespace}: {', '.join(told) or 'no question'}."]
    missing = [one["id"] for one in answer["entries"] if one["outcome"] == "missing"]
    if missing:
        named = ", ".join(missing[:_SHOWN]) + (", …" if len(missing) > _SHOWN else "")
        lines.append(f"Not in the file, and still in the bank: {named}. `--withdraw-missing` takes them out of use.")
    if answer["findings"]:
        count = len(answer["findings"])
        lines.append(f"The rules have {count} finding{'' if count == 1 else 's'}; `crossview validate` shows them.")
    return lines


def _tell_faults(file: Path, problem: Any) -> None:
    """Raises `CommandFailed` with the place of each fault of a file."""
    if problem["code"] == "unfit_bank":
        faults = "\n".join(f"  {fault['detail']}" for fault in problem["errors"])
        raise CommandFailed(f"{file} was not imported:\n{faults}")


def _path(namespace: str) -> str:
    return f"/v1/banks/{quote(namespace, safe='')}"


def _format(file: Path) -> str:
    try:
        return FORMATS[file.suffix.lower()]
    except KeyError:
        raise Unreadable(f"{file} is no bank by its name. Let it end in .yaml, .yml, .json or .md.") from None


def _text(file: Path) -> str:
    """The text of a regular file. Raises `Unreadable` with one sentence for whatever is wrong with it."""
    found = read_file(file)
    if found.fault:
        raise Unreadable(f"{file}: {found.fault}")
    try:
        text = found.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{file} is not UTF-8 at byte {error.start}. Save it as UTF-8.") from None
    if len(text) > TEXT_LENGTH:
        raise Unreadable(f"{file} has more than {TEXT_LENGTH:,} characters. Split the bank into several.")
    return text
