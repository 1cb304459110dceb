"""How far long work has come: on standard error, only where that is a terminal, and only after a while."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

Tick = Callable[[int], None]

PATIENCE: Final = 1.0
"""Seconds before anything is shown: what ends sooner needs no progress."""


@contextmanager
def progress() -> Iterator[Tick]:
    """Count questions; what is shown is gone at the end."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    begun = time.monotonic()
    done = 0
    advance: Tick | None = None
    with ExitStack() as stack:

        def tick(questions: int) -> None:
            nonlocal advance, done
            done += questions
            if advance is not None:
                advance(questions)
            elif time.monotonic() - begun > PATIENCE:
                advance = _shown(stack)
                advance(done)

        yield tick


def _shown(stack: ExitStack) -> Tick:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    said = TextColumn("{task.completed:,.0f} questions read")
    bar = Progress(SpinnerColumn(), said, TimeElapsedColumn(), console=Console(stderr=True), transient=True)
    stack.enter_context(bar)
    task = bar.add_task("", total=None)
    return lambda questions: bar.advance(task, questions)
