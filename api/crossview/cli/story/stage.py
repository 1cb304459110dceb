"""The stage: how the story reaches its reader, in colour and with moving bars on a terminal, else in plain lines."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from textwrap import wrap
from typing import Any, Final, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

Result = TypeVar("Result")

AT_ONCE: Final = 8
"""Requests on their way at a time; the service holds as many connections to its database."""
WIDTH: Final = 100
"""Columns when nobody says how wide the page is, and the most that reads well."""


class Stage:
    """Where the story is told."""

    def __init__(self, console: Console | None = None) -> None:
        found = console or Console(highlight=False)
        if not found.is_terminal or found.width > WIDTH:
            found.width = WIDTH
        self._console = found
        self._acts = 0

    @property
    def width(self) -> int:
        """Columns of the page."""
        return self._console.width

    def act(self, title: str) -> None:
        """Begin the next part."""
        self._acts += 1
        self._console.print(f"\n[bold cyan]{self._acts}  {escape(title)}[/]")

    def say(self, text: str) -> None:
        """A sentence or two, folded at the edge of the page."""
        for line in wrap(text, self._console.width - 3, break_long_words=False, break_on_hyphens=False):
            self._console.print(f"   {line}", markup=False, soft_wrap=True)

    def line(self, text: str) -> None:
        """A line that keeps its columns, cut at the edge of the page."""
        self._console.print(f"   {text}", markup=False, no_wrap=True, overflow="ellipsis")

    def point(self, label: str, value: str) -> None:
        """Something to copy, such as a path or a command: never folded."""
        self._console.print(f"   [bold]{escape(f'{label:<11}')}[/] {escape(value)}", soft_wrap=True)

    def heading(self, text: str) -> None:
        """The title of the whole story."""
        self._console.print(f"[bold]{escape(text)}[/]", soft_wrap=True)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> None:
        """A table; the columns named by `numbers` are set to the right."""
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        for index, heading in enumerate(headings):
            table.add_column(heading, justify="right" if index in numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(escape, row))
        self._console.print(Padding(table, (0, 0, 0, 3)))

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Something moves while the body runs; nothing of it stays."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status(what):
            yield

    async def together(
        self, what: str, call: Callable[..., Awaitable[Result]], each: Sequence[tuple[Any, ...]]
    ) -> list[Result]:
        """Call for each, a few at a time, below a bar that goes away; the results in order."""
        turns = asyncio.Semaphore(AT_ONCE)
        columns = (TextColumn("   {task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self._console, transient=True, disable=not self._console.is_terminal) as bars:
            bar = bars.add_task(what, total=len(each))

            async def in_turn(arguments: tuple[Any, ...]) -> Result:
                async with turns:
                    result = await call(*arguments)
                bars.advance(bar)
                return result

            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(in_turn(arguments)) for arguments in each]
        return [task.result() for task in running]
