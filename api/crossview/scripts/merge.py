"""Three-way merge of words: what two sides made of one text, put together where they do not touch.

The form is that of diff3: what is the same in all three texts parts the rest into pieces, and a piece that both sides changed,
each in its own way, is a conflict (Khanna, Kunal and Pierce, "A Formal Investigation of Diff3", 2007).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

CELLS: Final = 40_000
"""Words of one text times words of the other up to which two changed stretches are compared word by word."""

MergeKind = Literal["fast_forward", "merged", "conflict"]
Words: TypeAlias = Sequence[str]

_WORD: Final = re.compile(r"\s*(?:[\w'’-]+|[^\w\s])|\s+")


class Piece(msgspec.Struct, frozen=True):
    """A stretch of a merge: `text` where both sides agree, else None and what each side says."""

    text: str | None
    ours: str | None = None
    theirs: str | None = None


class Merge(msgspec.Struct, frozen=True):
    """What became of two sides: `text` is the whole, None for a conflict; `pieces` follow one another.

    `fast_forward` says that our side had changed nothing.
    """

    kind: MergeKind
    text: str | None
    pieces: tuple[Piece, ...]


def merge(base: str, ours: str, theirs: str) -> Merge:
    """Both sides' changes of `base` in one text.

    Changes conflict when no word between them is left as it was: a sentence is soon wrong where two people worked.
    """
    if ours == base:
        return Merge("fast_forward", theirs, (Piece(theirs),))
    if theirs in (base, ours):
        return Merge("merged", ours, (Piece(ours),))
    pieces = tuple(_joined(_pieces(_words(base), _words(ours), _words(theirs))))
    if any(piece.text is None for piece in pieces):
        return Merge("conflict", None, pieces)
    return Merge("merged", "".join(piece.text or "" for piece in pieces), pieces)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _pieces(base: Words, ours: Words, theirs: Words) -> Iterator[Piece]:
    """The pieces between words that all three texts share, and those words."""
    in_ours, in_theirs = _kept(base, ours), _kept(base, theirs)
    shared = [at for at in in_ours if at in in_theirs]
    b = o = t = 0
    for at in (*shared, None):
        to_o, to_t = (len(ours), len(theirs)) if at is None else (in_ours[at], in_theirs[at])
        to_b = len(base) if at is None else at
        yield _piece("".join(base[b:to_b]), "".join(ours[o:to_o]), "".join(theirs[t:to_t]))
        if at is not None:
            yield Piece(base[at])
            b, o, t = at + 1, to_o + 1, to_t + 1


def _piece(base: str, ours: str, theirs: str) -> Piece:
    if ours in (base, theirs):
        return Piece(theirs)
    return Piece(ours) if theirs == base else Piece(None, ours, theirs)


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The same without empty pieces, neighbours that agree in one."""
    agreed = ""
    for piece in pieces:
        if piece.text is not None:
            agreed += piece.text
            continue
        if agreed:
            yield Piece(agreed)
        agreed = ""
        yield piece
    if agreed:
        yield Piece(agreed)


def _kept(base: Words, side: Words) -> dict[int, int]:
    """The words of `base` that a side kept, by their place: the longest common subsequence, and where the side has it.

    Two long stretches without a word in common at either end count as rewritten, so that no text takes long.
    """
    start = 0
    while start < min(len(base), len(side)) and base[start] == side[start]:
        start += 1
    end = 0
    while end < min(len(base), len(side)) - start and base[-1 - end] == side[-1 - end]:
        end += 1
    kept = {at: at for at in range(start)}
    inner_base, inner_side = base[start : len(base) - end], side[start : len(side) - end]
    if len(inner_base) * len(inner_side) <= CELLS:
        kept |= {start + one: start + other for one, other in _longest(inner_base, inner_side)}
    return kept | {len(base) - at: len(side) - at for at in range(end, 0, -1)}


def _longest(one: Words, other: Words) -> Iterator[tuple[int, int]]:
    lengths = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        row, below = lengths[i], lengths[i + 1]
        for j in range(len(other) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if one[i] == other[j] else max(below[j], row[j + 1])
    i = j = 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            yield i, j
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
