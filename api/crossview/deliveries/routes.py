"""HTTP of deliveries: plugins, connections, deliveries with their dead letters, and copies."""

from typing import Annotated
from uuid import UUID

from litestar import Response, Router, delete, get, patch, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from crossview.deliveries import connections, copies, deliver, letters, plugins, replay
from crossview.foundation.door import OpenDoor
from crossview.foundation.errors import InvalidCursor, NotFound, UnknownReference
from crossview.foundation.operations import operation
from crossview.foundation.pages import Cursor, Limit, Page
from crossview.foundation.permissions import Permission

# litestar keeps the name `state` for itself, so the parameter has another one here.
InState = Annotated[deliver.State | None, QueryParameter(name="state", description="Only those in this state.")]
OfObject = Annotated[UUID | None, QueryParameter(description="Only the copies of this script or session.")]


@get("/v1/plugins", **operation("list_plugins", Permission.CONNECT_PLUGINS))
async def list_plugins(door: OpenDoor, state: State) -> Response[plugins.Plugins]:
    """List the plugins that can be connected, with the schemas of their settings, and those that cannot, with the reason."""
    return await door.read(plugins.list_plugins, state.plugins)


@post(
    "/v1/connections",
    **operation(
        "connect",
        Permission.CONNECT_PLUGINS,
        UnknownReference,
        connections.UnknownPlugin,
        connections.ConnectionExists,
        example={"plugin": "files", "name": "Guides of the research team", "settings": {"folder": "guides"}},
    ),
)
async def connect(
    door: OpenDoor, state: State, data: JSONBody[connections.NewConnection]
) -> Response[connections.Connection]:
    """Connect a plugin; its secrets are sealed and never come back."""
    return await door.create(connections.connect, state.plugins, state.secret_box, data)


@get("/v1/connections", **operation("list_connections", Permission.CONNECT_PLUGINS, InvalidCursor))
async def list_connections(
    door: OpenDoor, cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[connections.Connection]]:
    """List the connections."""
    return await door.read(connections.list_connections, cursor, limit)


@get("/v1/connections/{connection_id:uuid}", **operation("read_connection", Permission.CONNECT_PLUGINS, NotFound))
async def read_connection(door: OpenDoor, connection_id: FromPath[UUID]) -> Response[connections.Connection]:
    """Read one connection."""
    return await door.read(connections.read_connection, connection_id)


@patch(
    "/v1/connections/{connection_id:uuid}",
    **operation(
        "change_connection",
        Permission.CONNECT_PLUGINS,
        NotFound,
        UnknownReference,
        connections.UnknownPlugin,
        connections.ConnectionExists,
        connections.SecretsUnreadable,
        needs_version=True,
        example={"name": "Guides of all teams", "enabled": True},
    ),
)
async def change_connection(
    door: OpenDoor, state: State, connection_id: FromPath[UUID], data: JSONBody[connections.ConnectionChange]
) -> Response[connections.Connection]:
    """Change a connection, replace its secrets, disable or enable it."""
    return await door.change(
        connections.change_connection, state.plugins, state.secret_box, connection_id, door.expected, data
    )


@delete(
    "/v1/connections/{connection_id:uuid}",
    **operation("delete_connection", Permission.CONNECT_PLUGINS, NotFound, needs_version=True),
)
async def delete_connection(door: OpenDoor, connection_id: FromPath[UUID]) -> Response[None]:
    """Delete a connection and its secrets; what it brought outside stays listed."""
    return await door.remove(connections.delete_connection, connection_id, door.expected)


@get("/v1/deliveries", **operation("list_deliveries", Permission.READ_DELIVERIES, InvalidCursor))
async def list_deliveries(
    door: OpenDoor, in_state: InState = None, cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[letters.Letter]]:
    """List the deliveries, newest first; `state=dead` lists the dead letters."""
    return await door.read(letters.list_deliveries, in_state, cursor, limit)


@get("/v1/deliveries/{delivery_id:uuid}", **operation("read_delivery", Permission.READ_DELIVERIES, NotFound))
async def read_delivery(door: OpenDoor, delivery_id: FromPath[UUID]) -> Response[letters.Letter]:
    """Read one delivery."""
    return await door.read(letters.read_delivery, delivery_id)


@post(
    "/v1/deliveries/{delivery_id:uuid}/replay",
    status_code=200,
    **operation(
        "replay_delivery",
        Permission.REPLAY_DELIVERIES,
        NotFound,
        replay.DeliveryNotDead,
        replay.ConnectionOff,
    ),
)
async def replay_delivery(door: OpenDoor, delivery_id: FromPath[UUID]) -> Response[letters.Letter]:
    """Send a dead delivery again, and after it what was held behind it."""
    return await door.act(replay.replay, delivery_id)


@get("/v1/copies", **operation("list_copies", Permission.READ_DELIVERIES, InvalidCursor))
async def list_copies(
    door: OpenDoor, object_id: OfObject = None, cursor: Cursor = None, limit: Limit = 50
) -> Response[Page[copies.Copy]]:
    """List what lies outside, and where."""
    return await door.read(copies.list_copies, object_id, cursor, limit)


router = Router(
    path="/",
    tags=["Deliveries"],
    route_handlers=[
        list_plugins,
        connect,
        list_connections,
        read_connection,
        change_connection,
        delete_connection,
        list_deliveries,
        read_delivery,
        replay_delivery,
        list_copies,
    ],
)
