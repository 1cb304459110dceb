"""People who write without a pause, and who keep what they asked and what was answered."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass
class Write:
    """One thing that a writer asked for; `text` is found nowhere else."""

    method: str
    path: str
    body: dict[str, Any]
    text: str
    headers: dict[str, str]
    status: int | None = None

    @property
    def is_keyed(self) -> bool:
        """Whether it may be asked again."""
        return "Idempotency-Key" in self.headers


@dataclass
class Writers:
    """Several people at work on one script, who write down everything they ask."""

    url: str
    token: str
    dice: random.Random
    asked: list[Write] = field(default_factory=list)
    numbers: int = 0

    async def prepare(self) -> None:
        """A script with a section, three items to edit and to judge, and an open round."""
        async with self.client() as client:

            async def made(path: str, body: Any) -> Any:
                return (await client.post(path, json=body)).raise_for_status().json()

            self.department = await made("/v1/departments", {"name": "Support"})
            me = (await client.get("/v1/me")).json()
            home = {"department_id": self.department["id"]}
            (
                await client.patch(f"/v1/members/{me['member_id']}", json=home, headers={"If-Match": '"1"'})
            ).raise_for_status()
            study = await made("/v1/studies", {"title": "Why exports fail"})
            self.script = await made(f"/v1/studies/{study['id']}/scripts", {"title": "Export interviews"})
            path = f"/v1/scripts/{self.script['id']}"
            self.section = await made(f"{path}/sections", {"kind": "core", "heading": "Questions"})
            self.items = [
                (await made(f"/v1/sections/{self.section['id']}/items", {"kind": "question", "text": f"Item {n}?"}))[
                    "id"
                ]
                for n in range(3)
            ]
            await made(f"{path}/rounds", {})

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=10)

    async def write(self, until: asyncio.Event) -> None:
        """Write without a pause, until told to stop or until nobody answers."""
        async with self.client() as client:
            while not until.is_set():
                try:
                    await self._once(client)
                except httpx.TransportError:
                    await asyncio.sleep(0.05)

    async def _once(self, client: httpx.AsyncClient) -> None:
        self.numbers += 1
        text = f"What happened at attempt {self.numbers}, exactly?"
        kind = self.dice.choice(["item", "comment", "edit", "ballot"])
        headers = {"Idempotency-Key": f"write-{self.numbers}"} if self.dice.random() < 0.5 else {}
        match kind:
            case "item":
                body: dict[str, Any] = {"kind": "question", "text": text}
                write = Write("POST", f"/v1/sections/{self.section['id']}/items", body, text, headers)
            case "comment":
                write = Write("POST", f"/v1/scripts/{self.script['id']}/comments", {"text": text}, text, headers)
            case "edit":
                path = f"/v1/items/{self.dice.choice(self.items[:2])}"
                tag = (await client.get(path)).headers.get("etag")
                if tag is None:
                    return
                write = Write("PATCH", path, {"text": text}, text, {"If-Match": tag})
            case _:
                body = {"revision": 1, "choice": self.dice.choice(["keep", "drop"]), "reason": text}
                write = Write("PUT", f"/v1/items/{self.items[2]}/ballot", body, text, {})
        self.asked.append(write)
        await self.ask(client, write)

    async def ask(self, client: httpx.AsyncClient, write: Write) -> None:
        """Ask, and write the answer down."""
        answer = await client.request(write.method, write.path, json=write.body, headers=write.headers)
        write.status = answer.status_code
        assert answer.status_code < 500 or answer.status_code == 503, answer.text

    async def ask_again(self) -> int:
        """Each unanswered write that has a key, once more or five times at once; returns how many there were."""
        again = [write for write in self.asked if write.is_keyed and write.status in (None, 503)]
        async with self.client() as client:
            for write in again:
                times = self.dice.choice([1, 5])
                answers = await asyncio.gather(
                    *(
                        client.request(write.method, write.path, json=write.body, headers=write.headers)
                        for _ in range(times)
                    )
                )
                statuses = {answer.status_code for answer in answers}
                assert 201 in statuses, [answer.text for answer in answers]
                # Whoever asks while the first is at work is told so, and may ask again.
                assert statuses <= {201, 409}, [answer.text for answer in answers]
                bodies = {answer.text for answer in answers if answer.status_code == 201}
                assert len(bodies) == 1
                write.status = 201
        return len(again)


async def finish_a_script(client: httpx.AsyncClient) -> str:
    """Another script, judged and finished at once by somebody of the only department; returns its id."""

    async def made(path: str, body: Any, **headers: str) -> Any:
        return (await client.post(path, json=body, headers=headers)).raise_for_status().json()

    study = await made("/v1/studies", {"title": "Why imports fail"})
    script = await made(f"/v1/studies/{study['id']}/scripts", {"title": "Import interviews", "session_minutes": 45})
    path = f"/v1/scripts/{script['id']}"
    section = await made(f"{path}/sections", {"kind": "core", "heading": "Imports", "minutes": 20})
    item = {"kind": "question", "text": "What did you do when the last import stopped?", "minutes": 5}
    added = await made(f"/v1/sections/{section['id']}/items", item)
    opened = await made(f"{path}/rounds", {})
    await client.put(f"/v1/items/{added['id']}/ballot", json={"revision": 1, "choice": "keep"})
    await made(f"/v1/rounds/{opened['id']}/close", None, **{"If-Match": f'"{opened["version"]}"'})
    tag = (await client.get(path)).headers["etag"]
    await made(f"{path}/finish", None, **{"If-Match": tag})
    return str(script["id"])
