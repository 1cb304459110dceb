"""Finished scripts as Markdown: one file for each version, and the newest one as `latest.md`."""

import hashlib
import re

from crossview.plugin import Delivery, Receipt, ScriptFinished, ScriptReopened, SealedScript
from crossview_files.folder import Folder
from crossview_files.names import mark, titled

SCRIPTS = "scripts"
LATEST = "latest.md"


def write_finished(folder: Folder, event: ScriptFinished, delivery: Delivery) -> Receipt:
    """Write a version as the service rendered it."""
    return _write(folder, event.script, event.script.markdown, delivery)


def write_reopened(folder: Folder, event: ScriptReopened, delivery: Delivery) -> Receipt:
    """Write the version again with a first line that says it no longer holds, and why."""
    day = event.occurred_at.date().isoformat()
    notice = f"> **Reopened on {day}, do not use this version.** {inert(event.reason)}"
    return _write(folder, event.script, f"{notice.rstrip()}\n\n{event.script.markdown}", delivery)


def inert(text: str) -> str:
    """Text as one line of Markdown that is nothing but text: no heading, link, image, mention or HTML."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return re.sub(r"([\\`*_{}\[\]<>#|~@&!:])", r"\\\1", line)


def _write(folder: Folder, script: SealedScript, text: str, delivery: Delivery) -> Receipt:
    content = text.encode("utf-8", "replace")
    place = titled(script.title, script.id)
    with folder.inside(SCRIPTS) as scripts:
        scripts.bring_along(script.id, place)
        with scripts.inside(place) as versions:
            name = f"v{script.version}.md"
            for name_to_write in (name, LATEST) if script.version >= _newest(versions) else (name,):
                _put(versions, name_to_write, content, delivery)
    path = f"{SCRIPTS}/{place}/{name}"
    return Receipt(external_id=path, address=path, content_hash=hashlib.sha256(content).hexdigest())


def _newest(versions: Folder) -> int:
    numbers = (re.fullmatch(r"v(\d+)\.md", name) for name in versions.names())
    return max((int(number[1]) for number in numbers if number), default=0)


def _put(versions: Folder, name: str, content: bytes, delivery: Delivery) -> None:
    present = versions.read(name)
    if present == content:
        return
    if present is not None and delivery.receipt is not None:
        found = hashlib.sha256(present).hexdigest()
        if found != delivery.receipt.content_hash:
            # Somebody changed it since the last receipt: their work is put aside, not written over.
            versions.rename(name, f"{name.removesuffix('.md')}.edited-{found[:10]}.md")
    versions.write(name, content, passing=f".{mark(delivery.id)}.part")
