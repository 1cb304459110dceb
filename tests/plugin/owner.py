"""A service that is to be killed: prints the process numbers of a busy and of an idle child, then waits."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from crossview.plugin import Delivery, ScriptFinished, SealedScript, Section, Study, Workspace
from crossview.plugin.runner import PluginRunner


async def main(folder: Path) -> None:
    event = ScriptFinished(
        workspace=Workspace("w1", "Acme"),
        occurred_at=datetime(2026, 11, 22, tzinfo=UTC),
        study=Study("s1", "Leaving"),
        link="https://crossview.example/v1/scripts/1",
        script=SealedScript(
            id="1",
            title="Why",
            language="en",
            version=1,
            sha256="",
            session_minutes=45,
            markdown="",
            sections=(Section(kind="core", heading=""),),
        ),
    )
    runner = PluginRunner(search_path=[folder])

    async def call(connection: str, animal: str) -> int:
        receipt = await runner.call(
            connection_id=connection,
            plugin="zoo",
            moment="script_finished",
            event=event,
            settings={"animal": animal},
            secrets={},
            delivery=Delivery(id="d1", attempt=1, object_id="1"),
            environ={},
        )
        return int(receipt.address)

    busy, idle = await call("busy", "tame"), await call("idle", "tame")
    print(busy, idle, sep="\n", flush=True)
    await call("busy", "spins")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
