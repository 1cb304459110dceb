"""What a rule finds in a question, and how much it weighs."""

from enum import StrEnum

import msgspec


class Category(StrEnum):
    """The eighteen faults of a question's wording."""

    LEADING = "leading"
    LOADED = "loaded"
    PRESUMPTIVE = "presumptive"
    DOUBLE_BARRELED = "double_barreled"
    MULTIPLE_QUESTIONS = "multiple_questions"
    CLOSED = "closed"
    HYPOTHETICAL = "hypothetical"
    SOLUTION_REQUEST = "solution_request"
    GENERALISATION = "generalisation"
    JARGON = "jargon"
    VAGUE = "vague"
    DOUBLE_NEGATIVE = "double_negative"
    ABSOLUTE = "absolute"
    TOO_COMPLEX = "too_complex"
    UNBALANCED_OPTIONS = "unbalanced_options"
    SENSITIVE = "sensitive"
    ORDER_PRIMING = "order_priming"
    PII = "pii"


class Level(StrEnum):
    """How sure a rule is of what it says: an error is nearly always one, a hint may be a matter of taste."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Finding(msgspec.Struct, frozen=True):
    """One fault: `start` and `end` are characters of the text as it was written, `message` names the words and what to do."""

    code: str
    name: str
    category: Category
    level: Level
    start: int
    end: int
    message: str
