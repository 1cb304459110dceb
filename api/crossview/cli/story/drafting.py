"""The second part: the script is written, by many hands at once."""

from collections import Counter
from typing import Any

from crossview.cli.story import script as content
from crossview.cli.story.company import Team
from crossview.cli.story.departments import SALES, SUPPORT
from crossview.cli.story.script import Line
from crossview.cli.story.stage import Stage


async def draft(stage: Stage, team: Team, study_id: str) -> tuple[str, dict[str, str]]:
    """Everybody proposes, objects and mends. Returns the script's id, and each question's views by item."""
    researcher = team.researcher
    script = await researcher.post(
        f"/v1/studies/{study_id}/scripts", {"title": content.TITLE, "session_minutes": content.SESSION_MINUTES}
    )
    views: dict[str, str] = {}
    loaded: Any = None
    for part in content.PARTS:
        section = await researcher.post(
            f"/v1/scripts/{script['id']}/sections",
            {"kind": part.kind, "heading": part.heading, "minutes": part.minutes},
        )
        for index, line in enumerate(part.lines):
            item = await _propose(team, section["id"], line, index)
            if line.views:
                views[item["id"]] = line.views
            if line is content.LOADED:
                loaded = item
    stage.act("All departments write one script")
    asked = Counter(line.side.name for line in content.lines() if line.kind == "question")
    core = [part for part in content.PARTS if part.kind == "core"]
    room = sum(part.minutes or 0 for part in core)
    wanted = sum(line.minutes or 0 for part in core for line in part.lines)
    stage.say(
        f"{asked.total()} questions: {', '.join(f'{name} {number}' for name, number in asked.most_common())}. "
        f"Those at the core would take {wanted} minutes, and the hour has {room} for them."
    )
    await _mend(stage, team, script["id"], loaded)
    return script["id"], views


async def _propose(team: Team, section_id: str, line: Line, index: int) -> Any:
    """An item by somebody of its department, another person each time, and its probes below it."""
    people = team.people[line.side.name]
    author = people[index % len(people)]
    path = f"/v1/sections/{section_id}/items"
    body = {"kind": line.kind, "text": line.text, "minutes": line.minutes, "intent": line.intent}
    item = await author.post(path, body)
    for probe in line.probes:
        await author.post(path, {"kind": "probe", "text": probe, "parent_id": item["id"]})
    return item


async def _mend(stage: Stage, team: Team, script_id: str, loaded: Any) -> None:
    """A leading question, what the linter says of it, an objection, and two people who mend it at the same time."""
    sales, support = team.lead(SALES), team.lead(SUPPORT)
    path = f"/v1/items/{loaded['id']}"
    fault = (await support.get(path))["findings"][0]
    comment = await sales.post(
        f"/v1/scripts/{script_id}/comments", {"item_id": loaded["id"], "text": content.OBJECTION}
    )
    mended = await support.patch(path, {"text": content.MENDED}, loaded["version"])
    late = await sales.try_patch(path, {"text": content.MENDED_TOO}, loaded["version"])
    await sales.patch(f"/v1/comments/{comment['id']}", {"resolved": True}, comment["version"])
    left = len((await support.get(path))["findings"])
    answer = f"{late.status_code}, “{_first_sentence(late.json()['detail'])}”"
    verdict = "nothing" if not left else f"{left} faults"
    stage.say(
        f"{support.name} proposes “{loaded['text']}” The linter answers with {fault['code']}: {fault['message']} "
        f"{sales.name} objects. Both mend it at once, she a moment earlier, and he overwrites nothing: "
        f"the answer to him is {answer} In her “{mended['text']}” the linter finds {verdict}."
    )


def _first_sentence(text: str) -> str:
    return text.split(". ")[0].rstrip(".") + "."
