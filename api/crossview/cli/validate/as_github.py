"""For GitHub Actions: workflow commands, which become annotations beside the lines of a pull request."""

from collections.abc import Iterator
from typing import Final

from crossview.bank.files.check import Checked, Reported
from crossview.bank.wording.findings import Level
from crossview.cli.validate.report import Report, note, shown_name, summary

_COMMANDS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}


def as_github(report: Report) -> Iterator[str]:
    """The output line by line."""
    files = {checked.name: checked for checked in report.checked}
    yield from (_command(one, files[one.file]) for one in report.findings)
    yield from filter(None, (note(report), summary(report)))


def _command(one: Reported, checked: Checked) -> str:
    end = checked.source.place(max(one.end, one.start + 1))
    about = {"file": shown_name(one.file), "line": one.place.line, "endLine": end.line}
    if end.line == one.place.line:
        about |= {"col": one.place.column, "endColumn": end.column}
    about["title"] = f"{one.code} {one.name}"
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in about.items())
    return f"::{_COMMANDS[one.level]} {properties}::{_data(one.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
