"""What the rows of a table hold: the cell that is asked or done, told by the header; the other cells are notes."""

from dataclasses import dataclass, replace
from typing import Final

from crossview.scripts.document import Layout
from crossview.scripts.guide.blocks import Block
from crossview.scripts.guide.cues import Lead, cues_of
from crossview.scripts.guide.words.lexicon import Lexicon
from crossview.scripts.guide.words.match import has, lowered

_CELLS: Final = 20


@dataclass(frozen=True, slots=True)
class Column:
    """The column of a table that is spoken, counted from 0, and what it leads in."""

    at: int
    lead: Lead


def spoken_column(header: Block, rows: list[Block], words: Lexicon) -> Column | None:
    """The column whose name speaks of tasks or questions; else the one in which most cells ask the participant."""
    names = [lowered(name) for name in _cells(header.text)]
    named: tuple[tuple[Lead, tuple[str, ...]], ...] = (("task", words.task_label), ("ask", words.ask_label))
    for lead, phrases in named:
        for at, name in enumerate(names):
            if has(phrases, name):
                return Column(at, lead)
    for at in range(len(names)):
        cells = [cell for row in rows if (cell := cell_of(row, at))]
        if cells and 2 * sum(_asks(cell, words) for cell in cells) > len(rows):
            return Column(at, "ask")
    return None


def cell_of(row: Block, at: int) -> Block | None:
    """The cell alone, as a block to judge; None where the row is shorter or the cell empty."""
    cells = _cells(row.text)
    return replace(row, text=cells[at], layout=Layout("bullet")) if at < len(cells) and cells[at] else None


def asks_in_row(row: Block, words: Lexicon) -> bool:
    """Whether one of the row's cells asks the participant."""
    return any(_asks(cell, words) for at in range(len(_cells(row.text))) if (cell := cell_of(row, at)))


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip().strip("|").split("|")[:_CELLS]]


def _asks(cell: Block, words: Lexicon) -> bool:
    cues = cues_of(cell, words)
    return cues.asks and (cues.you or cues.quoted) and not cues.roles
