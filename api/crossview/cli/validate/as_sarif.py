"""For code scanning: SARIF 2.1.0 (OASIS), with fingerprints that stay when lines move."""

from importlib.metadata import version
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote

import msgspec

from crossview.bank.files.check import Checked, Reported
from crossview.bank.wording.findings import Level
from crossview.cli.validate.report import AnyRule, Report

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}


def as_sarif(report: Report) -> str:
    """The whole output: one run."""
    numbers = {rule.code: number for number, rule in enumerate(report.rules)}
    files = {checked.name: checked for checked in report.checked}
    run = {
        "tool": {
            "driver": {
                "name": "crossview",
                "version": version("crossview"),
                "rules": [_rule(rule) for rule in report.rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, numbers[one.code], files[one.file]) for one in report.findings],
    }
    whole = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"


def _rule(rule: AnyRule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.because or rule.title},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
    }


def _result(one: Reported, number: int, checked: Checked) -> dict[str, Any]:
    start, end = one.place, checked.source.place(max(one.end, one.start + 1))
    address = {"uri": quote(PurePath(one.file).as_posix().encode("utf-8", "surrogateescape"))}
    if not PurePath(one.file).is_absolute():
        address["uriBaseId"] = "%SRCROOT%"
    region = {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}
    return {
        "ruleId": one.code,
        "ruleIndex": number,
        "level": _LEVELS[one.level],
        "message": {"text": one.message},
        "locations": [{"physicalLocation": {"artifactLocation": address, "region": region}}],
        "partialFingerprints": {"crossview/v1": one.fingerprint},
    }
