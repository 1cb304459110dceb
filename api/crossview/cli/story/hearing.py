"""Between choice and seal: whoever stands against a chosen question is heard and answered."""

from typing import Any, Final

from crossview.cli.story.company import Team
from crossview.cli.story.departments import short
from crossview.cli.story.stage import Stage
from crossview.cli.transfer import excerpt
from crossview.scripts.guide.plain import plain

ANSWER: Final = "We ask it last, and drop it if two interviews show that it adds nothing."
SHOWN: Final = 1
LONGEST: Final = 72


async def hear(stage: Stage, team: Team, script_id: str) -> None:
    """Answer each department that the script could not be finished over."""
    brief = await team.researcher.get(f"/v1/scripts/{script_id}/dissent")
    for waiting in brief["unanswered"]:
        await team.researcher.post(
            f"/v1/scripts/{script_id}/dissent/{waiting['item_id']}/{waiting['department_id']}/answer",
            {"text": ANSWER, "outcome": "kept_with_note"},
        )
    if not brief["unanswered"]:
        return
    number = len(brief["unanswered"])
    stage.act(f"Dissent is heard: {number} {'answer' if number == 1 else 'answers'} before the script can be finished")
    items = {item["item_id"]: item for item in brief["items"]}
    for waiting in brief["unanswered"][:SHOWN]:
        stage.say(_told(team, waiting, items[waiting["item_id"]]))


def _told(team: Team, waiting: Any, item: Any) -> str:
    department = team.departments[waiting["department_id"]]
    reason = next(
        (
            finding["reason"]
            for finding in item["findings"]
            if finding["department_id"] == waiting["department_id"] and finding.get("reason")
        ),
        None,
    )
    because = f", because “{reason.rstrip('.')}”" if reason else ""
    return (
        f"{short(department)} is against “{excerpt(plain(item['text']), LONGEST)}”{because}. "
        f"{team.researcher.name} answers: “{ANSWER}” Both are sealed with it."
    )
