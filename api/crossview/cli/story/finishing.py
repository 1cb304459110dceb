"""The last part: the script is sealed, an interview is put into the calendar, and both arrive in the tools that people use."""

import asyncio
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from crossview.cli.failures import CommandFailed
from crossview.cli.story.company import Team
from crossview.cli.story.departments import ENGINEERING, SALES, SUPPORT, short
from crossview.cli.story.person import Person
from crossview.cli.story.stage import Stage

FOLDER: Final = "team-folder"
ZONE: Final = "Europe/Berlin"
PATIENCE: Final = 60.0
"""Seconds in which files that are written on the same machine have to arrive."""
_SETTLED: Final = frozenset({"confirmed", "withdrawn"})


class Arrived(msgspec.Struct, frozen=True):
    """Where the files lie."""

    script: Path
    interview: Path
    observers: Path


async def connect(team: Team) -> None:
    """The owner connects a folder of files, as one would connect a calendar or a wiki."""
    connection = {"plugin": "files", "name": "Team folder", "settings": {"folder": FOLDER}}
    await team.owner.post("/v1/connections", connection)


async def seal(stage: Stage, team: Team, script_id: str) -> None:
    """Finish the script and prove its seal."""
    script = await team.researcher.get(f"/v1/scripts/{script_id}")
    version = await team.researcher.post(f"/v1/scripts/{script_id}/finish", version=script["version"])
    proof = await team.researcher.get(f"/v1/scripts/{script_id}/versions/{version['number']}/verify")
    stage.act("The script is finished")
    stage.say(
        f"Version {version['number']} is sealed with SHA-256 {version['sha256'][:16]}… and "
        f"{'still reads as it was sealed' if proof['intact'] else 'NO LONGER READS AS IT WAS SEALED'}. "
        "Nobody changes it; whoever must, reopens it with a reason and makes version 2."
    )


async def meet(stage: Stage, team: Team, study_id: str, script_id: str, minutes: int | None) -> str:
    """Schedule an interview and invite an observer from each of three departments. Returns the session's id."""
    day = next_working_day(date.today())
    session = await team.researcher.post(
        f"/v1/studies/{study_id}/sessions",
        {
            "title": "Interview with P1",
            "starts_at": f"{day.isoformat()}T10:00",
            "zone": ZONE,
            "minutes": max(5, minutes or 60),
            "moderator_id": team.researcher.id,
            "script_id": script_id,
            "participant": "P1",
            "place": "Video call",
        },
    )
    observers = [team.people[side.name][1] for side in (SALES, SUPPORT, ENGINEERING)]
    for observer in observers:
        await team.researcher.post(f"/v1/sessions/{session['id']}/seats", {"member_id": observer.id})
    stage.act(f"{team.researcher.name} will interview P1 on {day:%A, %-d %B}, at 10:00 in Berlin")
    names = [f"{observer.name} ({_department(team, observer)})" for observer in observers]
    stage.say(f"{', '.join(names[:-1])} and {names[-1]} may observe.")
    return str(session["id"])


async def wait_for_files(stage: Stage, team: Team, root: Path, script_id: str, session_id: str) -> Arrived:
    """Wait until every delivery is confirmed. Raises `CommandFailed` for one that does not arrive."""
    with stage.waiting("Waiting for the files"):
        await _wait_for_deliveries(team.owner)
    script = await _copy(team.owner, script_id)
    interview = await _copy(team.owner, session_id)
    folder = root / FOLDER
    arrived = Arrived(
        script=folder / script["address"],
        interview=folder / interview["address"],
        observers=(folder / interview["address"]).with_name("observers.ics"),
    )
    for path in msgspec.structs.astuple(arrived):
        if not path.is_file():
            raise CommandFailed(
                f"{path} was delivered and is not there. Look whether something else clears that folder."
            )
    return arrived


def next_working_day(today: date) -> date:
    """A week from today, or the Monday after."""
    day = today + timedelta(days=7)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


async def _wait_for_deliveries(owner: Person) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        deliveries = (await owner.get("/v1/deliveries", limit="100"))["items"]
        unsettled = [delivery for delivery in deliveries if delivery["state"] not in _SETTLED]
        if not unsettled:
            return
        late = time.monotonic() > deadline
        for delivery in unsettled:
            if late or delivery["state"] == "dead":
                reason = delivery["reason"] or f"it did not arrive within {PATIENCE:.0f} seconds"
                raise CommandFailed(f"The delivery of {delivery['moment'].replace('_', ' ')} failed: {reason}.")
        await asyncio.sleep(0.1)


async def _copy(owner: Person, object_id: str) -> Any:
    return (await owner.get("/v1/copies", object_id=object_id))["items"][0]


def _department(team: Team, person: Person) -> str:
    return short(team.departments[person.department_id or ""])
