"""Every operation for every role: who may is let in, who may not is refused; both from the one table."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from crossview import contract
from crossview.foundation.db import Database
from crossview.foundation.operations import Operation
from crossview.foundation.permissions import Permission, Reach, Role, effective_reach, reach
from crossview.foundation.tries import LIMIT
from tests.contract.world import World, with_scopes
from tests.people import Person

PUBLIC = {"live", "ready", "accept_invitation"}
NEVER_A_VERSION = '"0"'
"""An If-Match that nothing has: who may change a thing is let in as far as its version and leaves it as it is."""


def guarded(app: Litestar) -> Iterator[tuple[str, str, str, Operation]]:
    """Name, method, address and description of each operation that asks for a permission."""
    for path, methods in contract.openapi(app)["paths"].items():
        for method, described in methods.items():
            name = described["operationId"]
            operation: Operation = handlers(app)[name].opt["operation"]
            if operation.permission is not None:
                yield name, method, path, operation


def handlers(app: Litestar) -> dict[str, Any]:
    return {str(handler.operation_id): handler for handler in contract.operations(app)}


@pytest.fixture
def cells(app: Litestar) -> list[tuple[str, str, str, Operation]]:
    """The operations, those that take something away last."""
    return sorted(guarded(app), key=lambda cell: cell[1] == "delete")


async def call(api: httpx.AsyncClient, token: str | None, method: str, path: str, body: Any) -> httpx.Response:
    headers = {"If-Match": NEVER_A_VERSION} | ({"Authorization": f"Bearer {token}"} if token else {})
    return await api.request(method, path, json=body, headers=headers)


def refused(answer: httpx.Response) -> bool:
    """Whether an answer says that the role may not."""
    return answer.status_code == 403 and answer.json()["code"] == "not_allowed"


def test_only_what_needs_nobody_is_open_to_everybody(app: Litestar) -> None:
    public = {name for name, handler in handlers(app).items() if handler.opt["operation"].permission is None}

    assert public == PUBLIC


async def test_nobody_gets_in_without_a_token(world: World, cells: list[tuple[str, str, str, Operation]]) -> None:
    answers = {
        name: (await call(world.owner.api, None, method, world.path(path), operation.example)).status_code
        for name, method, path, operation in cells
    }

    # After so many failures from one address the refusal is another one, and no less one.
    assert list(answers.values()) == [401] * LIMIT + [429] * (len(cells) - LIMIT)
    assert len(answers) == len(cells) > 70


@pytest.mark.parametrize("role", Role)
async def test_role_may_what_the_table_says_and_nothing_else(
    world: World,
    cells: list[tuple[str, str, str, Operation]],
    role: Role,
    record_property: Callable[[str, object], None],
) -> None:
    person = world.people[role]
    wrong = [
        f"{role} {name}: {answer.status_code} {answer.text}"
        for name, method, path, operation in cells
        for answer in [await call(person.api, person.token, method, world.path(path), operation.example)]
        if refused(answer) is not (effective_reach(role, permission_of(operation), None) is Reach.NEVER)
        or answer.status_code == 401
    ]

    assert wrong == []
    record_property("permission pairs", len(cells))


@pytest.mark.parametrize("role", [Role.SERVICE, Role.PLUGIN, Role.OBSERVER])
async def test_token_of_every_scope_may_what_the_table_says_and_nothing_else(
    world: World, cells: list[tuple[str, str, str, Operation]], database: Database, role: Role
) -> None:
    person: Person = await with_scopes(database, world.workspace_id, world.people[role], tuple(Permission))
    wrong = [
        f"{role} {name}: {answer.status_code} {answer.text}"
        for name, method, path, operation in cells
        for answer in [await call(person.api, person.token, method, world.path(path), operation.example)]
        if refused(answer) is not (reach(role, permission_of(operation)) is Reach.NEVER) or answer.status_code == 401
    ]

    assert wrong == []


def permission_of(operation: Operation) -> Permission:
    assert operation.permission is not None
    return operation.permission
