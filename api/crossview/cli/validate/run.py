"""The whole way of a validation, and what can be asked about the rules."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import assert_never

import click

from crossview.bank.files.check import UNREADABLE, Upkeep, check
from crossview.bank.files.discover import find_banks
from crossview.bank.files.read import BankFile, read_bank
from crossview.bank.files.source import Fault, Source
from crossview.bank.linting.installed import is_any_installed
from crossview.bank.wording.rule import Rule
from crossview.bank.wording.rulebook import Rulebook
from crossview.cli.failures import Unreadable
from crossview.cli.validate.baseline import read_baseline, write_baseline
from crossview.cli.validate.options import Options
from crossview.cli.validate.report import Report, rules


def validate(options: Options, today: date, *, keep: bool = False) -> int:
    """Check every bank and print what was found; returns the exit code. With `keep`, make it the baseline instead."""
    with _rulebook() as rulebook:
        known_rules = rules(rulebook)
        options.refuse_unknown([rule.code for rule in known_rules])
        checked = [check(file, options.selected, today, rulebook) for file in _banks(options)]
    if not checked:
        raise Unreadable(
            f"No question bank was found in {', '.join(options.paths)}. Their names end in .bank.yaml, .bank.json or .bank.md, "
            "or they lie in a folder `questions`; or name the files."
        )
    findings = [one for file in checked for one in file.findings]
    if keep:
        return _keep(options, Report(checked, findings, 0, known_rules))
    known = read_baseline(Path(options.baseline)) if options.baseline else frozenset()
    new = [one for one in findings if one.fingerprint not in known]
    report = Report(checked, new, len(findings) - len(new), known_rules)
    _print(_formed(report, options))
    return report.exit_code(options.fail_on)


def list_rules() -> None:
    """Print every rule on a line."""
    with _rulebook() as rulebook:
        found = rules(rulebook)
    _print("".join(f"{rule.code}  {rule.level:<7}  {rule.name:<26}  {rule.title}\n" for rule in found))


def explain(code: str) -> None:
    """Print what a rule asks for, why, and examples. Raises Unreadable for a code that there is not."""
    with _rulebook() as rulebook:
        named = [rule for rule in rules(rulebook) if rule.code == code.upper()]
    if not named:
        raise Unreadable(f"{code} is no rule. `crossview validate --list-rules` names them.")
    _print("\n".join(_explained(named[0])) + "\n")


@contextmanager
def _rulebook() -> Iterator[Rulebook]:
    """The rules; what a plugin needs is imported where there is one."""
    if not is_any_installed():
        yield Rulebook()
        return
    from crossview.bank.linting.plugged import PluggedRulebook

    with closing(PluggedRulebook()) as rulebook:
        yield rulebook


def _banks(options: Options) -> Iterator[BankFile]:
    for found in find_banks([Path(path) for path in options.paths]):
        if found.fault:
            yield BankFile(found.name, Source(""), faults=[Fault(0, 1, found.fault)])
        else:
            yield read_bank(found.name, found.data)


def _keep(options: Options, report: Report) -> int:
    if options.baseline is None:
        raise Unreadable("--write-baseline needs --baseline FILE, the file to write.")
    unread = [one for one in report.findings if one.code == UNREADABLE.code]
    unreadable = Report(report.checked, unread, 0, report.rules)
    if unreadable.findings:
        _print(_formed(unreadable, options))
        return 2
    count = write_baseline(Path(options.baseline), report.findings)
    _print(f"{count} findings are kept in {options.baseline}.\n")
    return 0


def _formed(report: Report, options: Options) -> str:
    """The output. A form is imported when it is asked for."""
    match options.format:
        case "text":
            from crossview.cli.validate.as_text import as_text

            return as_text(report, statistics=options.statistics)
        case "json":
            from crossview.cli.validate.as_json import as_json

            return as_json(report)
        case "sarif":
            from crossview.cli.validate.as_sarif import as_sarif

            return as_sarif(report)
        case "junit":
            from crossview.cli.validate.as_junit import as_junit

            return as_junit(report)
        case "github":
            from crossview.cli.validate.as_github import as_github

            return as_github(report)
        case _:
            assert_never(options.format)


def _explained(rule: Rule | Upkeep) -> Iterator[str]:
    yield f"{rule.code} {rule.name} [{rule.level}]"
    yield from ("", rule.title)
    if rule.because:
        yield from ("", rule.because)
    if isinstance(rule, Rule):
        yield from ("", f"Source: {rule.source}.")
        yield from ("", "Finds fault with:", *(f"  {question.text}" for question in rule.bad))
        yield from ("", "Lets pass:", *(f"  {question.text}" for question in rule.good))


def _print(text: str) -> None:
    """The same bytes on every machine, whatever its locale."""
    click.echo(text.encode("utf-8", "replace"), nl=False)
