"""For a program: every finding with its place."""

import msgspec

from crossview.cli.validate.report import Report, note, shown_name


def as_json(report: Report) -> str:
    """The whole output. Lines and columns count from 1, columns in characters."""
    findings = [
        {
            "file": shown_name(one.file),
            "line": one.place.line,
            "column": one.place.column,
            "length": one.end - one.start,
            "code": one.code,
            "name": one.name,
            "level": one.level,
            "message": one.message,
            "question": one.question,
            "fingerprint": one.fingerprint,
        }
        for one in report.findings
    ]
    counts = {
        "files": len(report.checked),
        "questions": report.questions,
        "levels": report.levels,
        "suppressed": report.suppressed,
        "baseline": report.known,
    }
    whole = {"version": 1, "findings": findings, "counts": counts, "note": note(report)}
    return msgspec.json.format(msgspec.json.encode(whole), indent=2).decode() + "\n"
