"""A finished script, as the rooms of scripts and votes leave it in the database."""

from uuid import UUID

from crossview.foundation.db import Database
from tests.people import Person

_SCRIPT = "insert into script (workspace_id, study_id, title, created_by) values ($1, $2, 'Why people leave', $3) returning id"
_VERSION = """
insert into sealed_version (workspace_id, script_id, number, sha256, content, record, finished_by)
values ($1, $2, $3, sha256('script'), '{}', '{}', $4)
"""
_REOPENING = (
    "insert into reopening (workspace_id, script_id, number, reason, reopened_by) values ($1, $2, $3, 'Too long', $4)"
)


async def workspace_of(person: Person) -> UUID:
    """The id of the workspace."""
    return UUID((await person.seen("/v1/workspace"))["id"])


async def script_with_versions(
    database: Database, owner: Person, study_id: str, versions: int, reopened: tuple[int, ...] = ()
) -> str:
    """The id of a script with that many finished versions, some of them opened again."""
    async with database.visit_as_service(await workspace_of(owner)) as visit:
        script_id: UUID = await visit.value(_SCRIPT, visit.workspace_id, UUID(study_id), UUID(owner.id))
        for number in range(1, versions + 1):
            await visit.run(_VERSION, visit.workspace_id, script_id, number, UUID(owner.id))
        for number in reopened:
            await visit.run(_REOPENING, visit.workspace_id, script_id, number, UUID(owner.id))
    return str(script_id)
