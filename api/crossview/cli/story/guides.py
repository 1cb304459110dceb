"""The second part when the story begins with a real team's guide: it is shown, imported, and made fit to be finished."""

from crossview.cli.story.company import Team
from crossview.cli.story.departments import SIDES
from crossview.cli.story.opinions import view_of_any
from crossview.cli.story.stage import Stage
from crossview.cli.transfer import note_lines, preview_lines
from crossview.scripts.document import JUDGED
from crossview.scripts.guide.read import read_guide

SPOKEN = frozenset({"question", "probe", "statement", "transition", "task"})
SHOWN = 14
SHOWN_NOTES = 4
FAREWELL = "Thank you for your time."


async def bring(stage: Stage, team: Team, study_id: str, guide: str) -> tuple[str, dict[str, str]]:
    """Import a guide. Returns the script's id, and each question's views by item."""
    reading = read_guide(guide)
    stage.say("The guide, as an import would read it:")
    *sections, total = [line for line in preview_lines(reading.document) if line]
    for line in (*_at_most(SHOWN, sections), total, *_at_most(SHOWN_NOTES, note_lines(reading.notes))):
        stage.line(line)
    if reading.notes:
        stage.say("`crossview import FILE --preview` shows all of it, and changes nothing.")
    researcher = team.researcher
    made = await researcher.post("/v1/scripts/import", {"study_id": study_id, "guide": guide})
    script = made["script"]
    stage.say("It is imported as it stands; the five departments of this story judge it in place of yours.")
    items = [item for section in script["sections"] for item in section["items"]]
    if not any(item["kind"] in SPOKEN for item in items):
        await _add_farewell(stage, team, script["id"])
    judged = [item["id"] for item in items if item["kind"] in JUDGED]
    return script["id"], {
        item_id: "".join(view_of_any(question, side) for side in range(len(SIDES)))
        for question, item_id in enumerate(judged)
    }


async def _add_farewell(stage: Stage, team: Team, script_id: str) -> None:
    """A script in which nothing is said cannot be finished."""
    section = await team.researcher.post(
        f"/v1/scripts/{script_id}/sections", {"kind": "wrap_up", "heading": "Thank you"}
    )
    await team.researcher.post(f"/v1/sections/{section['id']}/items", {"kind": "statement", "text": FAREWELL})
    stage.say(
        f"Nothing in it is said aloud, and such a script cannot be finished: {team.researcher.name} adds a farewell."
    )


def _at_most(number: int, lines: list[str]) -> list[str]:
    """The beginning of a long list, and how much follows."""
    return lines if len(lines) <= number else [*lines[: number - 1], f"  and {len(lines) - number + 1} lines more"]
