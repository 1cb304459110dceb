"""The rules as the API tells of them: what each asks for, why, and by which examples."""

import msgspec

from crossview.bank.files.check import UPKEEP, Upkeep
from crossview.bank.linting.linter import Linter
from crossview.bank.structure.review import structure_rules
from crossview.bank.structure.rule import StructureRule
from crossview.bank.wording.findings import Category, Level
from crossview.bank.wording.question import Question
from crossview.bank.wording.rule import Rule
from crossview.foundation.db import Visit
from crossview.foundation.errors import Refusal, beginning


class UnknownRule(Refusal):
    """There is no rule of wording `{rule}`. `GET /v1/rules` lists them with their codes."""

    status = 404
    code = "unknown_rule"


class RuleCard(msgspec.Struct, frozen=True):
    """A rule: what it asks for (`title`), why (`because`), and questions that it finds fault with or lets pass.

    `category` is null for a rule about how questions lie beside one another or about what is done with findings; neither can
    be suppressed here, and its examples are no single questions. `neutral` tells that it looks at no words, so that it runs in
    every language.
    """

    code: str
    name: str
    level: Level
    category: Category | None
    title: str
    because: str
    source: str
    neutral: bool
    bad: tuple[Question, ...]
    good: tuple[Question, ...]


class RuleCards(msgspec.Struct, frozen=True):
    """All rules, by code."""

    items: tuple[RuleCard, ...]


def rule_address(code: str) -> str:
    """Where a rule explains itself."""
    return f"/v1/rules/{code}"


async def may_read(visit: Visit) -> None:
    """Rules are the same in every workspace: whoever is let in may read them."""


async def list_rules(linter: Linter) -> RuleCards:
    """Every rule: of wording, those of plugins behind ours, of structure, and those about what is done with findings last."""
    return RuleCards(
        (*map(_of_wording, await linter.rules()), *map(_of_structure, structure_rules()), *map(_of_upkeep, UPKEEP))
    )


async def read_rule(linter: Linter, code: str) -> RuleCard:
    """One rule by its code, in whatever case. Raises `UnknownRule`."""
    for card in (await list_rules(linter)).items:
        if card.code == code.upper():
            return card
    raise UnknownRule(rule=beginning(code))


def _of_wording(rule: Rule) -> RuleCard:
    return RuleCard(
        rule.code, rule.name, rule.level, rule.category, rule.title, rule.because, rule.source, rule.neutral,
        rule.bad, rule.good,
    )  # fmt: skip


def _of_structure(rule: StructureRule) -> RuleCard:
    return RuleCard(rule.code, rule.name, rule.level, None, rule.title, rule.because, rule.source, True, (), ())


def _of_upkeep(rule: Upkeep) -> RuleCard:
    return RuleCard(rule.code, rule.name, rule.level, None, rule.title, rule.because, "", True, (), ())
