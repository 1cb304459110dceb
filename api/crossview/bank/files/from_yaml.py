"""A bank in YAML, read event by event: what would have to be expanded or built is refused where it stands."""

from typing import Any, Final

import yaml

from crossview.bank.files.nodes import Builder, Node, Style
from crossview.bank.files.source import Broken, Source

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STYLES: Final[dict[str | None, Style]] = {"'": "single", '"': "double", "|": "block", ">": "block"}
_EMPTY: Final = ("", "~", "null", "Null", "NULL")


def read_yaml(source: Source, start: int = 0, end: int | None = None) -> Node | None:
    """The tree of a YAML document, None where there is none. Every scalar is a text, and a plain `null` is empty.

    So `no` stays a word: which field takes a number is known by the field. Raises Broken for anchors, aliases, tags, names
    that are no text, and a second document.
    """
    text = source.text[start:end]
    try:
        return _build(text, start)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = min(mark.index, max(len(text) - 1, 0)) if mark is not None else 0
        raise Broken(_in_words(error, text[at : at + 1]), start + at) from None
    except yaml.YAMLError as error:
        place = getattr(error, "position", None) or 0
        raise Broken("A character stands here that YAML does not allow. Take it out.", start + place) from None


def _build(text: str, offset: int) -> Node | None:
    builder = Builder()
    documents = 0
    event: Any
    for event in yaml.parse(text, Loader=_LOADER):
        kind = type(event)
        start, end = event.start_mark.index + offset, event.end_mark.index + offset
        if kind is yaml.ScalarEvent:
            _refuse_marks(event, start, end)
            style: Style = _STYLES.get(event.style, "plain")
            if builder.wants_name:
                builder.name(event.value, start, end)
            else:
                empty = style == "plain" and event.value in _EMPTY
                builder.add(Node(start, end, None if empty else event.value, style))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            _refuse_marks(event, start, end)
            if builder.wants_name:
                raise Broken("The name of a field is a word. Put this after a name and a colon.", start, end)
            builder.open(Node(start, end, {} if kind is yaml.MappingStartEvent else []))
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            builder.close(end)
        elif kind is yaml.AliasEvent:
            raise Broken("An alias stands here. Write out what it stands for.", start, end)
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise Broken("A second document begins here. One file holds one bank.", start, end)
    return builder.root


def _refuse_marks(event: Any, start: int, end: int) -> None:
    if event.anchor is not None:
        raise Broken("An anchor stands here. Take it out, and write out what refers to it.", start, end)
    if event.tag is not None:
        raise Broken("A tag stands here. Take it out: a bank holds texts, numbers and lists only.", start, end)


def _in_words(error: yaml.MarkedYAMLError, character: str) -> str:
    if character == "\t":
        return "A tab stands where YAML wants spaces. Indent with spaces."
    problem = error.problem or "it cannot be read"
    return f"This is no valid YAML: {problem}. Look at the indent, or put the text into quotes."
