"""`crossview doctor`: what was found, for a person or for a program, and an exit code."""

import asyncio
import logging
import os

import click
import msgspec

from crossview.cli.doctor.examine import examine
from crossview.cli.doctor.findings import Finding, State, counted
from crossview.foundation.clock import SystemClock
from crossview.foundation.settings import read_settings

COLOURS = {State.OK: "green", State.WARNING: "yellow", State.PROBLEM: "red"}


class Report(msgspec.Struct, frozen=True):
    """What `--format json` prints; `well` is false when there is a problem."""

    well: bool
    findings: list[Finding]


def report(kind: str) -> bool:
    """Look, print each finding, and return whether all is well."""
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    findings = asyncio.run(examine(read_settings(os.environ), SystemClock()))
    is_well = all(finding.state is not State.PROBLEM for finding in findings)
    if kind == "json":
        told = msgspec.json.encode(Report(is_well, findings))
        click.echo(msgspec.json.format(told, indent=2))
    else:
        _print(findings)
    return is_well


def _print(findings: list[Finding]) -> None:
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        state = click.style(f"{finding.state.value:<7}", fg=COLOURS[finding.state])
        click.echo(f"{state}  {finding.name:<{width}}  {finding.sentence}")
    click.echo()
    click.echo(summary(findings))


def summary(findings: list[Finding]) -> str:
    """ "All is well: 30 checks.", or how much is not."""
    of = {state: sum(finding.state is state for finding in findings) for state in State}
    wrong = [counted(of[state], state.value) for state in (State.PROBLEM, State.WARNING) if of[state]]
    checks = counted(len(findings), "check")
    return f"{' and '.join(wrong)} in {checks}." if wrong else f"All is well: {checks}."
