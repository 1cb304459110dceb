"""The first part: who there is, and what each department brings before anybody writes a question."""

from typing import Any

import httpx
import msgspec

from crossview.cli.story.departments import COMPANY, OWNER, RESEARCHER, SIDES, Side, mail_address, short
from crossview.cli.story.person import Person, accept
from crossview.cli.story.stage import Stage


class Team(msgspec.Struct, frozen=True):
    """Everybody of the story, by department in the order of `SIDES`; the lead of each comes first."""

    people: dict[str, tuple[Person, ...]]
    departments: dict[str, str]
    """Names by id."""

    def everybody(self) -> tuple[Person, ...]:
        """All of them, department by department."""
        return tuple(person for people in self.people.values() for person in people)

    def called(self, name: str) -> Person:
        """The person of that name."""
        return next(person for person in self.everybody() if person.name == name)

    @property
    def owner(self) -> Person:
        return self.called(OWNER)

    @property
    def researcher(self) -> Person:
        return self.called(RESEARCHER)

    def lead(self, side: Side) -> Person:
        return self.people[side.name][0]


async def gather(stage: Stage, api: httpx.AsyncClient, link: str) -> Team:
    """The owner founds the workspace, makes the departments and invites everybody else."""
    owner = await accept(api, link, OWNER)
    departments = {side.name: (await owner.post("/v1/departments", {"name": side.name}))["id"] for side in SIDES}
    home = next(departments[side.name] for side in SIDES if OWNER in side.people)
    # The owner's invitation comes from the operator, who knows of no departments.
    member = await owner.get(f"/v1/members/{owner.id}")
    await owner.patch(f"/v1/members/{owner.id}", {"department_id": home}, member["version"])
    owner = msgspec.structs.replace(owner, department_id=home)

    async def join(name: str, department: str) -> Person:
        if name == OWNER:
            return owner
        role = _role(name)
        invitation = {"email": mail_address(name), "role": role, "department_id": departments[department]}
        return await accept(api, (await owner.post("/v1/invitations", invitation))["link"], name)

    invited = [(name, side.name) for side in SIDES for name in side.people]
    joined = await stage.together("Inviting people", join, invited)
    people = {side.name: tuple(one for one in joined if one.name in side.people) for side in SIDES}
    team = Team(people, {department_id: name for name, department_id in departments.items()})
    sizes = ", ".join(f"{side.name} {len(side.people)}" for side in SIDES)
    stage.act(f"{len(joined)} people of five departments join {COMPANY}")
    stage.say(f"{sizes}.")
    return team


async def open_study(stage: Stage, team: Team, title: str, goal: str = "") -> Any:
    """The researcher opens the study. Returns it."""
    study = await team.researcher.post("/v1/studies", {"title": title, "goal": goal})
    stage.act(f"{RESEARCHER} opens the study “{title}”")
    return study


async def listen(stage: Stage, team: Team, study_id: str) -> None:
    """Each lead leaves three context cards."""

    async def leave(side: Side, kind: str, text: str) -> None:
        await team.lead(side).post(f"/v1/studies/{study_id}/context-cards", {"kind": kind, "text": text})

    cards = [
        (side, kind, text)
        for side in SIDES
        for kind, text in (("pressure", side.pressure), ("signal", side.signal), ("learning", side.learning))
    ]
    await stage.together("Context cards", leave, cards)
    stage.say("Before anybody writes a question, each department says where it stands. From their context cards:")
    rows = [(short(side.name), side.pressure, side.learning) for side in SIDES]
    stage.table(("", "what presses us", "what we want to learn"), rows)


def _role(name: str) -> str:
    if name == RESEARCHER:
        return "researcher"
    return "lead" if any(side.people[0] == name for side in SIDES) else "member"
