"""What a check found: a name, a state, and one sentence that says how it is or what to do next."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

SHOWN = 5


class State(StrEnum):
    """How a thing is."""

    OK = "ok"
    WARNING = "warning"
    """The service works; somebody should look."""
    PROBLEM = "problem"
    """A promise is broken, or cannot be looked at."""


class Finding(msgspec.Struct, frozen=True):
    """What one check found. The sentence holds no secret and nothing that people wrote."""

    name: str
    state: State
    sentence: str


def well(name: str, sentence: str) -> Finding:
    """A thing that is as it should be."""
    return Finding(name, State.OK, sentence)


def warning(name: str, sentence: str) -> Finding:
    """A thing that somebody should look at."""
    return Finding(name, State.WARNING, sentence)


def problem(name: str, sentence: str) -> Finding:
    """A thing that has to be mended."""
    return Finding(name, State.PROBLEM, sentence)


def listed(things: Sequence[str], between: str = ", ") -> str:
    """The first few of many things in one line, and how many more there are."""
    shown = between.join(things[:SHOWN])
    return shown if len(things) <= SHOWN else f"{shown} and {len(things) - SHOWN} more"


def counted(number: int, noun: str) -> str:
    """ "1 job", "2 jobs"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
