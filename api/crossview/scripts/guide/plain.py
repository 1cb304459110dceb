"""A text without its inline markup, for judging and counting. One pass, so no input takes long."""

import re
from typing import Final

_MARKUP: Final = re.compile(
    r"(?P<code>`{1,8})"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<comment><!--)"
    r"|</?(?:br|b|i|u|s|em|strong|span|a|mark|sub|sup|small|kbd|code|del|ins)(?:\s[^<>\n]{0,200})?/?>"
    r"|(?P<emphasis>\*+|~~|_+)"
    r"|(?P<target>\]\((?:<[^<>\n]{0,2000}>|(?:[^\s()<>]|\([^\s()<>]{0,200}\)){0,2000})(?:[ \t]+\"[^\"\n]{0,200}\")?\))"
)


def plain(text: str) -> str:
    """The words of an inline Markdown text: links and code reduced to what they show, blanks to one."""
    shown: list[str] = []
    brackets: list[int] = []
    unclosed: set[str] = set()
    at = 0
    while found := _MARKUP.search(text, at):
        _show(text[at : found.start()], shown, brackets)
        at = found.end()
        if end := found["code"] or (found["comment"] and "-->"):
            close = -1 if end in unclosed else text.find(end, at)
            if close < 0:
                unclosed.add(end)
                continue
            shown.append(text[at:close] if found["code"] else "")
            at = close + len(end)
        elif found["escaped"]:
            shown.append(found["escaped"])
        elif found["target"]:
            if brackets:
                shown[brackets.pop()] = ""
        elif found["emphasis"] and _is_blank(text, found):
            shown.append(found[0])
    _show(text[at:], shown, brackets)
    return " ".join("".join(shown).split())


def _show(text: str, shown: list[str], brackets: list[int]) -> None:
    """Keep the text, and where its brackets stand: the address of a link is only seen after its words."""
    for piece in re.split(r"(!?\[|\])", text):
        if piece in ("[", "!["):
            brackets.append(len(shown))
        elif piece == "]" and brackets:
            brackets.pop()
        shown.append(piece)


def _is_blank(text: str, found: re.Match[str]) -> bool:
    """Underscores to write on, or inside a name, are no emphasis."""
    before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
    if found[0].startswith("_"):
        return len(found[0]) > 3 or (before.isalnum() and after.isalnum())
    return found[0] == "*" and before.isspace() and after.isspace()
