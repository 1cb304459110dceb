"""For the tests of a plugin: an example of every moment, and a call as the service makes it, without its process."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import EntryPoint
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from crossview.plugin.configuration import read_settings
from crossview.plugin.delivery import Delivery, Receipt
from crossview.plugin.hookspecs import PROJECT
from crossview.plugin.manager import ContractBroken, PluginRegistry
from crossview.plugin.moments import (
    Event,
    Item,
    Observer,
    ObserverInvited,
    ObserverReleased,
    Person,
    ScriptFinished,
    ScriptReference,
    ScriptReopened,
    SealedScript,
    Section,
    Session,
    SessionCancelled,
    SessionMoved,
    SessionScheduled,
    Study,
    When,
    Workspace,
)

SCRIPT: Final = SealedScript(
    id="0193a5c2-0000-7000-8000-000000000001",
    title="Why people leave",
    language="en",
    version=1,
    sha256="5f" * 32,
    session_minutes=45,
    markdown="# Why people leave\n\n## The last time (25 min)\n\n1. Tell me about the last time you left a service.\n",
    sections=(
        Section(
            kind="core",
            heading="The last time",
            minutes=Decimal("25"),
            items=(
                Item(
                    kind="question",
                    text="Tell me about the last time you left a service.",
                    minutes=Decimal("12.5"),
                    department="Customer Success",
                    items=(Item(kind="probe", text="What happened before?"),),
                ),
            ),
        ),
    ),
)

OBSERVER: Final = Observer("seat-1", "Sam Seller", "sam@example.org", "Sales")

SESSION: Final = Session(
    id="0193a5c2-0000-7000-8000-000000000002",
    title="Leaving, third interview",
    starts_at=datetime(2026, 12, 1, 9, 0, tzinfo=UTC),
    zone="Europe/Berlin",
    minutes=45,
    place="Room 4",
    sequence=0,
    cancelled=False,
    script=ScriptReference(SCRIPT.id, SCRIPT.title, SCRIPT.version),
    moderator=Person("Mia Moderator", "mia@example.org"),
    participant="P3",
    observers=(OBSERVER,),
)

_ABOUT: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "workspace": Workspace("0193a5c2-0000-7000-8000-000000000003", "Example"),
        "occurred_at": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        "study": Study("0193a5c2-0000-7000-8000-000000000004", "Leaving"),
        "link": "https://crossview.example/v1/scripts/0193a5c2-0000-7000-8000-000000000001",
    }
)

EXAMPLES: Final[Mapping[str, Event]] = MappingProxyType(
    {
        "script_finished": ScriptFinished(script=SCRIPT, **_ABOUT),
        "script_reopened": ScriptReopened(script=SCRIPT, reason="Two questions overlap.", **_ABOUT),
        "session_scheduled": SessionScheduled(session=SESSION, **_ABOUT),
        "session_moved": SessionMoved(
            session=replace(SESSION, sequence=1),
            previous=When(datetime(2026, 11, 30, 9, 0, tzinfo=UTC), "Europe/Berlin", 45),
            **_ABOUT,
        ),
        "session_cancelled": SessionCancelled(session=replace(SESSION, sequence=1, cancelled=True), **_ABOUT),
        "observer_invited": ObserverInvited(session=SESSION, observer=OBSERVER, **_ABOUT),
        "observer_released": ObserverReleased(session=replace(SESSION, observers=()), observer=OBSERVER, **_ABOUT),
    }
)
"""One event for each moment, by its name; `msgspec.structs.replace` makes others of them."""


async def deliver(
    module: str,
    moment: str,
    event: Event | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    secrets: Mapping[str, Any] | None = None,
    delivery: Delivery | None = None,
) -> Receipt:
    """Call one hook of the plugin in `module`, in this process; `event` defaults to the example of the moment.

    Raises `InvalidInput` for settings that do not fit, and whatever the hook raises. Raises `ContractBroken` for a
    plugin that the service would not load.
    """
    registry = PluginRegistry.load([module], [EntryPoint(name=module, value=module, group=PROJECT)])
    if module in registry.broken:
        raise ContractBroken(registry.broken[module])
    read = read_settings(registry.card(module), settings or {}, secrets or {})
    first = Delivery(id="delivery-1", attempt=1, object_id="object-1")
    return await registry.call_one(module, moment, event or EXAMPLES[moment], *read, delivery or first)
