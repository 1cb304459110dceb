"""What plugins get to see of a script, read from the sealed version at the moment it is sent."""

from uuid import UUID

from crossview.context.studies import find_study
from crossview.deliveries.deliver import DueDelivery
from crossview.foundation.db import Visit
from crossview.plugin import moments
from crossview.scripts.document import ItemDocument, SectionDocument
from crossview.scripts.lifecycle import SealedVersion, read_version, version_markdown
from crossview.scripts.scripts import find_script
from crossview.workspace.workspaces import read_workspace


async def load_script_finished(visit: Visit, due: DueDelivery, link_base: str) -> moments.ScriptFinished:
    """The finished version that `due` speaks of."""
    version = await _version(visit, due)
    workspace, study, link = await _surroundings(visit, due.object_id, version.number, link_base)
    return moments.ScriptFinished(
        workspace=workspace, study=study, link=link, occurred_at=due.occurred_at, script=_sealed(version)
    )


async def load_script_reopened(visit: Visit, due: DueDelivery, link_base: str) -> moments.ScriptReopened:
    """The version that was reopened, with the reason."""
    version = await _version(visit, due)
    workspace, study, link = await _surroundings(visit, due.object_id, version.number, link_base)
    return moments.ScriptReopened(
        workspace=workspace,
        study=study,
        link=link,
        occurred_at=due.occurred_at,
        script=_sealed(version),
        reason=version.reopening_reason or "",
    )


async def _version(visit: Visit, due: DueDelivery) -> SealedVersion:
    return await read_version(visit, due.object_id, int(due.facts["number"]))


async def _surroundings(
    visit: Visit, script_id: UUID, number: int, link_base: str
) -> tuple[moments.Workspace, moments.Study, str]:
    script = await find_script(visit, script_id)
    study = await find_study(visit, script.study_id)
    workspace = await read_workspace(visit)
    return (
        moments.Workspace(str(workspace.id), workspace.name),
        moments.Study(str(study.id), study.title),
        f"{link_base}/v1/scripts/{script_id}/versions/{number}",
    )


def _sealed(version: SealedVersion) -> moments.SealedScript:
    script = version.content.script
    return moments.SealedScript(
        id=str(version.script_id),
        title=script.title,
        language=script.language,
        version=version.number,
        sha256=version.sha256,
        session_minutes=script.session_minutes or 0,
        markdown=version_markdown(version),
        sections=tuple(_section(section) for section in script.sections),
    )


def _section(section: SectionDocument) -> moments.Section:
    return moments.Section(
        kind=section.kind,
        heading=section.heading,
        minutes=section.minutes,
        items=tuple(_item(item) for item in section.items),
    )


def _item(item: ItemDocument) -> moments.Item:
    return moments.Item(
        kind=item.kind,
        text=item.text,
        minutes=item.minutes,
        department=item.department or None,
        items=tuple(_item(inner) for inner in item.items),
    )
