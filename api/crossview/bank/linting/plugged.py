"""The rules that come along, and those of the plugins that are installed (docs/decisions/0014-rules-of-plugins.md)."""

from collections.abc import Collection, Iterator, Sequence
from importlib.metadata import entry_points
from typing import Final

import msgspec

from crossview.bank.linting.installed import GROUP
from crossview.bank.wording.findings import Category, Finding, Level
from crossview.bank.wording.lint import lint
from crossview.bank.wording.question import Question
from crossview.bank.wording.rule import Rule
from crossview.bank.wording.rulebook import Failure, Linted, Rulebook
from crossview.plugin.proofreader import Away, Patience, Proofreader
from crossview.plugin.wording import Question as Asked
from crossview.plugin.wording import WordingFault, WordingRule

_CATEGORIES: Final = frozenset(Category)


class PluggedRulebook(Rulebook):
    """All rules. `allowed` names the plugins that may lint, None means every one that is installed.

    The first to ask for rules, or to lint, waits until the plugins are loaded; `runs` and `reads_words` wait for nobody, and
    know the plugins that have been asked once. `close` ends them.
    """

    def __init__(self, allowed: Collection[str] | None = None, patience: Patience | None = None) -> None:
        installed = {entry.name for entry in entry_points(group=GROUP)}
        names = sorted(installed if allowed is None else installed & set(allowed))
        self._readers = [Proofreader(name, patience) for name in names]
        self._brought: dict[str, WordingRule] = {}

    @property
    def rules(self) -> tuple[Rule, ...]:
        brought = [_rule(rule) for _, rules, _ in self._present() for rule in rules]
        return (*super().rules, *sorted(brought, key=lambda rule: rule.code))

    @property
    def plugins(self) -> list[tuple[str, list[str], str]]:
        """Each plugin by its name, with the codes of its rules, or with none and why it is away."""
        return [(reader.name, [rule.code for rule in rules], away) for reader, rules, away in self._present()]

    def runs(self, code: str, question: Question) -> bool:
        rule = self._brought.get(code)
        return super().runs(code, question) if rule is None else rule.reads(question.language)

    def reads_words(self, question: Question) -> bool:
        brought = self._brought.values()
        return super().reads_words(question) or any(
            rule.languages and rule.reads(question.language) for rule in brought
        )

    def lint(self, questions: Sequence[Question]) -> Linted:
        found = [lint(question) for question in questions]
        failures: list[Failure] = []
        for reader, rules, away in self._present() if questions else ():
            if away:
                failures += [_failure(reader, index, away) for index in range(len(questions))]
                continue
            read = [
                index
                for index, question in enumerate(questions)
                if any(rule.reads(question.language) for rule in rules)
            ]
            asked = [Asked(**msgspec.structs.asdict(questions[index])) for index in read]
            by_code = {rule.code: rule for rule in rules}
            for index, answer in zip(read, reader.read(asked), strict=True):
                if isinstance(answer, str):
                    failures.append(_failure(reader, index, answer))
                else:
                    found[index] += [_finding(by_code[fault.code], fault) for fault in answer]
        return Linted([_in_order(findings) for findings in found], tuple(failures))

    def close(self) -> None:
        for reader in self._readers:
            reader.close()

    def _present(self) -> Iterator[tuple[Proofreader, tuple[WordingRule, ...], str]]:
        """Each plugin with its rules, or with none and why it is away."""
        taken: dict[str, str] = {}
        for reader in self._readers:
            try:
                rules = reader.rules()
            except Away as away:
                yield reader, (), str(away)
                continue
            prefix = rules[0].code[:-3]
            if (first := taken.setdefault(prefix, reader.name)) != reader.name:
                yield reader, (), f"its codes begin with {prefix}, and those are taken by {first}"
            elif strange := {rule.category for rule in rules} - _CATEGORIES:
                yield reader, (), f"there is no category {min(strange)}"
            else:
                self._brought |= {rule.code: rule for rule in rules}
                yield reader, rules, ""


def _failure(reader: Proofreader, index: int, reason: str) -> Failure:
    return Failure(index, reader.name, f"The plugin {reader.name} did not read this: {reason}. Its rules did not run.")


def _finding(rule: WordingRule, fault: WordingFault) -> Finding:
    return Finding(
        rule.code, rule.name, Category(rule.category), Level(rule.level), fault.start, fault.end, fault.message
    )


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.start, finding.code, finding.end)))


def _rule(rule: WordingRule) -> Rule:
    """The rule as those are told of that come along; it is asked in the plugin's own process."""
    language = rule.languages[0] if rule.languages else None
    return Rule(
        rule.code,
        rule.name,
        Category(rule.category),
        Level(rule.level),
        rule.title,
        rule.because,
        rule.source,
        tuple(Question(text, language=language) for text in rule.bad),
        tuple(Question(text, language=language) for text in rule.good),
        check=lambda reading: iter(()),
        neutral=not rule.languages,
    )
