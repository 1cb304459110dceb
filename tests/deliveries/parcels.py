"""A plugin for tests: it behaves as its settings ask and leaves a trace of each call in a folder."""

import asyncio
from pathlib import Path
from zlib import crc32

import msgspec

from crossview.plugin import Delivery, GiveUp, PluginCard, Receipt, RetryLater, ScriptFinished, hookimpl


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    folder: str
    behaviour: str = "delivers"


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    token: str = ""
    spare: str = ""


@hookimpl
def crossview_plugin() -> PluginCard:
    return PluginCard(title="Parcels", settings=Settings, secrets=Secrets, deadline=0.5)


@hookimpl
async def crossview_script_finished(
    event: ScriptFinished, settings: Settings, secrets: Secrets, delivery: Delivery
) -> Receipt:
    folder = Path(settings.folder)
    write(folder / "calls", f"{delivery.id} {delivery.attempt}")
    match settings.behaviour:
        case "hangs":
            await asyncio.Event().wait()
        case "fails twice" if delivery.attempt <= 2:
            raise RuntimeError(f"attempt {delivery.attempt} with {secrets.token}")
        case "gives up" if not (folder / "healed").exists():
            raise GiveUp("the page is gone")
        case "throttled" if delivery.attempt == 1:
            raise RetryLater(after=0.7, reason="too many requests")
        case "is flaky":
            await asyncio.sleep(0.05)
            if crc32(f"{delivery.id} {delivery.attempt}".encode()) % 3 == 0:
                raise ConnectionError("cut")
        case "waits":
            while not (folder / "go").exists():
                await asyncio.sleep(0.01)
    write(folder / delivery.object_id, f"{event.script.version}")
    before = "nothing" if delivery.receipt is None else delivery.receipt.external_id
    return Receipt(external_id=f"v{event.script.version} after {before}", address=secrets.spare, content_hash="ab")


def write(file: Path, line: str) -> None:
    with file.open("a") as opened:
        opened.write(line + "\n")
