"""Near-duplicates: the questions of all banks that ask nearly what a text asks."""

from typing import Annotated, Final

import msgspec
from litestar.params import QueryParameter

from crossview.bank.entries import KeptText
from crossview.bank.wording.likeness import cosine, grams, plain
from crossview.foundation.db import Visit
from crossview.foundation.door import Written, encode, written
from crossview.foundation.permissions import Permission
from crossview.foundation.sql import statements

sql = statements(__package__, "bank.sql")

SHOWN: Final = 50
"""Questions that an answer holds at most."""

AtLeast = Annotated[float, QueryParameter(ge=0, le=1, description="How alike at least, from 0 to 1.")]


class Similar(msgspec.Struct, frozen=True):
    """A question that is like the text; `likeness` is the cosine of their character 3-grams, to four decimals."""

    bank_ref: str
    text: str
    likeness: float


class Compared(msgspec.Struct, frozen=True):
    """A text, and the questions that it is compared with."""

    text: str
    asked: tuple[KeptText, ...]
    at_least: float


async def gather(visit: Visit, text: str, at_least: float) -> Compared:
    """Every question that can be asked today, for a comparison with `text`; none for a blank one. Raises `NotAllowed`."""
    visit.actor.reach(Permission.READ_BANK)
    asked = await visit.many(KeptText, sql["list_asked"], visit.workspace_id) if text.strip() else []
    return Compared(text, tuple(asked), at_least)


def write_similar(compared: Compared) -> Written:
    """The most alike first, as JSON."""
    return written(encode(most_alike(compared)))


def most_alike(compared: Compared) -> tuple[Similar, ...]:
    """The questions that are at least so alike, the most alike first, then by reference."""
    wanted = grams(plain(compared.text))
    near = (
        (-likeness, one.reference, one.text)
        for one in compared.asked
        if (likeness := cosine(wanted, grams(plain(one.text)))) >= compared.at_least
    )
    return tuple(Similar(str(named), text, round(-below, 4)) for below, named, text in sorted(near)[:SHOWN])
