"""A script as the rules of structure look at it: its sections with their minutes, its items as they are asked.

Pure: rows of a script in, an outline out.
"""

from decimal import Decimal

from crossview.bank.structure import outline
from crossview.scripts.outline import Draft, ItemRow, competes


def outline_of(draft: Draft) -> tuple[outline.Outline, tuple[ItemRow, ...]]:
    """The outline of a script, and the items that it numbers. A section held in another's place takes no time of its own."""
    held = [section for section in draft.sections if section.alternative_of is None]
    places = {section.id: place for place, section in enumerate(held)}
    rows = tuple(item for section, item in draft.in_order() if section.id in places)
    sections = {section.id: section for section in held}
    names = draft.departments
    items = tuple(
        outline.Item(
            text=item.text,
            id=str(item.id),
            kind=item.kind,
            part=places[item.section_id],
            intent=item.intent,
            department=names.get(item.department_id, "") if item.department_id else "",
            minutes=item.minutes,
            candidate=competes(sections[item.section_id], item),
            language=draft.script.language,
            where=f"item {number}",
        )
        for number, item in enumerate(rows, 1)
    )
    minutes = draft.script.session_minutes
    return (
        outline.Outline(
            items=items,
            parts=tuple(outline.Part(section.kind, section.heading, section.minutes) for section in held),
            is_script=True,
            minutes=None if minutes is None else Decimal(minutes),
            departments=len(draft.script.departments),
        ),
        rows,
    )
