"""The whole way of a validation, and what can be asked about the rules."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import assert_never

import click

from crossview.bank.files.check import UNREADABLE, Checked, check, compare
from crossview.bank.files.discover import Found, find_banks
from crossview.bank.files.read import BankFile, read_bank
from crossview.bank.files.source import Fault, Source
from crossview.bank.linting.installed import is_any_installed
from crossview.bank.structure.outline import Outline
from crossview.bank.structure.rule import StructureRule
from crossview.bank.wording.question import Question
from crossview.bank.wording.rule import Rule
from crossview.bank.wording.rulebook import Rulebook
from crossview.cli.failures import Unreadable
from crossview.cli.validate.baseline import read_baseline, write_baseline
from crossview.cli.validate.cache import Cache
from crossview.cli.validate.options import Options
from crossview.cli.validate.progress import Tick, progress
from crossview.cli.validate.report import AnyRule, Report, counted, rules


def validate(options: Options, today: date, *, keep: bool = False) -> int:
    """Check every bank and print what was found; returns the exit code. With `keep`, make it the baseline instead."""
    with _rulebook() as rulebook:
        known_rules = rules(rulebook)
        options.refuse_unknown([rule.code for rule in known_rules])
        checked = _checked(options, today, rulebook)
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
    _say(report, options)
    return report.exit_code(options.fail_on)


def show_differences(options: Options, today: date) -> int:
    """Print what `rewrite` would change; returns 1 if it would change anything."""
    from crossview.cli.validate.mend import differences

    changed = 0
    for line in differences(options, today):
        _print(line)
        changed = 1
    return changed


def rewrite(options: Options, today: date) -> None:
    """Rewrite what has one right rewriting, and say on standard error how much that was."""
    from crossview.cli.validate.mend import mend

    places, files = mend(options, today)
    if places:
        click.echo(f"{counted(places, 'place')} rewritten in {counted(files, 'file')}.", err=True)


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


def _checked(options: Options, today: date, rulebook: Rulebook) -> list[Checked]:
    with progress() as tick:
        kept = _cache(options, today)
        banks = find_banks([Path(path) for path in options.paths])
        each = [_one(found, options, today, rulebook, kept, tick) for found in banks]
        return compare(each, options.selected, today)


def _cache(options: Options, today: date) -> Cache | None:
    """The cache that is asked for. What a plugin's rules find is never kept: nobody knows when they change."""
    if options.cache_dir is None or options.no_cache or is_any_installed():
        return None
    return Cache(Path(options.cache_dir), options, today)


def _one(found: Found, options: Options, today: date, rulebook: Rulebook, kept: Cache | None, tick: Tick) -> Checked:
    if found.fault:
        file = BankFile(found.name, Source(""), faults=[Fault(0, 1, found.fault)])
        return check(file, options.selected, today, rulebook)
    checked = kept.get(found.name, found.data) if kept else None
    if checked is None:
        checked = check(read_bank(found.name, found.data), options.selected, today, rulebook, tick)
        if kept:
            kept.put(checked, found.data)
    return checked


def _keep(options: Options, report: Report) -> int:
    if options.baseline is None:
        raise Unreadable("--write-baseline needs --baseline FILE, the file to write.")
    unreadable = Report(
        report.checked, [one for one in report.findings if one.code == UNREADABLE.code], 0, report.rules
    )
    if unreadable.findings:
        _say(unreadable, options)
        return 2
    count = write_baseline(Path(options.baseline), report.findings)
    _print(f"{count} findings are kept in {options.baseline}.\n")
    return 0


def _say(report: Report, options: Options) -> None:
    """Print the report. A form is imported when it is asked for."""
    match options.format:
        case "text":
            from crossview.cli.validate.as_text import as_text

            _write(f"{line}\n" for line in as_text(report, statistics=options.statistics))
        case "json":
            from crossview.cli.validate.as_json import as_json

            _print(as_json(report))
        case "sarif":
            from crossview.cli.validate.as_sarif import as_sarif

            _print(as_sarif(report))
        case "junit":
            from crossview.cli.validate.as_junit import as_junit

            _print(as_junit(report))
        case "github":
            from crossview.cli.validate.as_github import as_github

            _write(f"{line}\n" for line in as_github(report))
        case _:
            assert_never(options.format)


def _explained(rule: AnyRule) -> Iterator[str]:
    yield f"{rule.code} {rule.name} [{rule.level}]"
    yield from ("", rule.title)
    if rule.because:
        yield from ("", rule.because)
    if isinstance(rule, Rule | StructureRule):
        yield from ("", f"Source: {rule.source}.")
        yield from ("", "Finds fault with:", *(f"  {_shown(example)}" for example in rule.bad))
        yield from ("", "Lets pass:", *(f"  {_shown(example)}" for example in rule.good))


def _shown(example: Question | Outline) -> str:
    return example.shown() if isinstance(example, Outline) else example.text


def _print(text: str) -> None:
    _write([text])


def _write(pieces: Iterable[str]) -> None:
    """The same bytes on every machine, whatever its locale."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
