"""What the service and a plugin's process say to each other: frames of msgpack, each after its length.

A frame is a big-endian unsigned 32-bit length and that many bytes of msgpack. The service sends `Start` once and is
answered `Ready` or `NotReady`; then each `Call` is answered by one `Answer`. A plugin that lints is ready when it `Brings` its
rules; then each `Batch` is answered by one `BatchRead`.
"""

import struct
from typing import Any, Final

import msgspec

from crossview.plugin.delivery import Delivery, Receipt
from crossview.plugin.wording import Question, WordingFault, WordingRule

LENGTH: Final = struct.Struct(">I")


class Start(msgspec.Struct, frozen=True):
    """Which plugin the process is for, folders to import it from beside the usual ones, and its memory in bytes."""

    plugin: str
    search_path: tuple[str, ...]
    memory: int


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The plugin is loaded and asks for `deadline` seconds a call."""

    deadline: float


class NotReady(msgspec.Struct, frozen=True, tag=True):
    """The plugin cannot be loaded."""

    reason: str


class Call(msgspec.Struct, frozen=True):
    """One call of one hook; `event` is the struct of the moment."""

    moment: str
    event: msgspec.Raw
    settings: dict[str, Any]
    secrets: dict[str, Any]
    delivery: Delivery


class Delivered(msgspec.Struct, frozen=True, tag=True):
    """The hook answered a receipt."""

    receipt: Receipt


class Postponed(msgspec.Struct, frozen=True, tag=True):
    """The hook raised `RetryLater`."""

    reason: str
    after: float | None


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The hook raised `GiveUp`, or the settings do not fit the plugin."""

    reason: str


class Raised(msgspec.Struct, frozen=True, tag=True):
    """The hook raised something else."""

    reason: str


class NoReceipt(msgspec.Struct, frozen=True, tag=True):
    """The hook answered something that is no receipt or cannot be sent."""

    reason: str


class Brings(msgspec.Struct, frozen=True, tag=True):
    """A plugin that lints is loaded, and brings these rules."""

    rules: tuple[WordingRule, ...]


class Batch(msgspec.Struct, frozen=True):
    """Questions to lint."""

    questions: tuple[Question, ...]


class BatchRead(msgspec.Struct, frozen=True):
    """For each question its faults, or why the plugin could not read it."""

    answers: tuple[tuple[WordingFault, ...] | str, ...]


Greeting = Ready | NotReady
Answer = Delivered | Postponed | Refused | Raised | NoReceipt


def frame(message: msgspec.Struct) -> bytes:
    """A message with its length in front. Raises what msgspec raises for values that msgpack cannot hold."""
    content = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(content)) + content
