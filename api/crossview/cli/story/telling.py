"""The whole story in its order."""

import time
from pathlib import Path

import httpx
import msgspec

from crossview.cli.story import script as content
from crossview.cli.story.company import gather, listen, open_study
from crossview.cli.story.drafting import draft
from crossview.cli.story.finishing import Arrived, connect, meet, seal, wait_for_files
from crossview.cli.story.guides import bring
from crossview.cli.story.hearing import hear
from crossview.cli.story.judging import decide, judge
from crossview.cli.story.stage import Stage


class Guide(msgspec.Struct, frozen=True):
    """A real team's guide: what it is called, and its text."""

    title: str
    text: str


class Told(msgspec.Struct, frozen=True):
    """What the story leaves behind. `token` is the owner's: it opens the demo's workspace and nothing else."""

    script_id: str
    token: str
    arrived: Arrived
    requests: int
    seconds: float


async def tell_story(stage: Stage, api: httpx.AsyncClient, link: str, root: Path, guide: Guide | None = None) -> Told:
    """Tell it through `api`, a client without a token. `link` founds the workspace, `root` is where the plugin `files` writes.

    Raises `CommandFailed` where it cannot go on.
    """
    requests = 0

    async def count(_: httpx.Request) -> None:
        nonlocal requests
        requests += 1

    api.event_hooks["request"].append(count)
    started = time.monotonic()
    team = await gather(stage, api, link)
    await connect(team)
    if guide:
        study = await open_study(stage, team, guide.title)
        script_id, views = await bring(stage, team, study["id"], guide.text)
    else:
        study = await open_study(stage, team, content.STUDY, content.GOAL)
        await listen(stage, team, study["id"])
        script_id, views = await draft(stage, team, study["id"])
    ballots = await judge(stage, team, script_id, views)
    await decide(stage, team, script_id, ballots)
    await hear(stage, team, script_id)
    await seal(stage, team, script_id)
    script = await team.researcher.get(f"/v1/scripts/{script_id}")
    session_id = await meet(stage, team, study["id"], script_id, script["session_minutes"])
    arrived = await wait_for_files(stage, team, root, script_id, session_id)
    return Told(script_id, team.owner.token, arrived, requests, time.monotonic() - started)
