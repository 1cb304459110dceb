"""What makes a finished script provable: a hash over what was agreed, which survives the removal of a text.

Each text enters the hash by its own SHA-256, so that a text that has to be erased later leaves its hash behind and the seal
still holds. The canonical form is RFC 8785 (https://www.rfc-editor.org/rfc/rfc8785).
"""

import hashlib
from typing import Any

import msgspec
import rfc8785

from crossview.scripts.document import ScriptDocument


class Pick(msgspec.Struct, frozen=True):
    """A question that the minutes were spent on, in the order of the choice; `minutes` are what it costs."""

    text: str
    department: str
    minutes: str
    phase: str


class LeftOut(msgspec.Struct, frozen=True):
    """A question that was judged and is not in the script, with the reason in one sentence."""

    text: str
    department: str
    reason: str


class SealedContent(msgspec.Struct, frozen=True):
    """What the seal covers: the script as it will be asked, how its questions were chosen, and by which settings."""

    script: ScriptDocument
    picks: tuple[Pick, ...]
    left_out: tuple[LeftOut, ...]
    settings: dict[str, Any]


def canonical(content: SealedContent) -> bytes:
    """The content as canonical JSON, the form in which it is kept."""
    return rfc8785.dumps(msgspec.to_builtins(content))


def seal(content: bytes) -> bytes:
    """The SHA-256 of kept content, 32 bytes: canonical JSON in which each text is replaced by its own SHA-256."""
    return hashlib.sha256(rfc8785.dumps(_by_hash(msgspec.json.decode(content)))).digest()


def _by_hash(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _text_hash(inner) if key == "text" else _by_hash(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_by_hash(inner) for inner in value]
    return value


def _text_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
