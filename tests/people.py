"""People of a test: a member with a token, and what they do most."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Person:
    """A member who calls the API. Each verb returns the answer as it came."""

    api: httpx.AsyncClient
    id: str
    name: str
    email: str
    department_id: str | None
    token: str

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.api.get(path, headers=self._headers(headers))

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.api.post(path, json=body, headers=self._headers(headers))

    async def put(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.api.put(path, json=body, headers=self._headers(headers))

    async def patch(self, path: str, body: Any, version: int | str | None = None) -> httpx.Response:
        return await self.api.patch(path, json=body, headers=self._headers(_if_match(version)))

    async def delete(self, path: str, version: int | str | None = None) -> httpx.Response:
        return await self.api.delete(path, headers=self._headers(_if_match(version)))

    async def made(self, path: str, body: Any = None) -> Any:
        """POST, and the JSON of what was made; anything but success fails the test with the problem."""
        answer = await self.post(path, body)
        assert answer.is_success, answer.text
        return answer.json()

    async def seen(self, path: str) -> Any:
        """GET, and the JSON of it; anything but success fails the test with the problem."""
        answer = await self.get(path)
        assert answer.is_success, answer.text
        return answer.json()

    async def colleague(self, name: str, role: str = "member", department_id: str | None = None) -> "Person":
        """Invite somebody and let them accept."""
        email = f"{name.lower().replace(' ', '.')}@example.com"
        sent = await self.made("/v1/invitations", {"email": email, "role": role, "department_id": department_id})
        return await accept(self.api, sent["link"], name)

    async def rush(self) -> None:
        """Ask so much at once that the pool has all its connections: what runs together next really does."""
        await asyncio.gather(*(self.get("/v1/me") for _ in range(4)))

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Authorization": f"Bearer {self.token}", **named}


async def accept(api: httpx.AsyncClient, link: str, name: str) -> Person:
    """Become a member by an invitation's link."""
    answer = await api.post("/v1/invitations/accept", json={"link": link, "name": name})
    assert answer.status_code == 201, answer.text
    welcome = answer.json()
    member = welcome["member"]
    return Person(api, member["id"], name, member["email"], member["department_id"], welcome["token"])


def _if_match(version: int | str | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}
