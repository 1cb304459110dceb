"""The board: a script with its tally, as its readers see it, written once a version and completed for each reader.

One statement asks for what changes often: the counts and the reader's own ballots, with the versions of all the rest. What
belongs to those versions is kept as bytes, so that reading a script costs one round trip and no rendering.
"""

import hashlib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Literal, TypeAlias, cast
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from crossview.bank.linting.linter import Linter
from crossview.foundation.db import Call
from crossview.foundation.door import Written, encode, written
from crossview.foundation.errors import NotFound, Unavailable
from crossview.foundation.shelf import Shelf
from crossview.foundation.sql import statements
from crossview.scripts.findings import ScriptFindings, lint_script, read_manuscript
from crossview.scripts.outline import Draft, Outline, outline, read_draft
from crossview.votes.balance import Counts, Roster, explain, score_item
from crossview.votes.cast import Ballot, Choice
from crossview.votes.dissent import strong_drops
from crossview.votes.rounds import Round, newest_round
from crossview.votes.tally import Tally, judged_items, read_roster_of

sql = statements(__package__, "votes.sql")

TRIES = 5
_JSON = "application/json"
_UNSEEN = b',"shown":null,"sentence":null}'

Versions: TypeAlias = tuple[int, UUID | None, int | None, int]
"""Of the script, the newest round and the rosters."""


Part = Literal["tally", "findings"]
"""What comes with a script when it is asked for."""


class JudgedScript(Outline, frozen=True):
    """A whole script; `tally` and `findings` are there when they were asked for."""

    tally: Tally | UnsetType = UNSET
    findings: ScriptFindings | UnsetType = UNSET


class Seen(msgspec.Struct, frozen=True):
    """What changes often, and the versions of what does not. All is None when there is no such script."""

    workspace_id: UUID | None
    version: int
    roster_version: int
    round_id: UUID | None
    round_version: int | None
    counts: str | None
    own: str | None

    @property
    def versions(self) -> Versions:
        """What a board must be made of to be shown."""
        return self.version, self.round_id, self.round_version, self.roster_version


class OwnBallot(msgspec.Struct, frozen=True):
    """A ballot of the reader's, with the fingerprint of the wording that it judges."""

    item_id: str
    revision: int
    choice: Choice
    grade: int | None
    reason: str
    wording: str
    at: datetime


class Post(msgspec.Struct, frozen=True):
    """One judged item on the board.

    `key` is how its present wording stands in the counts, `opening` its JSON up to the reader's own ballot, and `unseen` the
    whole of it for those who have not judged it.
    """

    item_id: str
    wording: str
    key: str
    opening: bytes
    unseen: bytes


class Board:
    """Everything about one script that all its readers share, written out."""

    def __init__(self, draft: Draft, newest: Round | None, roster: Roster) -> None:
        self.script = encode(outline(draft))
        self._newest = newest
        self._roster = roster
        self._names = {str(department): name for department, name in draft.departments.items()}
        self._departments = [str(department) for department in draft.script.departments]
        self._heading = b'{"script_id":%b,"round":%b,"items":[' % (encode(draft.script.id), encode(newest))
        self._posts = [_post(str(item.id), item.wording.hex(), item.revision) for _, item in judged_items(draft)]
        self._scored: dict[str, bytes] = {}
        self._findings: tuple[date | None, bytes] = (None, b"")

    @property
    def size(self) -> int:
        """About how many bytes it takes once all its items are scored."""
        return len(self.script) + len(self._findings[1]) + 800 * len(self._posts)

    def findings(self, today: date) -> bytes | None:
        """What the rules of wording find in the script on that day, None when it was not noted yet."""
        day, findings = self._findings
        return findings if day == today else None

    def note(self, today: date, findings: bytes) -> None:
        """Keep what the rules find today; tomorrow a suppression may have ended."""
        self._findings = (today, findings)

    def tally(self, counts: str | None, own: str | None) -> bytes:
        """The tally as one reader sees it.

        While the round is open an item is shown only to those who have judged its present wording.
        """
        lines = {line[:101]: line for line in (counts or "").split("\n")}
        mine = {ballot.item_id: ballot for ballot in _own_ballots(own)} if own else {}
        closed = self._newest is not None and self._newest.state == "closed"
        items = []
        for post in self._posts:
            ballot = mine.get(post.item_id)
            if ballot is None and not closed:
                items.append(post.unseen)
                continue
            stale = ballot is not None and ballot.wording != post.wording
            shown = _UNSEEN if stale and not closed else self._score(post, lines.get(post.key))
            items.append(post.opening + _written(ballot, stale) + shown)
        return self._heading + b",".join(items) + b"]}"

    def _score(self, post: Post, line: str | None) -> bytes:
        """The end of an item's JSON. The same counts score the same, so they are scored once."""
        key = line or post.item_id
        if (known := self._scored.get(key)) is not None:
            return known
        if len(self._scored) > 4 * len(self._posts):  # What the counts were before.
            self._scored.clear()
        counts = {} if line is None else self._counts(line)
        score = score_item(
            post.item_id,
            counts,
            _at_least(self._roster, counts),
            strong_drops=strong_drops(counts),
            closed=self._newest is not None and self._newest.state == "closed",
        )
        written = b',"shown":%b,"sentence":%b}' % (encode(score.shown), encode(explain(score, self._names)))
        self._scored[key] = written
        return written

    def _counts(self, line: str) -> dict[str, Counts]:
        keep, dropped, passed = ([int(count) for count in part[1:-1].split(",")] for part in line.split(" ")[2:])
        return {
            department: counts
            for department, *votes in zip(self._departments, keep, dropped, passed, strict=True)
            if department in self._roster.people and (counts := Counts(*votes)) != Counts()
        }


Boards: TypeAlias = Shelf[Board]


async def read_script(
    call: Call, boards: Boards, linter: Linter, script_id: UUID, include: Collection[Part]
) -> Written:
    """A whole script, with what of it is asked for. Raises `NotFound`, `TooLongToLint`."""
    if "findings" in include:
        return await _read_with_findings(call, boards, linter, script_id, with_tally="tally" in include)
    board, seen = await _look(call, boards, script_id, with_tally="tally" in include)
    if "tally" not in include:
        return Written(board.script, _JSON, str(seen.version))
    tally = board.tally(seen.counts, seen.own)
    tag = f"{seen.version}-{hashlib.sha256(tally).hexdigest()[:32]}"
    return Written(board.script[:-1] + b',"tally":' + tally + b"}", _JSON, tag)


async def _read_with_findings(
    call: Call, boards: Boards, linter: Linter, script_id: UUID, *, with_tally: bool
) -> Written:
    today = call.now.date()
    for _ in range(TRIES):
        board, seen = await _look(call, boards, script_id, with_tally=with_tally)
        findings = board.findings(today)
        if findings is None:
            async with call.visit() as visit:
                manuscript = await read_manuscript(visit, script_id)
            if manuscript.draft.script.version != seen.version:
                continue
            proof = await lint_script(linter, manuscript)
            findings = encode(proof.findings)
            if proof.whole:
                board.note(today, findings)
                boards.keep((seen.workspace_id, script_id, with_tally), seen.versions, board, board.size)
        tally = b',"tally":' + board.tally(seen.counts, seen.own) if with_tally else b""
        told = tally + b',"findings":' + findings
        tag = f"{seen.version}-{hashlib.sha256(told).hexdigest()[:32]}"
        return Written(board.script[:-1] + told + b"}", _JSON, tag)
    raise Unavailable


async def read_tally(call: Call, boards: Boards, script_id: UUID) -> Written:
    """What the ballots say, as far as the reader may see it. Raises `NotFound`."""
    board, seen = await _look(call, boards, script_id, with_tally=True)
    tally = board.tally(seen.counts, seen.own)
    return written(tally)


async def _look(call: Call, boards: Boards, script_id: UUID, *, with_tally: bool) -> tuple[Board, Seen]:
    """The board of exactly the versions that the statement saw; whoever edits meanwhile makes us look again."""
    for _ in range(TRIES):
        seen = await call.one(Seen, sql["look_at_script"], script_id, with_tally)
        if seen.workspace_id is None:
            raise NotFound(thing="script")
        key = (seen.workspace_id, script_id, with_tally)
        board = boards.find(key, seen.versions)
        if board is not None:
            return board, seen
        board, versions = await make_board(call, script_id, seen, with_tally=with_tally)
        boards.keep(key, versions, board, board.size)
        if versions == seen.versions:
            return board, seen
    raise Unavailable


async def make_board(call: Call, script_id: UUID, seen: Seen, *, with_tally: bool) -> tuple[Board, Versions]:
    """A board as of now, and the versions that it is made of. Raises `NotFound`."""
    async with call.visit() as visit:
        draft = await read_draft(visit, script_id)
        newest = await newest_round(visit, script_id) if with_tally else None
        roster = await read_roster_of(visit, newest) if newest else Roster({})
    made_of = (newest.id, newest.version) if newest else (None, None)
    return Board(draft, newest, roster), (draft.script.version, *made_of, seen.roster_version)


_own_ballots = msgspec.json.Decoder(list[OwnBallot]).decode


def _post(item_id: str, wording: str, revision: int) -> Post:
    opening = b'{"item_id":"%b","revision":%d,"mine":' % (item_id.encode(), revision)
    return Post(item_id, wording, f"{item_id} {wording}", opening, opening + b"null" + _UNSEEN)


def _written(ballot: OwnBallot | None, stale: bool) -> bytes:
    if ballot is None:
        return b"null"
    # An id reads the same whether it is written from text or from a UUID, and this happens for each ballot of each reader.
    item_id = cast(UUID, ballot.item_id)
    return encode(Ballot(item_id, ballot.revision, ballot.choice, ballot.grade, ballot.reason, stale, ballot.at))


def _at_least(roster: Roster, counts: Mapping[str, Counts]) -> Roster:
    """The roster, with those who judged and have left since."""
    people = {name: max(people, counts.get(name, Counts()).answers) for name, people in roster.people.items()}
    return Roster(people, roster.empty)
