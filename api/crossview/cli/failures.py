"""How a command ends when it cannot go on: one sentence that says what to do next, and an exit code.

0 is done, 1 is refused or failed, 2 is wrong usage or input that cannot be read.
"""

import sys
import traceback
from typing import ClassVar

import click


class CommandFailed(click.ClickException):
    """What was asked for could not be done; the message says what to do next."""

    exit_code: ClassVar[int] = 1


class Unreadable(click.ClickException):
    """What was given cannot be used; the message says what is wrong with it."""

    exit_code: ClassVar[int] = 2


def in_words(error: Exception) -> click.ClickException:
    """Any error as the one sentence that the person at the keyboard reads."""
    cause = _innermost(error)
    if isinstance(cause, click.ClickException):
        return cause
    if _carries_its_sentence(cause):
        return CommandFailed(str(cause))
    if _is_unreachable_database(cause):
        return CommandFailed(
            f"The database cannot be used: {_one_line(cause)}. Look whether it runs, and at CROSSVIEW_DATABASE_URL."
        )
    name = type(cause).__name__
    return CommandFailed(
        f"This was not foreseen: {name}: {_one_line(cause)}. Run the same with `crossview --debug` to see where."
    )


def show_trace(error: BaseException) -> None:
    """The whole traceback, for `--debug`."""
    traceback.print_exception(error, file=sys.stderr)


def _innermost(error: BaseException) -> BaseException:
    """Task groups wrap what went wrong inside them, even when it is a single thing."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


# What follows imports rooms only once something has failed, when speed no longer matters.


def _carries_its_sentence(error: BaseException) -> bool:
    from crossview.foundation.errors import Refusal
    from crossview.foundation.migrations import BlockedMigration, EditedMigration, SchemaBehind
    from crossview.foundation.settings import UnreadableSettings
    from crossview.postgres import EmbeddedPostgresError

    return isinstance(
        error,
        Refusal | BlockedMigration | EditedMigration | SchemaBehind | UnreadableSettings | EmbeddedPostgresError,
    )


def _is_unreachable_database(error: BaseException) -> bool:
    import asyncpg

    return isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError | ConnectionError | TimeoutError)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
