"""The process in which one plugin lints: `python -m crossview.plugin.wording_child SOCKET PARENT`.

It loads one plugin of the group "crossview.wording", says which rules it brings, then answers batches of questions. A question
that the plugin cannot read costs that question alone.
"""

import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from itertools import islice
from typing import Any, Final

import msgspec
import pluggy

from crossview.plugin import confinement, hookspecs
from crossview.plugin.hookspecs import PROJECT, WORDING
from crossview.plugin.pipe import Pipe
from crossview.plugin.wire import Batch, BatchRead, Brings, NotReady, Start, frame
from crossview.plugin.wording import Question, WordingFault, WordingRule

MOST: Final = 50
"""Faults that a plugin may find in one question."""
LONGEST_REASON: Final = 300


class Unusable(Exception):
    """The plugin does not do what the hook specifications ask."""


def main(socket_number: int, parent: int) -> None:
    """Serve batches until the service closes the socket."""
    confinement.die_with(parent)
    confinement.keep_private()
    with Pipe(socket_number) as pipe:
        start = msgspec.msgpack.decode(pipe.read(), type=Start)
        confinement.limit_memory(start.memory)
        sys.path.extend(folder for folder in start.search_path if folder not in sys.path)
        try:
            hooks, rules = _load(start.plugin)
        except BaseException as error:
            pipe.write(frame(NotReady(_told(error))))
            return
        pipe.write(frame(Brings(rules)))
        while True:
            batch = msgspec.msgpack.decode(pipe.read(), type=Batch)
            pipe.write(frame(BatchRead(tuple(_read(hooks, rules, question) for question in batch.questions))))


def _load(name: str) -> tuple[pluggy.PluginManager, tuple[WordingRule, ...]]:
    (entry,) = [entry for entry in entry_points(group=WORDING) if entry.name == name]
    hooks = pluggy.PluginManager(PROJECT)
    hooks.add_hookspecs(hookspecs)
    hooks.register(entry.load(), name)
    hooks.check_pending()
    if not hooks.hook.crossview_wording_faults.get_hookimpls():
        raise Unusable("crossview_wording_faults is missing")
    return hooks, _checked(hooks.hook.crossview_wording_rules())


def _checked(named: Sequence[WordingRule] | None) -> tuple[WordingRule, ...]:
    if not isinstance(named, list | tuple) or not named or not all(isinstance(rule, WordingRule) for rule in named):
        raise Unusable("crossview_wording_rules is missing or names no WordingRule")
    rules = msgspec.convert(msgspec.to_builtins(named), tuple[WordingRule, ...])
    prefixes = {rule.code[:-3] for rule in rules}
    if len(prefixes) > 1 or "CV" in prefixes:
        raise Unusable(
            f"its codes begin with {', '.join(sorted(prefixes))}; a plugin has one prefix, and CV is not free"
        )
    if len({rule.code for rule in rules}) < len(rules):
        raise Unusable("two of its rules have the same code")
    return rules


def _read(
    hooks: pluggy.PluginManager, rules: tuple[WordingRule, ...], question: Question
) -> tuple[WordingFault, ...] | str:
    try:
        answer: Any = hooks.hook.crossview_wording_faults(question=question)
        found = list(islice(answer or (), MOST + 1))
        if len(found) > MOST:
            return f"it finds more than {MOST} faults"
        if not all(isinstance(fault, WordingFault) for fault in found):
            return "it answers something that is no WordingFault"
        faults = msgspec.convert(msgspec.to_builtins(found), tuple[WordingFault, ...])
    except BaseException as error:
        return _told(error)
    codes = {rule.code for rule in rules if rule.reads(question.language)}
    if any(fault.start > fault.end or fault.end > len(question.text) for fault in faults):
        return "it finds fault with a place that the text has not"
    return tuple(fault for fault in faults if fault.code in codes)


def _told(error: BaseException) -> str:
    line = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in line)[:LONGEST_REASON]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
