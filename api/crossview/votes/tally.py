"""The tally of a script: what its ballots say, counted and scored."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import msgspec

from crossview.foundation.db import Visit
from crossview.foundation.sql import statements
from crossview.scripts.document import JUDGED
from crossview.scripts.outline import Draft, ItemRow, StoredSection
from crossview.votes.balance import Counts, Department, Roster, Score, Shown, read_roster, score_items
from crossview.votes.cast import Ballot
from crossview.votes.dissent import strong_drops
from crossview.votes.rounds import Round

sql = statements(__package__, "votes.sql")


class ItemTally(msgspec.Struct, frozen=True):
    """One judged item: the reader's own ballot, and the score where it may be shown, with a sentence that explains it."""

    item_id: UUID
    revision: int
    mine: Ballot | None
    shown: Shown | None
    sentence: str | None


class Tally(msgspec.Struct, frozen=True):
    """The judged items of a script in reading order, as far as the reader may see them; `round` is null before the first round.

    While a round is open a reader sees of an item only the score to one place and the band, and only after having judged it.
    """

    script_id: UUID
    round: Round | None
    items: tuple[ItemTally, ...]


class Counted(msgspec.Struct, frozen=True):
    """The stored counts of one item's current wording, indexed by the position of the department."""

    item_id: UUID
    keep: tuple[int, ...]
    dropped: tuple[int, ...]
    passed: tuple[int, ...]


class Judging(msgspec.Struct, frozen=True):
    """A script with its newest round and all that was judged in it, read in one transaction."""

    draft: Draft
    round: Round
    lot: bytes
    roster: Roster
    judged: tuple[tuple[StoredSection, ItemRow], ...]
    tallies: dict[str, dict[str, Counts]]
    strong_drops: dict[str, tuple[str, ...]]

    @property
    def order(self) -> list[str]:
        """The judged items by lot: SHA-256 over the round's seed and the id, so a late item joins by lot as well."""
        return sorted(
            (str(item.id) for _, item in self.judged),
            key=lambda item: hashlib.sha256(self.lot + UUID(item).bytes).digest(),
        )

    def scores(self) -> dict[str, Score]:
        """F1 of each judged item, by item."""
        scored = score_items(
            self.tallies,
            self.roster,
            strong_drops=self.strong_drops,
            closed=self.round.state == "closed",
            order=self.order,
        )
        return {score.item: score for score in scored}


async def read_judging(visit: Visit, draft: Draft, newest: Round) -> Judging:
    """All that was judged in a script's newest round."""
    roster = await read_roster_of(visit, newest)
    judged = judged_items(draft)
    counted = await visit.many(Counted, sql["list_tallies"], visit.workspace_id, draft.script.id)
    places = {department: place for place, department in enumerate(draft.script.departments)}
    tallies: defaultdict[str, dict[str, Counts]] = defaultdict(dict)
    for _, item in judged:
        tallies[str(item.id)] = {}
    for row in counted:
        if str(row.item_id) not in tallies:
            continue
        for department in roster.people:
            place = places[UUID(department)]
            counts = Counts(row.keep[place], row.dropped[place], row.passed[place])
            if counts != Counts():
                tallies[str(row.item_id)][department] = counts
    opposed = {item: strong_drops(counts) for item, counts in tallies.items()}
    lot: bytes = await visit.value(sql["read_lot"], visit.workspace_id, newest.id)
    return Judging(draft, newest, lot, roster, tuple(judged), dict(tallies), opposed)


def judged_items(draft: Draft) -> list[tuple[StoredSection, ItemRow]]:
    """The questions and tasks of a script with their sections, in reading order."""
    return [(section, item) for section, item in draft.in_order() if item.kind in JUDGED]


async def read_roster_of(visit: Visit, newest: Round) -> Roster:
    """Who may judge in a round: its rosters once it is closed, the departments as they are while it is open."""
    if newest.rosters is not None:
        people = newest.rosters
    else:
        rows = await visit.connection.fetch(sql["count_people"], visit.workspace_id, list(newest.departments))
        people = {str(row["department_id"]): row["people"] for row in rows}
    departments: Sequence[UUID] = newest.departments
    return read_roster(Department(str(department), people.get(str(department), 0)) for department in departments)
