"""Lint one question: read it once, ask every rule."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from crossview.bank.wording import rules as shipped
from crossview.bank.wording.findings import Finding
from crossview.bank.wording.question import Question
from crossview.bank.wording.reading import Reading
from crossview.bank.wording.rule import Edit, Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule of wording, by code: one module of `rules` each."""
    modules = [import_module(f"{shipped.__name__}.{module.name}") for module in iter_modules(shipped.__path__)]
    return tuple(sorted((module.RULE for module in modules), key=lambda rule: rule.code))


def rewrite(question: Question, wanted: Callable[[str], bool]) -> list[Edit]:
    """What the rules that are wanted would write instead, by place; no two of them touch the same characters."""
    reading = Reading(question)
    asked = [rule for rule in all_rules() if (question.is_english or rule.neutral) and wanted(rule.code)]
    edits = sorted((edit for rule in asked for edit in rule.edits(reading)), key=lambda edit: (edit.start, edit.end))
    apart: list[Edit] = []
    for edit in edits:
        if not apart or edit.start >= apart[-1].end:
            apart.append(edit)
    return apart


def lint(question: Question) -> list[Finding]:
    """What is wrong with a question's wording, by place and then by code.

    In another language than English only the rules run that look at no words.
    """
    reading = Reading(question)
    asked = [rule for rule in all_rules() if question.is_english or rule.neutral]
    found = [finding for rule in asked for finding in rule.findings(reading)]
    return sorted(found, key=lambda finding: (finding.start, finding.code, finding.end))
