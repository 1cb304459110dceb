"""A bank in Markdown: headings are sections, the items of its lists are questions, and the items below those are their fields.

What stands between the lists is for the reader of the page, and so are comments, which may hold `lint-ignore`.
"""

import re
from typing import Final, get_args

from markdown_it import MarkdownIt
from markdown_it.token import Token

from crossview.bank.files.comments import blanked, without_comments
from crossview.bank.files.entries import TAKES, TEXT_LENGTH
from crossview.bank.files.from_yaml import read_yaml
from crossview.bank.files.nodes import Node
from crossview.bank.files.source import Broken, Source
from crossview.bank.wording.question import SectionKind

LINES: Final = 100_000
"""Of a page: the parser needs 2 KB for each."""

_FRONT_MATTER: Final = re.compile(r"---[ \t]*(?:\r\n|\n|\r)")
_CLOSING: Final = re.compile(r"^---[ \t]*$", re.MULTILINE)
_FIELD: Final = re.compile(r"([A-Za-z_ -]{1,40}):(?:[ \t\n]+|$)")
_PART: Final = re.compile(r"[^;\s][^;]*")
_KINDS: Final = frozenset(get_args(SectionKind))
_LISTS: Final = frozenset(("options", "glossary", "lint_ignore"))
_NOT_WORD: Final = re.compile(r"[\s-]+")

_PARSER: Final = MarkdownIt("commonmark", {"maxNesting": 20}).disable(
    ["reference", "code", "html_block", "blockquote", "inline", "text_join"]
)


def read_markdown(source: Source) -> Node:
    """The tree of a page: the fields of its front matter, and its questions. Raises Broken for an item that is no field."""
    return _Page(source).read()


class _Page:
    """Walks the flat list of tokens once. `items` are the list items that are open: a question, a field, one of its values."""

    def __init__(self, source: Source) -> None:
        if sum(source.text.count(sign) for sign in "\r\n") - source.text.count("\r\n") > LINES:
            raise Broken(f"The page has more than {LINES:,} lines. Split it into several.")
        self.source = source
        self.heading, self.text = _split(source)
        self.starts = [0, *(found.end() for found in re.finditer("\r\n|\n|\r", self.text))]
        self.section: Node | None = None
        self.questions: list[Node] = []
        self.depth = 0
        self.begun = False
        self.field = ""
        self.at = 0

    def read(self) -> Node:
        tokens = _PARSER.parse(self.text, {})
        for before, token in zip([None, *tokens], tokens, strict=False):
            match token.type:
                case "list_item_open":
                    self._open(token)
                case "list_item_close":
                    self.depth -= 1
                case "inline":
                    self._inline(token, before)
                case _:
                    pass
        fields = self.heading
        fields["questions"] = (0, Node(0, len(self.text), list(self.questions)))
        return Node(0, len(self.text), fields)

    def _open(self, token: Token) -> None:
        self.depth += 1
        self.begun = False
        start = self.starts[(token.map or [0])[0]]
        if self.depth > 3:
            raise Broken("This is nested too deeply. Below a field stand its values, and nothing below those.", start)
        if self.depth == 1:
            self.questions.append(Node(start, start, {}))

    def _inline(self, token: Token, before: Token | None) -> None:
        first, last = token.map or (0, 0)
        end = self.starts[last] if last < len(self.starts) else len(self.text)
        begin = max(self.at, self.starts[first])
        start = max(self.text.find(token.content.partition("\n")[0], begin, end), begin)
        content = "\n".join(line.rstrip() for line in token.content.split("\n"))
        node = Node(start, end, content)
        self.at = start + 1
        if self.depth == 0:
            if before is not None and before.type == "heading_open":
                self._head(node, content, int(before.tag[1:]))
        elif self.depth == 1:
            self._ask(node, content)
        elif self.depth == 2 and not self.begun:
            self._describe(node, content)
        elif self.depth == 3 and self.field in _LISTS:
            self._value(node)
        else:
            raise Broken(
                "This belongs to no field. Write a field in one paragraph: `- intent: why it is asked`.", start
            )
        self.begun = True

    def _head(self, node: Node, heading: str, level: int) -> None:
        if level == 1 and not self.questions and "title" not in self.heading:
            self.heading["title"] = (node.start, node)
            return
        kind = _NOT_WORD.sub("_", heading.strip().lower())
        self.section = Node(node.start, node.end, kind) if kind in _KINDS else None

    def _ask(self, node: Node, text: str) -> None:
        question = self.questions[-1]
        fields = question.value
        if not isinstance(fields, dict):
            return
        if "text" not in fields:
            question.start, question.end = node.start, node.end
            fields["text"] = (node.start, node)
            if self.section is not None:
                fields["section"] = (self.section.start, self.section)
            return
        asked = fields["text"][1]
        asked.value, asked.end = f"{asked.value}\n\n{text}", node.end
        if len(asked.value) > TEXT_LENGTH:
            raise Broken(f"`text` takes {TAKES['text']}. Correct it.", asked.start)

    def _describe(self, node: Node, text: str) -> None:
        found = _FIELD.match(text)
        name = _NOT_WORD.sub("_", found[1].strip().lower()) if found else ""
        fields = self.questions[-1].value
        if found is None or name not in TAKES or not isinstance(fields, dict) or "text" not in fields:
            raise Broken("Below a question stand its fields. Write one as `- intent: why it is asked`.", node.start)
        if name in fields and fields[name][1] is not self.section:
            raise Broken(f"`{name}` stands here for the second time. Keep one of the two.", node.start)
        start = node.start + found.end()
        rest = text[found.end() :]
        value = Node(start, node.end, rest or None)
        if name in _LISTS:
            parts = [Node(start + part.start(), node.end, part[0].strip()) for part in _PART.finditer(rest)]
            value = Node(start, node.end, list(parts))
        fields[name] = (node.start, value)
        self.field = name

    def _value(self, node: Node) -> None:
        fields = self.questions[-1].value
        if isinstance(fields, dict) and isinstance(values := fields[self.field][1].value, list):
            values.append(node)


def _split(source: Source) -> tuple[dict[str, tuple[int, Node]], str]:
    """The fields of the front matter, and the text in which it and the comments are blank, so that the rest keeps its place."""
    text = without_comments(source.text)
    opening = _FRONT_MATTER.match(text)
    closing = _CLOSING.search(text, opening.end()) if opening else None
    if opening is None or closing is None:
        return {}, text
    tree = read_yaml(source, opening.end(), closing.start())
    if tree is not None and not isinstance(tree.value, dict):
        raise Broken("The front matter is no list of fields. Write it as `title: ...`, one field a line.", tree.start)
    fields = tree.value if tree is not None and isinstance(tree.value, dict) else {}
    if "questions" in fields:
        raise Broken(
            "Questions stand in the lists of the page. Take them out of the front matter.", fields["questions"][0]
        )
    return fields, blanked(text[: closing.end()]) + text[closing.end() :]
