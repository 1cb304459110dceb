"""The comments of a page in Markdown, found without reading the page."""

import re


def comments(text: str) -> list[tuple[int, int]]:
    """Where the comments of a page stand; one that never ends is text."""
    found = []
    start = text.find("<!--")
    while start >= 0 and (end := text.find("-->", start + 4)) >= 0:
        found.append((start, end + 3))
        start = text.find("<!--", end + 3)
    return found


def without_comments(text: str) -> str:
    """The page with its comments blank, so that the rest keeps its place."""
    pieces: list[str] = []
    at = 0
    for start, end in comments(text):
        pieces += [text[at:start], blanked(text[start:end])]
        at = end
    return "".join([*pieces, text[at:]])


def blanked(text: str) -> str:
    """As many spaces, with the line ends where they are."""
    return re.sub(r"[^\r\n]", " ", text)
