"""Replaying: a dead delivery gets another life, and what was held behind it follows in order."""

from uuid import UUID

from crossview.deliveries.deliver import State
from crossview.deliveries.letters import Letter, read_delivery
from crossview.deliveries.publish import QUEUE, TASK
from crossview.foundation import events
from crossview.foundation.db import Visit
from crossview.foundation.errors import Refusal
from crossview.foundation.sql import statements

sql = statements(__package__, "deliveries.sql")


class DeliveryNotDead(Refusal):
    """This delivery is {state}. Only a dead one can be replayed."""

    status = 409
    code = "delivery_not_dead"


class ConnectionOff(Refusal):
    """The connection of this delivery is disabled or deleted. Enable it first; what a deleted one owed is not sent any more."""

    status = 409
    code = "connection_off"


async def replay(visit: Visit, delivery_id: UUID) -> Letter:
    """Send a dead delivery again, with all attempts before it. Raises `NotFound`, `DeliveryNotDead`, `ConnectionOff`."""
    connection_id = (await read_delivery(visit, delivery_id)).connection_id
    is_on = await visit.value(sql["lock_for_replay"], visit.workspace_id, connection_id)
    letter = await read_delivery(visit, delivery_id)
    if letter.state is not State.DEAD:
        raise DeliveryNotDead(state=letter.state.value)
    if not is_on:
        raise ConnectionOff
    await visit.run(sql["revive"], visit.workspace_id, delivery_id, QUEUE, TASK)
    await visit.run(sql["release_held"], visit.workspace_id, connection_id, letter.object_id, QUEUE, TASK)
    await visit.run(sql["forgive"], visit.workspace_id, connection_id)
    visit.woken = True
    await events.append(visit, "delivery.replayed", delivery_id, connection_id=str(connection_id), moment=letter.moment)
    return await read_delivery(visit, delivery_id)
