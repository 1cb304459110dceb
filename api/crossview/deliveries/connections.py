"""Connections: a plugin set up for a workspace, with its settings and its sealed secrets."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from crossview.deliveries.publish import QUEUE, TASK
from crossview.foundation import events
from crossview.foundation.db import Visit, refusing
from crossview.foundation.door import same_version
from crossview.foundation.errors import NotFound, Refusal, UnknownReference
from crossview.foundation.pages import Page, after_cursor, next_cursor
from crossview.foundation.sql import statements
from crossview.foundation.texts import Name, changed
from crossview.plugin.configuration import read_settings
from crossview.plugin.manager import PluginRegistry
from crossview.plugin.secrets import SealBroken, SecretBox

sql = statements(__package__, "deliveries.sql")


class UnknownPlugin(Refusal):
    """No plugin called "{plugin}" can be connected here. `GET /v1/plugins` lists those that can, and why others cannot."""

    status = 422
    code = "unknown_plugin"


class ConnectionExists(Refusal):
    """There is a connection called "{name}" already. Take that one, or another name."""

    status = 409
    code = "connection_exists"


class SecretsUnreadable(Refusal):
    """The stored secrets of this connection cannot be opened with the keys of this installation. Send `secrets` again."""

    status = 409
    code = "secrets_unreadable"


class Connection(msgspec.Struct, frozen=True):
    """A connection. `secrets` names the secrets that are set; their values never come back.

    `study_id` narrows it to the moments of one study. `reason` says why it was disabled, when nobody chose to.
    """

    id: UUID
    plugin: str
    name: str
    settings: dict[str, Any]
    secrets: tuple[str, ...]
    study_id: UUID | None
    enabled: bool
    reason: str | None
    version: int
    created_at: datetime


class NewConnection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A connection to be; `GET /v1/plugins` has the schemas of a plugin's settings and secrets."""

    plugin: Name
    name: Name
    settings: dict[str, Any] = {}
    secrets: dict[str, Any] = {}
    study_id: UUID | None = None
    enabled: bool = True


class ConnectionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What changes about a connection; `settings` and `secrets` are replaced whole."""

    name: Name | UnsetType = UNSET
    settings: dict[str, Any] | UnsetType = UNSET
    secrets: dict[str, Any] | UnsetType = UNSET
    study_id: UUID | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET


async def connect(visit: Visit, plugins: PluginRegistry, box: SecretBox, new: NewConnection) -> Connection:
    """Set a plugin up. Raises `UnknownPlugin`, `InvalidInput`, `UnknownReference`, `ConnectionExists`."""
    _check(plugins, new.plugin, new.settings, new.secrets)
    await _require_study(visit, new.study_id)
    connection_id: UUID = await visit.value(sql["draw_id"])
    with refusing("connection_name_taken", ConnectionExists(name=new.name)):
        await visit.run(
            sql["create_connection"],
            visit.workspace_id,
            connection_id,
            new.plugin,
            new.name,
            new.settings,
            _sealed(box, visit, connection_id, new.secrets),
            sorted(new.secrets),
            new.enabled,
            new.study_id,
        )
    await events.append(visit, "connection.created", connection_id, study_id=new.study_id, plugin=new.plugin)
    return await read_connection(visit, connection_id)


async def list_connections(visit: Visit, cursor: str | None, limit: int) -> Page[Connection]:
    """The connections in the order in which they were made."""
    after = after_cursor(cursor, UUID)
    rows = await visit.many(Connection, sql["list_connections"], visit.workspace_id, after, limit + 1)
    return Page(items=tuple(rows[:limit]), next_cursor=next_cursor(rows, limit, lambda row: row.id))


async def read_connection(visit: Visit, connection_id: UUID) -> Connection:
    """One connection. Raises `NotFound`."""
    connection = await visit.one(Connection, sql["read_connection"], visit.workspace_id, connection_id)
    if connection is None:
        raise NotFound(thing="connection")
    return connection


async def change_connection(
    visit: Visit,
    plugins: PluginRegistry,
    box: SecretBox,
    connection_id: UUID,
    expected: int,
    change: ConnectionChange,
) -> Connection:
    """Change a connection. A disabled one holds what is on its way until it is enabled again.

    Raises `NotFound`, `StaleVersion`, `UnknownPlugin`, `InvalidInput`, `SecretsUnreadable`, `UnknownReference`,
    `ConnectionExists`.
    """
    current = await _locked(visit, connection_id, expected)
    if change.settings is not UNSET or change.secrets is not UNSET:
        secrets = await _stored(visit, box, connection_id) if change.secrets is UNSET else change.secrets
        settings = current.settings if change.settings is UNSET else change.settings
        _check(plugins, current.plugin, settings, secrets)
    if change.study_id is not UNSET:
        await _require_study(visit, change.study_id)
    if change.secrets is not UNSET:
        sealed = _sealed(box, visit, connection_id, change.secrets)
        await visit.run(sql["change_secrets"], visit.workspace_id, connection_id, sealed, sorted(change.secrets))
    await _write(visit, current, changed(current, msgspec.structs.replace(change, secrets=UNSET)))
    await events.append(visit, "connection.changed", connection_id, study_id=current.study_id, plugin=current.plugin)
    return await read_connection(visit, connection_id)


async def delete_connection(visit: Visit, connection_id: UUID, expected: int) -> None:
    """Forget a connection and its secrets and withdraw what is on its way; what lies at the destination stays listed.

    Raises `NotFound`, `StaleVersion`.
    """
    current = await _locked(visit, connection_id, expected)
    await visit.run(sql["delete_connection"], visit.workspace_id, connection_id)
    await visit.run(sql["withdraw_all"], visit.workspace_id, connection_id, "the connection was deleted")
    await events.append(visit, "connection.deleted", connection_id, study_id=current.study_id, plugin=current.plugin)


async def _locked(visit: Visit, connection_id: UUID, expected: int) -> Connection:
    await visit.run(sql["lock_connection"], visit.workspace_id, connection_id)
    current = await read_connection(visit, connection_id)
    same_version(current, expected)
    return current


async def _write(visit: Visit, current: Connection, after: Connection) -> None:
    ours = (visit.workspace_id, current.id)
    reason = None if after.enabled else after.reason
    with refusing("connection_name_taken", ConnectionExists(name=after.name)):
        await visit.run(
            sql["change_connection"], *ours, after.name, after.settings, after.enabled, after.study_id, reason
        )
    # Whoever changed something wants to see at once whether it helped.
    await visit.run(sql["forgive"], *ours)
    if current.enabled and not after.enabled:
        await visit.run(sql["hold_all"], *ours)
    if after.enabled and not current.enabled:
        released = await visit.value(sql["release_held"], *ours, None, QUEUE, TASK)
        visit.woken = visit.woken or released > 0


def _check(plugins: PluginRegistry, plugin: str, settings: dict[str, Any], secrets: dict[str, Any]) -> None:
    if plugin not in plugins.names:
        raise UnknownPlugin(plugin=plugin)
    read_settings(plugins.card(plugin), settings, secrets)


async def _stored(visit: Visit, box: SecretBox, connection_id: UUID) -> dict[str, Any]:
    sealed: bytes | None = await visit.value(sql["find_sealed"], visit.workspace_id, connection_id)
    if sealed is None:
        return {}
    try:
        return box.open(str(visit.workspace_id), str(connection_id), sealed)
    except SealBroken as broken:
        raise SecretsUnreadable from broken


def _sealed(box: SecretBox, visit: Visit, connection_id: UUID, secrets: dict[str, Any]) -> bytes | None:
    return box.seal(str(visit.workspace_id), str(connection_id), secrets) if secrets else None


async def _require_study(visit: Visit, study_id: UUID | None) -> None:
    if study_id is not None and not await visit.value(sql["study_exists"], visit.workspace_id, study_id):
        raise UnknownReference(path="$.study_id", thing="study")
