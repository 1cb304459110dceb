"""Delivering: one job brings what is next for one object over one connection, and writes down what came of it.

No transaction is open while the plugin works. Delivery is at least once: a worker may die after the call and before the
receipt is stored, and the same delivery is then called again under the same id.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from secrets import SystemRandom
from typing import Any, Final, TypeAlias, assert_never
from uuid import UUID

import msgspec
import structlog

from crossview.deliveries.pace import Pace
from crossview.deliveries.turns import NoTurn, Turns
from crossview.foundation import events
from crossview.foundation.db import Database, Visit
from crossview.foundation.errors import Unavailable
from crossview.foundation.sql import statements
from crossview.plugin import Delivery, Event, PluginFailure, Receipt, RetryLater
from crossview.plugin.configuration import operator_settings
from crossview.plugin.manager import PluginRegistry
from crossview.plugin.runner import PluginRunner
from crossview.plugin.secrets import SealBroken, SecretBox

sql = statements(__package__, "deliveries.sql")
log = structlog.get_logger("crossview.deliveries")

SOON: Final = 1.0
"""Seconds until somebody who could not have a turn, or whose outcome came too late, looks again."""
LONGEST_REASON: Final = 500


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    """On its way, or waiting for its next attempt."""
    CONFIRMED = "confirmed"
    """The plugin gave a receipt."""
    HELD = "held"
    """Waits behind a dead one of the same object, or for its connection to be enabled again."""
    DEAD = "dead"
    """Given up; the reason says why. It can be replayed."""
    WITHDRAWN = "withdrawn"
    """No longer to be delivered."""


class DueDelivery(msgspec.Struct, frozen=True):
    """What a loader gets to know: which moment, of which object, about what."""

    id: UUID
    connection_id: UUID
    moment: str
    object_id: UUID
    subject_id: UUID
    facts: dict[str, Any]
    occurred_at: datetime
    state: State
    attempts: int


class Withheld(msgspec.Struct, frozen=True):
    """A loader's answer when the content may not leave any more; `reason` is shown at the delivery and holds no content."""

    reason: str


Loader: TypeAlias = Callable[[Visit, DueDelivery], Awaitable[Event | Withheld]]
Loaders: TypeAlias = Mapping[str, Loader]
"""By moment: who reads the content, at the time it is sent."""


class Lane(msgspec.Struct, frozen=True):
    """What a job names: one object at one connection. Deliveries of one lane keep their order."""

    workspace_id: UUID
    connection_id: UUID
    object_id: UUID


class Route(msgspec.Struct, frozen=True):
    """A connection as a call needs it; `pause` is in seconds from now."""

    plugin: str
    settings: dict[str, Any]
    secrets: bytes | None
    enabled: bool
    deleted: bool
    pause: float


class ContentUnreadable(RetryLater):
    """A loader failed: the connection has no part in it."""


class Again(Exception):
    """The job is not through: run it again after `seconds`, in its place."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


@dataclass(frozen=True)
class Courier:
    """All that delivering takes. `environ` is where operators set variables for plugins (`CROSSVIEW_<PLUGIN>_*`)."""

    database: Database
    plugins: PluginRegistry
    runner: PluginRunner
    secret_box: SecretBox
    loaders: Loaders
    environ: Mapping[str, str]
    turns: Turns
    pace: Pace


@dataclass(frozen=True)
class _Attempt:
    """One attempt at one delivery, as it was claimed."""

    due: DueDelivery
    route: Route
    receipt: Receipt | None

    @property
    def number(self) -> int:
        return self.due.attempts + 1


async def deliver(courier: Courier, lane: Lane) -> None:
    """Attempt the earliest delivery of a lane; nothing happens when none is pending.

    Raises `Again` when the job must come back, `Unavailable` when the database is away.
    """
    try:
        async with courier.turns.take(lane.connection_id):
            attempt = await _claim(courier, lane)
            if attempt is not None:
                await _carry_out(courier, lane, attempt)
    except NoTurn:
        raise Again(SOON * (0.5 + _luck())) from None


async def _carry_out(courier: Courier, lane: Lane, attempt: _Attempt) -> None:
    try:
        content = await _content(courier, lane, attempt.due)
        if isinstance(content, Withheld):
            await _withdraw(courier, lane, attempt, content)
            return
        receipt = await _call(courier, lane, attempt, content)
    except PluginFailure as failure:
        await _fail(courier, lane, attempt, failure)
    else:
        await _confirm(courier, lane, attempt, receipt)


# --- Before the call ------------------------------------------------------------------------------------------------


async def _claim(courier: Courier, lane: Lane) -> _Attempt | None:
    """Start an attempt and count it. None when there is nothing to send now; raises `Again` while the connection rests."""
    async with courier.database.visit_as_service(lane.workspace_id) as visit:
        route = await visit.one(Route, sql["find_route"], visit.workspace_id, lane.connection_id)
        due = await visit.one(DueDelivery, sql["next_delivery"], *_ids(lane))
        if route is None or due is None:
            return None
        match due.state:
            case State.DEAD:
                await visit.run(sql["hold_later"], *_ids(lane), due.id)
                return None
            case State.HELD:
                return None
            case State.PENDING:
                return await _claim_pending(visit, lane, route, due)
            case State.CONFIRMED | State.WITHDRAWN:
                raise AssertionError("the statement leaves out what is settled")
        assert_never(due.state)


async def _claim_pending(visit: Visit, lane: Lane, route: Route, due: DueDelivery) -> _Attempt | None:
    if route.deleted:
        await visit.run(sql["withdraw_all"], visit.workspace_id, lane.connection_id, "the connection was deleted")
        return None
    if not route.enabled:
        await visit.run(sql["hold_all"], visit.workspace_id, lane.connection_id)
        return None
    if route.pause > 0:
        raise Again(route.pause * (1 + _luck()))
    await visit.run(sql["start_attempt"], visit.workspace_id, due.id)
    receipt = await visit.one(_StoredReceipt, sql["find_receipt"], *_ids(lane))
    return _Attempt(due, route, None if receipt is None else receipt.as_receipt())


async def _content(courier: Courier, lane: Lane, due: DueDelivery) -> Event | Withheld:
    try:
        async with courier.database.visit_as_service(lane.workspace_id) as visit:
            return await courier.loaders[due.moment](visit, due)
    except Unavailable:
        raise
    except Exception as error:
        log.exception("content of a delivery cannot be read", delivery=str(due.id), moment=due.moment)
        raise ContentUnreadable(reason=f"the content could not be read ({type(error).__name__})") from error


async def _call(courier: Courier, lane: Lane, attempt: _Attempt, content: Event) -> Receipt:
    route = attempt.route
    if route.plugin not in courier.plugins.names:
        raise RetryLater(reason=f"the plugin {route.plugin} is not installed here, or not enabled by the operator")
    return await courier.runner.call(
        connection_id=str(lane.connection_id),
        plugin=route.plugin,
        moment=attempt.due.moment,
        event=content,
        settings=route.settings,
        secrets=_opened(courier.secret_box, lane, route.secrets),
        delivery=Delivery(
            id=str(attempt.due.id), attempt=attempt.number, object_id=str(lane.object_id), receipt=attempt.receipt
        ),
        environ=operator_settings(route.plugin, courier.environ),
    )


def _opened(box: SecretBox, lane: Lane, sealed: bytes | None) -> dict[str, Any]:
    if sealed is None:
        return {}
    try:
        return box.open(str(lane.workspace_id), str(lane.connection_id), sealed)
    except SealBroken as broken:
        raise RetryLater(reason=str(broken)) from broken


# --- After the call -------------------------------------------------------------------------------------------------


async def _confirm(courier: Courier, lane: Lane, attempt: _Attempt, receipt: Receipt) -> None:
    async with courier.database.visit_as_service(lane.workspace_id) as visit:
        await _enter_lane(visit, lane)
        _in_time(await visit.run(sql["confirm"], visit.workspace_id, attempt.due.id, attempt.number))
        values = (receipt.external_id, receipt.address, receipt.content_hash)
        await visit.run(sql["keep_copy"], *_ids(lane), *values, attempt.due.id)
        await visit.run(sql["note_success"], visit.workspace_id, lane.connection_id)


async def _withdraw(courier: Courier, lane: Lane, attempt: _Attempt, withheld: Withheld) -> None:
    async with courier.database.visit_as_service(lane.workspace_id) as visit:
        await _enter_lane(visit, lane)
        await _settle(visit, attempt, State.WITHDRAWN, withheld.reason)


async def _fail(courier: Courier, lane: Lane, attempt: _Attempt, failure: PluginFailure) -> None:
    """Write the failure down; raises `Again` unless the delivery is dead or its connection was disabled for it."""
    log.warning(
        "delivery failed",
        delivery=str(attempt.due.id),
        plugin=attempt.route.plugin,
        attempt=attempt.number,
        failure=type(failure).__name__,
    )
    pace = courier.pace
    dead = failure.permanent or pace.is_last(attempt.number)
    async with courier.database.visit_as_service(lane.workspace_id) as visit:
        await _enter_lane(visit, lane)
        await _settle(visit, attempt, State.DEAD if dead else State.PENDING, failure.reason)
        if dead:
            await visit.run(sql["hold_later"], *_ids(lane), attempt.due.id)
            await events.append(
                visit,
                "delivery.died",
                attempt.due.id,
                connection_id=str(lane.connection_id),
                moment=attempt.due.moment,
            )
        disabled = not isinstance(failure, ContentUnreadable) and await _rest(visit, lane, pace, failure)
        if disabled or dead:
            return
    raise Again(pace.pause(attempt.number, _luck(), failure.retry_after))


async def _rest(visit: Visit, lane: Lane, pace: Pace, failure: PluginFailure) -> bool:
    """Let the connection rest after a failure, and disable it after too many in a row; whether it was disabled."""
    failures = await visit.value(
        sql["note_failure"],
        visit.workspace_id,
        lane.connection_id,
        failure.retry_after or 0.0,
        pace.rest,
        pace.longest_rest,
    )
    if failures < pace.failures:
        return False
    reason = f"disabled after {failures} failed calls in a row; the last: {failure.reason}"[:LONGEST_REASON]
    if await visit.run(sql["stop_connection"], visit.workspace_id, lane.connection_id, reason):
        await visit.run(sql["hold_all"], visit.workspace_id, lane.connection_id)
        await events.append(visit, "connection.disabled", lane.connection_id, failures=failures)
    return True


async def _settle(visit: Visit, attempt: _Attempt, state: State, reason: str) -> None:
    ours = (visit.workspace_id, attempt.due.id, attempt.number)
    _in_time(await visit.run(sql["settle"], *ours, state.value, reason[:LONGEST_REASON]))


async def _enter_lane(visit: Visit, lane: Lane) -> None:
    """Lock the connection before its deliveries, as everybody does, so that nobody waits for each other."""
    await visit.one(Route, sql["find_route"], visit.workspace_id, lane.connection_id)


def _in_time(touched: int) -> None:
    """Refuse the outcome of an attempt that is not the delivery's last, or whose delivery was settled meanwhile.

    Whoever comes late cannot know whether the job is somebody else's by now. It comes back, so that no delivery is left
    without a job, and finds nothing to do when all is well.
    """
    if touched == 0:
        raise Again(SOON)


class _StoredReceipt(msgspec.Struct, frozen=True):
    external_id: str
    address: str
    content_hash: str

    def as_receipt(self) -> Receipt:
        return Receipt(external_id=self.external_id, address=self.address, content_hash=self.content_hash)


def _ids(lane: Lane) -> tuple[UUID, UUID, UUID]:
    return lane.workspace_id, lane.connection_id, lane.object_id


def _luck() -> float:
    return SystemRandom().random()
