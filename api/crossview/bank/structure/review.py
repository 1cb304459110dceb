"""Review an outline: ask every rule of structure."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from crossview.bank.structure import rules as shipped
from crossview.bank.structure.outline import Outline
from crossview.bank.structure.rule import Remark, StructureRule


@cache
def structure_rules() -> tuple[StructureRule, ...]:
    """Every rule of structure, by code: one module of `rules` each."""
    modules = [import_module(f"{shipped.__name__}.{module.name}") for module in iter_modules(shipped.__path__)]
    return tuple(sorted((module.RULE for module in modules), key=lambda rule: rule.code))


def review(outline: Outline, asked: Callable[[StructureRule], bool] = lambda _: True) -> list[Remark]:
    """What the rules say about an outline, by item and then by code; `asked` picks the rules."""
    said = [remark for rule in structure_rules() if asked(rule) for remark in rule.remarks(outline)]
    return sorted(said, key=lambda remark: (-1 if remark.item is None else remark.item, remark.code))
