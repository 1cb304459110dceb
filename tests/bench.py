"""A study with departments and people, as most tests of scripts need one."""

from dataclasses import dataclass
from typing import Any

from tests.people import Person


@dataclass(frozen=True)
class Bench:
    """A study with two departments, one editor each, and an empty script."""

    owner: Person
    sales: Person
    support: Person
    study: dict[str, Any]
    script: dict[str, Any]

    async def section(self, **fields: Any) -> Any:
        """A core section in the script."""
        return await self.owner.made(
            f"/v1/scripts/{self.script['id']}/sections", {"kind": "core", "heading": "Questions", **fields}
        )

    async def question(self, section: dict[str, Any], text: str, author: Person | None = None, **fields: Any) -> Any:
        """A question in a section."""
        return await (author or self.owner).made(
            f"/v1/sections/{section['id']}/items", {"kind": "question", "text": text, **fields}
        )

    async def now(self) -> Any:
        """The whole script as it is."""
        return await self.owner.seen(f"/v1/scripts/{self.script['id']}")


async def set_up(owner: Person) -> Bench:
    """Two departments, an editor in each, a study and an empty script."""
    sales_id = (await owner.made("/v1/departments", {"name": "Sales"}))["id"]
    support_id = (await owner.made("/v1/departments", {"name": "Support"}))["id"]
    sales = await owner.colleague("Sam Seller", "editor", sales_id)
    support = await owner.colleague("Sue Support", "editor", support_id)
    study = await owner.made("/v1/studies", {"title": "Why exports fail"})
    script = await owner.made(f"/v1/studies/{study['id']}/scripts", {"title": "Export interviews"})
    return Bench(owner, sales, support, study, script)
