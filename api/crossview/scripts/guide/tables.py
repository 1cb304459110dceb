"""What the rows of a table hold: the cell that is asked or done, told by the header; the other cells are notes."""

from dataclasses import dataclass, replace
from typing import Final

from crossview.scripts.document import Layout
from crossview.scripts.guide.blocks import Block
from crossview.scripts.guide.cues import Lead, Sight
from crossview.scripts.guide.words.match import has, lowered

_CELLS: Final = 20
_ROWS: Final = 20


@dataclass(frozen=True, slots=True)
class Column:
    """The column of a table that is spoken, counted from 0, and what it leads in."""

    at: int
    lead: Lead


def spoken_columns(blocks: list[Block], sight: Sight) -> dict[int, Column]:
    """For each row below a header, by its place among the blocks, the column of its table that is spoken."""
    columns: dict[int, Column] = {}
    at = 0
    while at < len(blocks):
        end = at + 1
        if blocks[at].layout.style == "row" and blocks[at].layout.marker:
            while end < len(blocks) and blocks[end].layout.style == "row" and not blocks[end].layout.marker:
                end += 1
            column = _spoken_column(blocks[at], blocks[at + 1 : end], sight)
            columns |= {row: column for row in range(at + 1, end) if column}
        at = end
    return columns


def _spoken_column(header: Block, rows: list[Block], sight: Sight) -> Column | None:
    """The column whose name speaks of tasks or questions; else the one whose first cells mostly ask the participant.

    A table with a column of lengths is a schedule.
    """
    names = [lowered(name) for name in _cells(header.text)]
    if any(has(sight.words.length_label, name) for name in names):
        return None
    named: tuple[tuple[Lead, tuple[str, ...]], ...] = (("task", sight.words.task_label), ("ask", sight.words.ask_label))
    for lead, phrases in named:
        for at, name in enumerate(names):
            if has(phrases, name):
                return Column(at, lead)
    for at in range(len(names)):
        cells = [cell for row in rows[:_ROWS] if (cell := cell_of(row, at)) and "?" in cell.text]
        if 2 * sum(_asks(cell, sight) for cell in cells) > len(rows[:_ROWS]):
            return Column(at, "ask")
    return None


def cell_of(row: Block, at: int) -> Block | None:
    """The cell alone, as a block to judge; None where the row is shorter or the cell empty."""
    cells = _cells(row.text)
    return replace(row, text=cells[at], layout=Layout("bullet")) if at < len(cells) and cells[at] else None


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")[:_CELLS]]


def _asks(cell: Block, sight: Sight) -> bool:
    cues = sight.of(cell)
    return cues.asks and (cues.you or cues.quoted) and not cues.roles
