"""A bank as a file again: in YAML, JSON or Markdown, one field a line, so that a small change is a small difference in Git."""

import re
from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec
import yaml

from crossview.bank.files.entries import Entry, QuestionBank
from crossview.bank.files.read import read_bank

Format = Literal["yaml", "json", "markdown"]

SUFFIX: Final[dict[Format, str]] = {"yaml": ".yaml", "json": ".json", "markdown": ".md"}

_ONE_LINE: Final = 1_000_000_000
_LISTS: Final = frozenset(("options", "glossary", "lint_ignore"))
_LINE_ENDS: Final = re.compile("[\r\x85\u2028\u2029]")
_ACTIVE: Final = re.compile(r"!\[|<[A-Za-z/!?]|\][(:](?!\s*<?(?:https?:|mailto:))")
"""What a page that shows the text may take for a picture, for HTML, or for a link that runs something (CommonMark 0.31)."""


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """YAML in which a text of several lines stands in several lines."""


def _text(dumper: Any, text: str) -> Any:
    # A block would take more for the end of a line than LF, and the blank line behind an entry for the end of its text.
    several = "\n" in text
    style = ('"' if text.endswith("\n") or _LINE_ENDS.search(text) else "|") if several else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def write_bank(bank: QuestionBank, form: Format) -> str:
    """The file that `read_bank` reads as the same bank, as far as the form can tell it: see `untold`."""
    if form == "markdown":
        return _markdown(bank)
    return _json(bank) if form == "json" else _yaml(bank)


def untold(bank: QuestionBank, form: Format, text: str) -> tuple[str, ...]:
    """The ids of the entries that a reader of the file would not get as they are meant.

    Markdown has its own reading of a text that begins like a list or a heading, and of one that holds HTML or a picture.
    `("",)` stands for what no single entry causes.
    """
    if _told(bank, form, text):
        return ()
    alone = {entry.id: QuestionBank((entry,)) for entry in bank.questions}
    lost = (entry_id for entry_id, one in alone.items() if not _told(one, form, write_bank(one, form)))
    return tuple(lost) or ("",)


def _told(bank: QuestionBank, form: Format, text: str) -> bool:
    if form == "markdown" and _ACTIVE.search(text):
        return False
    read = read_bank(f"bank{SUFFIX[form]}", text.encode())
    return not read.faults and read.bank == bank


def said(struct: msgspec.Struct) -> dict[str, Any]:
    """The fields that say something, by name and in their order: lists as lists, whole numbers as such."""
    given = {field.name: getattr(struct, field.name) for field in msgspec.structs.fields(struct)}
    defaults = {field.name: field.default for field in msgspec.structs.fields(struct)}
    return {name: _plain(value) for name, value in given.items() if value != defaults[name]}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _heading(bank: QuestionBank) -> dict[str, Any]:
    return {name: value for name, value in said(bank).items() if name != "questions"}


def _json(bank: QuestionBank) -> str:
    whole = {**_heading(bank), "questions": [said(entry) for entry in bank.questions]}
    written = msgspec.json.format(msgspec.json.encode(whole), indent=2).decode()
    # The one control character that JSON lets stand as it is and a bank does not.
    return written.replace("\x7f", "\\u007f") + "\n"


def _yaml(bank: QuestionBank) -> str:
    blocks = "\n".join(_dumped([said(entry)]) for entry in bank.questions)
    heading = _heading(bank)
    opening = _dumped(heading) + "\n" if heading else ""
    return f"{opening}questions:\n{blocks}" if blocks else f"{opening}questions: []\n"


def _dumped(value: Any) -> str:
    written: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_ONE_LINE, default_flow_style=False
    )
    return written


def _markdown(bank: QuestionBank) -> str:
    heading = _heading(bank)
    blocks = [f"---\n{_dumped(heading)}---\n"] if heading else []
    section: str = "core"
    for entry in bank.questions:
        if entry.section != section:
            section = entry.section
            blocks.append(f"## {section.replace('_', ' ').capitalize()}\n")
        blocks.append("\n".join(_question(entry)) + "\n")
    return "\n".join(blocks)


def _question(entry: Entry) -> Iterator[str]:
    fields = said(entry)
    fields.pop("section", None)
    first, *rest = fields.pop("text").split("\n")
    yield f"- {first}"
    yield from (f"  {line}" if line else "" for line in rest)
    for name, value in fields.items():
        if name in _LISTS:
            yield f"  - {name}:"
            yield from (f"    - {one}" for one in value)
        else:
            first, *rest = str(value).split("\n")
            yield f"  - {name}: {first}"
            yield from (f"    {line}" for line in rest)
