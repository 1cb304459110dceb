"""From the bytes of a file to a question bank, and to everything that is wrong with it, each fault with its place."""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import PurePath
from typing import Any, Final

import msgspec

from crossview.bank.files.comments import without_comments
from crossview.bank.files.entries import TAKES, Entry, QuestionBank
from crossview.bank.files.from_json import read_json
from crossview.bank.files.from_yaml import read_yaml
from crossview.bank.files.nodes import Node, spans, within
from crossview.bank.files.source import BYTES, Broken, Fault, Place, Source, decode, refuse_unreadable

FAULTS: Final = 100
SUFFIXES: Final = (".yaml", ".yml", ".json", ".md")

_NOTHING: Final = QuestionBank(())
_WRONG_FIELD: Final = re.compile(r" - at `\$\.([a-z_]+)(?:\[(\d+)\])?")
_MISSING: Final = re.compile(r"Object missing required field `([a-z_]+)`")
_ENTRY_FIELDS: Final = frozenset(Entry.__struct_fields__)
_BANK_FIELDS: Final = frozenset(QuestionBank.__struct_fields__)


@dataclass
class BankFile:
    """A file that was read. `nodes` stand beside the questions of `bank`; entries with a fault are among neither."""

    name: str
    source: Source
    root: Node | None = None
    bank: QuestionBank = _NOTHING
    nodes: list[Node] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _spans: tuple[int, list[tuple[int, int]] | None] = (-1, None)

    def place(self, index: int, name: str) -> Place:
        """Where a field of a question has its value; the question itself where it has no such field."""
        return self.source.place(_field(self.nodes[index], name).start)

    def span(self, index: int, start: int, end: int) -> tuple[int, int]:
        """Where some characters of a question's text stand in the file; the start of the text where that cannot be told."""
        if self._spans[0] != index:
            self._spans = index, spans(self._text, _field(self.nodes[index], "text"))
        places = self._spans[1]
        if not places:
            node = _field(self.nodes[index], "text")
            return node.start, node.start + 1
        start = min(start, len(places) - 1)
        return places[start][0], places[min(max(end - 1, start), len(places) - 1)][1]

    def whole(self, index: int) -> tuple[int, int]:
        """From where to where a question's text goes in the file, without quotes and white space around it."""
        start, end = within(self._text, _field(self.nodes[index], "text"))
        inner = self._text[start:end]
        start += len(inner) - len(inner.lstrip())
        return start, max(start + len(inner.strip()), start + 1)

    @cached_property
    def _text(self) -> str:
        return without_comments(self.source.text) if self.name.lower().endswith(".md") else self.source.text


def read_bank(name: str, data: bytes) -> BankFile:
    """Read a file by the ending of its name. Never raises: what cannot be read is a fault."""
    if len(data) > BYTES:
        message = f"The file is larger than {BYTES // 2**20} MiB. Split it into several."
        return BankFile(name, Source(""), faults=[Fault(0, 1, message)])
    file = BankFile(name, decode(data))
    try:
        refuse_unreadable(data, file.source)
        root = _tree(PurePath(name).suffix.lower(), file.source)
        if root is None:
            raise Broken("The file is empty. Write `questions:` with a list below it.")
        file.root = root
        _fill(file, root)
    except Broken as broken:
        file.faults.append(broken.fault)
    file.faults.sort(key=lambda fault: (fault.start, fault.end, fault.message))
    return file


def _tree(suffix: str, source: Source) -> Node | None:
    if suffix in (".yaml", ".yml"):
        return read_yaml(source)
    if suffix == ".json":
        return read_json(source)
    if suffix == ".md":
        from crossview.bank.files.from_markdown import read_markdown

        return read_markdown(source) if source.text.strip() else None
    raise Broken("A bank is a file in YAML, JSON or Markdown. Let its name end in .yaml, .yml, .json or .md.")


def _fill(file: BankFile, root: Node) -> None:
    if not isinstance(root.value, dict) or "questions" not in root.value:
        raise Broken(
            "This is no question bank: it has no `questions`. Write `questions:` with a list below it.", root.start
        )
    questions = root.value["questions"][1]
    if not isinstance(questions.value, list):
        raise _wrong("questions", questions)
    strict = file.name.lower().endswith(".json")
    heading = Node(root.start, root.end, {**root.value, "questions": (0, Node(0, 0, []))})
    bank = _convert(file, heading, QuestionBank, _BANK_FIELDS, strict, "The bank")
    entries: list[Entry] = []
    first: dict[str, int] = {}
    for node in questions.value:
        if len(file.faults) >= FAULTS:
            raise Broken(f"There are more than {FAULTS} faults. Correct those above first.", node.start)
        entry = _convert(file, node, Entry, _ENTRY_FIELDS, strict, "The question")
        if entry is None:
            continue
        if entry.id in first:
            line = file.source.place(first[entry.id]).line
            at = _field(node, "id")
            message = f"The id `{entry.id}` stands in line {line} already. Give this question an id of its own."
            file.faults.append(Fault(at.start, at.end, message))
            continue
        first[entry.id] = _field(node, "id").start
        entries.append(entry)
        file.nodes.append(node)
    file.bank = msgspec.structs.replace(bank or _NOTHING, questions=tuple(entries))


def _convert(file: BankFile, node: Node, kind: Any, fields: frozenset[str], strict: bool, what: str) -> Any:
    """The struct of a mapping, or None and a fault."""
    if not isinstance(node.value, dict):
        file.faults.append(
            Fault(node.start, node.end, f"{what} is no list of fields. Write `id: ...` and `text: ...`.")
        )
        return None
    unknown = [name for name in node.value if name not in fields]
    for name in unknown:
        start = node.value[name][0]
        near = get_close_matches(name[:100], sorted(fields), 1)
        advice = (
            f"Did you mean `{near[0]}`?" if near else "Take it out, or look at the fields in docs/question-banks.md."
        )
        shown = name if len(name) <= 60 else name[:59] + "…"
        file.faults.append(Fault(start, start + len(name), f"{what} has no field `{shown}`. {advice}"))
    if unknown:
        return None
    try:
        return msgspec.convert(node.plain(), kind, strict=strict)
    except msgspec.ValidationError as error:
        file.faults.append(_fault(str(error), node, what))
        return None


def _fault(error: str, node: Node, what: str) -> Fault:
    if missing := _MISSING.match(error):
        return Fault(node.start, node.end, f"{what} has no `{missing[1]}`. Add it: {TAKES[missing[1]]}.")
    found = _WRONG_FIELD.search(error)
    if found is None:
        return Fault(node.start, node.end, f"{what} cannot be read: {error}.")
    value = _field(node, found[1])
    if found[2] and isinstance(value.value, list):
        value = value.value[int(found[2])]
    return _wrong(found[1], value).fault


def _wrong(name: str, node: Node) -> Broken:
    return Broken(f"`{name}` takes {TAKES[name]}. Correct it.", node.start, node.end)


def _field(node: Node, name: str) -> Node:
    fields = node.value
    return fields[name][1] if isinstance(fields, dict) and name in fields else node
