"""What each item of a guide is: asked, said, done, or only for the moderator.

A list of decisions, the surest first; the first that speaks is taken. What no decision recognises stays an instruction,
because an instruction is never read aloud by mistake, and the reader is told.
"""

from dataclasses import dataclass, replace
from typing import Final

from crossview.scripts.document import ItemKind, Layout, SectionKind
from crossview.scripts.guide.blocks import Block
from crossview.scripts.guide.content import every
from crossview.scripts.guide.cues import Cues, Lead, Sight
from crossview.scripts.guide.sections import TEAM_ONLY
from crossview.scripts.guide.tables import Column, cell_of, spoken_columns

_LIST: Final = frozenset({"bullet", "ordered", "box", "checked"})
_ASKED: Final = frozenset({"question", "probe"})
_FEW: Final = 10


@dataclass(frozen=True, slots=True)
class Habits:
    """What holds for a whole guide: whether it asks its participant at all, and whether its block quotes quote."""

    asks: bool
    quotes: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands: in what guide and what kind of section, below what, and led in by which line.

    `speech`: a quotation that an earlier paragraph opened is not closed yet.
    """

    section: SectionKind
    habits: Habits
    spoken: bool
    parent: ItemKind | None = None
    lead: Lead = ""
    speech: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A block, what it was judged to be, and why; `sure` is false when nothing spoke for any kind."""

    block: Block
    kind: ItemKind
    reason: str
    sure: bool
    below: tuple["Judged", ...]


def habits_of(blocks: list[Block], sight: Sight) -> Habits:
    """The habits of the guide that these are all the top blocks of."""
    seen = [(block, sight.of(block)) for block in every(blocks)]
    asked = sum(1 for _, cues in seen if cues.asks and (cues.you or cues.quoted))
    return Habits(
        asks=asked * _FEW > len(seen), quotes=any(block.layout.quote and cues.opens_quoted for block, cues in seen)
    )


def judge(blocks: list[Block], section: SectionKind, habits: Habits, lead: Lead, sight: Sight) -> tuple[Judged, ...]:
    """The kinds of all blocks of a section, in order. `lead` is what its heading says about the lists below it."""
    cues = [sight.of(block) for block in every(blocks)]
    addressed = sum(1 for one in cues if one.me or one.you or one.courtesy)
    spoken = addressed > 0 and addressed >= sum(1 for one in cues if one.roles or one.orders)
    return _judge(blocks, Place(section, habits, spoken), sight, lead)


def _judge(blocks: list[Block], place: Place, sight: Sight, lead: Lead = "") -> tuple[Judged, ...]:
    judged: list[Judged] = []
    lead = place.lead or lead
    speech = False
    columns = spoken_columns(blocks, sight)
    for at, block in enumerate(blocks):
        in_list = block.layout.style in _LIST
        led = in_list or (block.layout.quote > 0 and lead != "probe")
        here = replace(place, lead=place.lead or (lead if led else ""), speech=speech)
        if block.layout.style == "row":
            judged.append(_row(block, columns.get(at), here, sight))
            continue
        cues = sight.of(block)
        speech = block.layout.quote > 0 and (speech or cues.opens_quoted) and not cues.closes_quoted
        kind, reason = _annotated(block) or _decide(block, cues, here)
        opened = _lead_of(cues, kind)
        parent = kind if kind in _ASKED else place.parent if kind == "instruction" and place.parent in _ASKED else None
        below_place = replace(place, parent=parent, lead=opened)
        judged.append(Judged(block, kind, reason, bool(reason), _judge(block.blocks, below_place, sight)))
        if not place.lead and (not (in_list and lead) or (opened and cues.leads)):
            lead = (opened or _probed(block, cues, kind)) if not block.blocks else ""
    return tuple(judged)


def _probed(block: Block, cues: Cues, kind: ItemKind) -> Lead:
    """The list below a paragraph that asks goes deeper into it."""
    asks = kind == "question" and (cues.asks_at_end or cues.asks_me)
    return "probe" if asks and block.layout == Layout() else ""


def _row(block: Block, column: Column | None, place: Place, sight: Sight) -> Judged:
    """A row is what its spoken cell is; a table without such a column is read, not spoken."""
    cell = cell_of(block, column.at) if column else None
    if column is None or cell is None or place.section in TEAM_ONLY:
        kind, reason = _annotated(block) or ("instruction", "a table to look at")
    else:
        kind, reason = _annotated(block) or _decide(cell, sight.of(cell), replace(place, lead=column.lead))
        if not reason or (column.lead == "task" and kind == "statement"):
            kind, reason = ("task" if column.lead == "task" else "question"), "the table's header says so"
    return Judged(block, kind, reason, True, _judge(block.blocks, place, sight))


def _annotated(block: Block) -> tuple[ItemKind, str] | None:
    kind = _KINDS.get(block.said.get("kind", ""))
    return (kind, "its annotation says so") if kind else None


_KINDS: Final[dict[str, ItemKind]] = {
    "question": "question",
    "probe": "probe",
    "statement": "statement",
    "instruction": "instruction",
    "transition": "transition",
    "task": "task",
}


def _decide(block: Block, cues: Cues, place: Place) -> tuple[ItemKind, str]:
    """The kind and the reason; an empty reason says that nothing spoke for any kind."""
    for decision in (
        _by_form,
        _by_team,
        _by_bracket,
        _by_label,
        _by_lead,
        _by_habit,
        _by_mark,
        _by_order,
        _by_speech,
        _by_list,
    ):
        found = decision(block, cues, place)
        if found is not None:
            return found
    return "instruction", ""


def _by_form(block: Block, cues: Cues, place: Place) -> tuple[ItemKind, str] | None:
    style = block.layout.style
    if style in ("code", "comment"):
        return "instruction", "a form or a comment is not spoken"
    if style in ("box", "checked") and not cues.asks and place.parent is None:
        return "instruction", "a box to tick belongs to a checklist"
    if cues.option or (style in ("box", "checked") and place.parent in _ASKED and not cues.asks):
        return "probe", "an option to answer with"
    return None


def _by_team(block: Block, cues: Cues, place: Place) -> tuple[ItemKind, str] | None:
    if place.section not in TEAM_ONLY:
        return None
    if cues.quoted and cues.label not in ("note", "watch") and not (cues.if_opens and cues.label):
        if cues.asks and (cues.asks_at_end or cues.you):
            return "question", "a question in quotation marks"
        return "statement", "words in quotation marks"
    return "instruction", "the section is for the team alone"


def _by_bracket(block: Block, cues: Cues, place: Place) -> tuple[ItemKind, str] | None:
    if not (cues.bracketed or cues.italic):
        return None
    if cues.quoted and not cues.if_opens:
        return None
    if not cues.bracketed and not cues.roles and (block.layout.quote or cues.opens_quoted):
        return None
    if cues.label == "probe" and not cues.is_label:
        return "probe", "it is labelled so"
    mark = "brackets" if cues.bracketed else "italics"
    if cues.asks_at_end and not (cues.roles or cues.orders) and (cues.you or cues.question_word):
        return (
            "probe" if cues.bracketed or cues.if_opens or place.parent in _ASKED else "question"
        ), f"a question in {mark}"
    if place.lead in ("say", "task") and not cues.bracketed:
        return None
    return "instruction", f"{mark} set it off from what is spoken"


def _by_label(block: Block, cues: Cues, place: Place) -> tuple[ItemKind, str] | None:
    if cues.is_label:
        if cues.asks_me:
            return _asked(cues, place), "it asks the participant to tell"
        if cues.label != "other" or cues.bold or cues.italic or not (cues.me or cues.you):
            return "instruction", "a label for what follows"
        return None
    match cues.label:
        case "probe":
            return "probe", "it is labelled so"
        case "voice" if place.spoken and (cues.asks or cues.me or cues.you) and not (cues.roles or cues.orders):
            return None
        case "note" | "watch" | "voice":
            return None if cues.quoted else ("instruction", "its label is addressed to the team")
        case "task":
            return None if cues.quoted and cues.asks else ("task", "it is labelled so")
        case "ask" if cues.asks or cues.asks_me or cues.question_word or not cues.orders:
            return _asked(cues, place), "it is labelled so"
        case "say" if not cues.asks:
            return "statement", "it is labelled so"
        case _:
            return None


def _by_lead(block: Block, cues: Cues, place: Place) -> tuple[ItemKind, str] | None:
    """What is watched for is never said; what a note leads in is said only where it addresses the participant."""
    if cues.quoted or place.lead not in ("watch", "note") or (place.lead == "note" and cues.you):
        return None
    return "instruction", "the line above is addressed to the team"


def _by_habit(block: Block, cues: Cues, place: Place) -> tuple[ItemKind, str] | None:
    """Where a guide's block quotes hold quotations, one without marks is a note, unless it asks the participant."""
    if not place.habits.quotes or not block.layout.quote or place.speech or cues.opens_quoted or cues.closes_quoted:
        return None
    if (cues.asks and cues.you) or cues.asks_me:
        return None
    return "instruction", "the block quotes that are spoken stand in quotation marks"


def _by_mark(block: Block, cues: Cues, place: Place) -> tuple[ItemKind, str] | None:
    if not cues.asks and not (cues.question_word and cues.you and not cues.sentence):
        return None
    if cues.roles and not cues.you:
        return "instruction", "a question about the participant, not to them"
    if cues.orders and not cues.asks_me and not cues.question_word and (cues.roles or cues.they) and not cues.quoted:
        return "instruction", "an order to the moderator"
    if place.section == "task" and cues.do_this and not cues.asks_at_end and not cues.question_word:
        return "task", "something to do with what is shown"
    return _asked(cues, place), "a question mark"


def _by_order(block: Block, cues: Cues, place: Place) -> tuple[ItemKind, str] | None:
    if place.lead == "task":
        return _done_or_said(cues, place), "the line above says that it is a task"
    if place.lead == "say" and not (cues.do_this and place.section == "task"):
        return "statement", "the line above says that it is spoken"
    if cues.asks_me and not cues.roles:
        return _asked(cues, place), "it asks the participant to tell"
    if cues.quoted:
        return _done_or_said(cues, place), "words in quotation marks"
    if cues.roles and not (cues.you and cues.me):
        return "instruction", "it speaks about the participant"
    if cues.do_this and (cues.you or not cues.they) and (not cues.orders or place.section == "task"):
        return _done_or_said(cues, place), "the participant is asked to do it"
    if cues.assures and not (cues.they or cues.roles or cues.speaks_of_telling):
        return "statement", "it reassures the participant"
    if cues.orders and not cues.courtesy and not (cues.turns and cues.me):
        return "instruction", "an order to the moderator"
    return None


def _by_speech(block: Block, cues: Cues, place: Place) -> tuple[ItemKind, str] | None:
    if cues.they and not cues.you and not cues.courtesy and not cues.turns and not block.layout.quote:
        return "instruction", "" if cues.me else "it speaks about others, not to the participant"
    if cues.turns and cues.me:
        return "transition", "it leads on to the next part"
    if cues.me or cues.you or cues.courtesy:
        return "statement", "it speaks to the participant"
    if block.layout.quote:
        return "statement", "a block quote is spoken"
    return None


def _by_list(block: Block, cues: Cues, place: Place) -> tuple[ItemKind, str] | None:
    in_list = block.layout.style in _LIST
    if cues.sentence and place.spoken and not cues.they and not cues.bold:
        return "statement", "a sentence among what is spoken"
    if not in_list or cues.nothing:
        return None
    if place.lead in ("ask", "probe"):
        return "probe", "the line above asks about it"
    if place.parent in _ASKED:
        return "probe", "nested below a question"
    if not place.habits.asks and place.section in ("warm_up", "core"):
        return "question", "a topic in a list of topics"
    return None


def _asked(cues: Cues, place: Place) -> ItemKind:
    """A question, or a probe where it follows one up: nested below it, led in as probes, or asked only on a condition."""
    if place.lead == "probe" or place.parent in _ASKED or cues.branches or (cues.if_opens and cues.label == "other"):
        return "probe"
    return "question"


def _done_or_said(cues: Cues, place: Place) -> ItemKind:
    """Something to do with what is shown: an order in a task's section, or one to the hands wherever people talk."""
    if place.section == "task" and cues.do_this:
        return "task"
    return "task" if cues.hands_on and place.section in ("core", "warm_up", "task") else "statement"


def _lead_of(cues: Cues, kind: ItemKind) -> Lead:
    """What a line that ends with a colon says about the lines it leads in."""
    if not cues.is_stem:
        return ""
    if cues.leads in _LEADS and (cues.is_label or cues.leads in ("probe", "watch")):
        return _LEADS[cues.leads]
    match kind:
        case "statement" | "transition" | "task":
            return "say"
        case "question" | "probe":
            return "ask"
        case "instruction":
            return _lead_of_order(cues)


def _lead_of_order(cues: Cues) -> Lead:
    """An order to probe, to ask or to tell leads in what is probed, asked or told."""
    if cues.speaks_of_probes:
        return "probe"
    if cues.speaks_of_asking:
        return "ask"
    return "say" if cues.speaks_of_telling else ""


_LEADS: Final[dict[str, Lead]] = {
    "probe": "probe", "ask": "", "watch": "watch", "note": "note", "voice": "note", "task": "task", "say": "say",
}  # fmt: skip
