"""The phases of a script, and the sealed versions that finishing leaves behind.

Who may change the phase, and when, is decided in `votes`; this room alone writes it down.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from crossview.foundation.db import Visit
from crossview.foundation.door import Written
from crossview.foundation.errors import NotFound
from crossview.foundation.sql import statements
from crossview.scripts.moderator import moderators_copy
from crossview.scripts.scripts import Phase, find_script
from crossview.scripts.seal import SealedContent, canonical, seal

sql = statements(__package__, "scripts.sql")


class Version(msgspec.Struct, frozen=True):
    """A sealed version without its content; `reopened_at` tells that a next version was begun."""

    script_id: UUID
    number: int
    sha256: str
    finished_by: UUID
    finished_at: datetime
    reopened_at: datetime | None
    reopening_reason: str | None


class SealedVersion(msgspec.Struct, frozen=True):
    """A sealed version with what it sealed, and the record of how it came about beside it."""

    script_id: UUID
    number: int
    sha256: str
    finished_by: UUID
    finished_at: datetime
    reopened_at: datetime | None
    reopening_reason: str | None
    content: SealedContent
    record: dict[str, Any]


class Verification(msgspec.Struct, frozen=True):
    """Whether the kept content still has the hash it was sealed with."""

    number: int
    sha256: str
    recomputed: str
    intact: bool


class _Kept(msgspec.Struct, frozen=True):
    content: bytes
    record: dict[str, Any]


async def enter_phase(visit: Visit, script_id: UUID, phase: Phase) -> None:
    """Put a locked script into another phase."""
    await visit.run(sql["enter_phase"], visit.workspace_id, script_id, phase)


async def keep_version(visit: Visit, script_id: UUID, content: SealedContent, record: dict[str, Any]) -> Version:
    """Seal a locked script: the next number, written once and never changed."""
    kept = canonical(content)
    number: int = await visit.value(
        sql["keep_version"], visit.workspace_id, script_id, seal(kept), kept, record, visit.actor.member_id, visit.now
    )
    await enter_phase(visit, script_id, "finished")
    return await read_version_head(visit, script_id, number)


async def keep_reopening(visit: Visit, script_id: UUID, reason: str) -> Version:
    """Write down that the newest version of a locked script was reopened, and go back to proposing."""
    number: int = await visit.value(
        sql["keep_reopening"], visit.workspace_id, script_id, reason, visit.actor.member_id, visit.now
    )
    await enter_phase(visit, script_id, "propose")
    return await read_version_head(visit, script_id, number)


async def list_versions(visit: Visit, script_id: UUID) -> tuple[Version, ...]:
    """The sealed versions of a script, newest first. Raises `NotFound`."""
    await find_script(visit, script_id)
    return tuple(await visit.many(Version, sql["list_versions"], visit.workspace_id, script_id))


async def read_version_head(visit: Visit, script_id: UUID, number: int) -> Version:
    """A sealed version without its content. Raises `NotFound`."""
    await find_script(visit, script_id)
    version = await visit.one(Version, sql["read_version"], visit.workspace_id, script_id, number)
    if version is None:
        raise NotFound(thing="version")
    return version


async def read_version(visit: Visit, script_id: UUID, number: int) -> SealedVersion:
    """A sealed version with its content. Raises `NotFound`."""
    head = await read_version_head(visit, script_id, number)
    kept = await _kept(visit, script_id, number)
    content = msgspec.json.decode(kept.content, type=SealedContent)
    return SealedVersion(**msgspec.structs.asdict(head), content=content, record=kept.record)


async def verify_version(visit: Visit, script_id: UUID, number: int) -> Verification:
    """Recompute the hash of a sealed version. Raises `NotFound`."""
    head = await read_version_head(visit, script_id, number)
    recomputed = seal((await _kept(visit, script_id, number)).content).hex()
    return Verification(number, head.sha256, recomputed, intact=recomputed == head.sha256)


async def write_version(visit: Visit, script_id: UUID, number: int) -> Written:
    """A sealed version as a Markdown guide. Raises `NotFound`."""
    version = await read_version(visit, script_id, number)
    return Written(body=version_markdown(version).encode(), media_type="text/markdown", tag=version.sha256)


def version_markdown(version: SealedVersion) -> str:
    """The moderator's copy of a sealed version."""
    finished = f"{version.finished_at:%Y-%m-%d %H:%M} UTC"
    return moderators_copy(version.content, f"Version {version.number}, finished {finished}. SHA-256 {version.sha256}")


async def _kept(visit: Visit, script_id: UUID, number: int) -> _Kept:
    kept = await visit.one(_Kept, sql["read_kept_version"], visit.workspace_id, script_id, number)
    assert kept is not None
    return kept
