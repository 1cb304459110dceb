"""A person of the story: somebody with a token, who calls the API as any client does."""

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from crossview.cli.failures import CommandFailed
from crossview.cli.transfer import refusal_in_words


class Person(msgspec.Struct, frozen=True):
    """A member. Each verb answers with the JSON of what came back, and raises `CommandFailed` for a refusal."""

    api: httpx.AsyncClient
    id: str
    name: str
    token: str
    department_id: str | None = None

    async def get(self, path: str, **parameters: str) -> Any:
        return _content(await self.api.get(path, params=parameters, headers=self._headers()))

    async def post(self, path: str, body: Any = None, version: int | None = None) -> Any:
        return _content(await self.api.post(path, json=body, headers=self._headers(version)))

    async def put(self, path: str, body: Any) -> Any:
        return _content(await self.api.put(path, json=body, headers=self._headers()))

    async def patch(self, path: str, body: Any, version: int) -> Any:
        return _content(await self.try_patch(path, body, version))

    async def try_patch(self, path: str, body: Any, version: int) -> httpx.Response:
        """The answer as it came, whatever it is."""
        return await self.api.patch(path, json=body, headers=self._headers(version))

    def _headers(self, version: int | None = None) -> Mapping[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"}
        return headers if version is None else {**headers, "If-Match": f'"{version}"'}


async def accept(api: httpx.AsyncClient, link: str, name: str) -> Person:
    """Become a member by an invitation's link."""
    welcome = _content(await api.post("/v1/invitations/accept", json={"link": link, "name": name}))
    member = welcome["member"]
    return Person(api, member["id"], name, welcome["token"], member["department_id"])


def _content(answer: httpx.Response) -> Any:
    if not answer.is_success:
        raise CommandFailed(f"The story cannot go on. {refusal_in_words(answer)}")
    return answer.json()
