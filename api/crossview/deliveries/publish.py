"""Publishing: a moment becomes deliveries in the transaction of the change that it tells of."""

from typing import Any, Final
from uuid import UUID

import msgspec

from crossview.foundation.db import Visit
from crossview.foundation.sql import statements

sql = statements(__package__, "deliveries.sql")

QUEUE: Final = "deliveries"
TASK: Final = "deliver"


class _Interested(msgspec.Struct, frozen=True):
    id: UUID


async def publish(
    visit: Visit,
    moment: str,
    *,
    object_id: UUID,
    subject_id: UUID,
    study_id: UUID | None,
    facts: dict[str, Any],
) -> None:
    """Leave a delivery and its job for every connection that takes this moment; both are gone if the transaction rolls back.

    `moment` is a name of `crossview.plugin.MOMENTS`. `object_id` is the script or session within which order is kept,
    `subject_id` what the moment is about (a version, a seat, the session). `facts` holds what the loader needs beside
    these ids: numbers and states, never content, because content is read when it is sent.
    """
    plugins = [plugin for plugin, moments in visit.interests.items() if moment in moments]
    if not plugins:
        return
    # The lock comes in a statement of its own, so that the next one sees what a replay did that held it.
    interested = await visit.many(_Interested, sql["lock_interested"], visit.workspace_id, plugins, study_id)
    if not interested:
        return
    connections = [connection.id for connection in interested]
    enqueued = await visit.value(
        sql["publish"],
        visit.workspace_id,
        connections,
        moment,
        object_id,
        subject_id,
        facts,
        visit.now,
        QUEUE,
        TASK,
    )
    visit.woken = visit.woken or enqueued > 0
