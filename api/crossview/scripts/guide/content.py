"""Whom the text of a section addresses: the participant, or the team. It speaks where a heading does not."""

from collections.abc import Iterator
from dataclasses import dataclass

from crossview.scripts.guide.blocks import Block
from crossview.scripts.guide.cues import Cues, Sight
from crossview.scripts.guide.tables import spoken_columns


@dataclass(frozen=True, slots=True)
class Content:
    """How many blocks ask the participant, tell them, let them do something, or are for the team; some are none of these.

    `greets`: it begins as conversations do, or asks for consent. `closes`: it says what is said at the end.
    """

    blocks: int = 0
    asked: int = 0
    told: int = 0
    tried: int = 0
    team: int = 0
    greets: bool = False
    closes: bool = False

    @property
    def spoken(self) -> int:
        return self.asked + self.told + self.tried

    @property
    def is_conversation(self) -> bool:
        """Whether at least half of it asks the participant, and more of it is spoken than is not."""
        return self.asked > 0 and 2 * self.asked >= self.blocks and self.spoken > self.team

    @property
    def is_speech(self) -> bool:
        """Whether more than half of it is said to the participant and nothing is for the team."""
        return not self.team and 2 * self.spoken > self.blocks

    @property
    def is_for_the_team(self) -> bool:
        """Whether at least half of it is for the team, and hardly anything is spoken."""
        return self.team > 0 and 2 * self.team >= self.blocks and self.team > 2 * self.spoken


def content_of(blocks: list[Block], sight: Sight) -> Content:
    """What the blocks of a section and those nested in them do, each counted once."""
    seen = [(block, sight.of(block)) for block in every(blocks)]
    rows = spoken_columns(blocks, sight)
    found = [_address(block, cues) for block, cues in seen if block.layout.style != "row"]
    found += [("tried" if column.lead == "task" else "asked") for column in rows.values()]
    found += ["team"] * (
        sum(1 for block in blocks if block.layout.style == "row" and not block.layout.marker) - len(rows)
    )
    return Content(
        blocks=len(found),
        asked=found.count("asked"),
        told=found.count("told"),
        tried=found.count("tried"),
        team=found.count("team"),
        greets=any(cues.courtesy for _, cues in seen[:3]) or any(cues.consents and cues.asks for _, cues in seen),
        closes=any(cues.closes for _, cues in seen),
    )


def every(blocks: list[Block]) -> Iterator[Block]:
    """Each block and what is nested below it, in order."""
    for block in blocks:
        yield block
        yield from every(block.blocks)


def _address(block: Block, cues: Cues) -> str:
    """Whom one block addresses; empty where it shows neither."""
    if block.layout.style in ("box", "checked", "code", "comment") and not (cues.asks and cues.you):
        return "team"
    if cues.roles and not (cues.asks and cues.you):
        return "team"
    if cues.label in ("note", "watch") and not cues.quoted:
        return "team"
    if cues.label == "task":
        return "tried"
    if (
        cues.asks_me
        or cues.label in ("probe", "ask")
        or (cues.asks and (cues.you or cues.quoted or (cues.question_word and not cues.they)))
    ):
        return "asked"
    if cues.do_this and not cues.orders:
        return "tried"
    if cues.orders and not cues.courtesy and not cues.quoted:
        return "team"
    if cues.me or cues.you or cues.courtesy or cues.quoted:
        return "told"
    return "team" if cues.they else ""
