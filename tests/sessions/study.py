"""A study with what its sessions need, and how tests schedule them."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.people import Person

NOBODYS = "0190c0de-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class StudyOfTwo:
    """A study of Sales and Support; Legal is not invited. Rhea, a researcher of Support, moderates."""

    id: str
    departments: dict[str, str]
    owner: Person
    rhea: Person

    @property
    def sessions(self) -> str:
        """Where its sessions are."""
        return f"/v1/studies/{self.id}/sessions"

    def body(self, **more: Any) -> dict[str, Any]:
        """A session that can be scheduled as it is."""
        plain = {"title": "Interview", "starts_at": "2026-12-01T10:00", "zone": "Europe/Helsinki", "minutes": 60}
        return {**plain, "moderator_id": self.rhea.id, **more}

    async def scheduled(self, **more: Any) -> Any:
        """The JSON of a session that was scheduled."""
        return await self.owner.made(self.sessions, self.body(**more))

    async def refused(self, **more: Any) -> httpx.Response:
        """The answer to a session that cannot be scheduled."""
        answer = await self.owner.post(self.sessions, self.body(**more))
        assert answer.is_client_error, answer.text
        return answer


async def open_study(owner: Person) -> StudyOfTwo:
    """The study, its departments and its moderator."""
    departments = {
        name: (await owner.made("/v1/departments", {"name": name}))["id"] for name in ("Sales", "Support", "Legal")
    }
    rhea = await owner.colleague("Rhea Researcher", "researcher", departments["Support"])
    invited = [departments["Sales"], departments["Support"]]
    study = await owner.made("/v1/studies", {"title": "Leaving customers", "departments": invited})
    return StudyOfTwo(study["id"], departments, owner, rhea)
