"""The contract against the service: generated requests over a real socket, held against every check that schemathesis has.

`CROSSVIEW_SCHEMATHESIS_EXAMPLES` is how many requests are drawn at random for each operation, beside those that its limits and
examples ask for; `CROSSVIEW_SCHEMATHESIS_SEQUENCES` is how many sequences are drawn, in which one request goes to what another
one made.
"""

import asyncio
import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import hypothesis
import msgspec
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck
from schemathesis import GenerationMode

from crossview import contract
from crossview.app import create_litestar
from crossview.foundation.clock import SystemClock
from crossview.foundation.db import Database
from crossview.foundation.settings import Settings
from tests.conftest import TEMPLATE, Server
from tests.contract.world import World, application, build_world

EXAMPLES = int(os.environ.get("CROSSVIEW_SCHEMATHESIS_EXAMPLES", "15"))

SEQUENCES = int(os.environ.get("CROSSVIEW_SCHEMATHESIS_SEQUENCES", "12"))
SLOWEST = 2.0
"""Seconds that an answer may take here, beside everything else that the machine does."""

# A drawn body fits its schema and may still meet a rule that no schema tells: an unknown id, a wrong state, a stale version.
ACCEPTED = ["2xx", "304", "401", "403", "404", "409", "412", "422"]
# A wrong If-Match is not malformed, it is stale; a body of another type is named as such, and so is one with a text so long
# that the whole is larger than any body may be.
REJECTED = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428"]

schema = schemathesis.openapi.from_dict(
    msgspec.json.decode(msgspec.json.encode(contract.openapi(create_litestar(None, lambda: None)))),
    config=schemathesis.Config.from_dict(
        {
            # NUL is refused in every text, which no schema of ours repeats; the token is the same for all requests.
            "generation": {"allow-x00": False, "with-security-parameters": False},
            "checks": {
                "max_response_time": SLOWEST,
                # litestar answers OPTIONS with the methods of the first handler at an address.
                "allow_header_conformance": {"enabled": False},
                "positive_data_acceptance": {"expected-statuses": ACCEPTED},
                "negative_data_rejection": {"expected-statuses": REJECTED},
                "missing_required_header": {"expected-statuses": ["401", "428"]},
            },
        }
    ),
)


@dataclass
class Served:
    """A running service with a world in it, how another world is made, and how many requests it was sent."""

    url: str
    world: World
    another: Callable[[], World]
    server: uvicorn.Server
    requests: int = 0


@pytest.fixture(scope="module")
def served(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service on a free port of this machine, in a loop of its own."""
    ready: Future[Served] = Future()
    settings = Settings(data=str(tmp_path_factory.mktemp("data")), worker="none", public_url="http://crossview.test")
    thread = threading.Thread(target=lambda: asyncio.run(serve(server, settings, ready)))
    with pytest.MonkeyPatch.context() as patched:
        # Each operation is tried without a token and with wrong ones, more often than an honest address would.
        patched.setattr("crossview.foundation.tries.LIMIT", 1_000_000)
        thread.start()
        found = ready.result(timeout=60)
        yield found
        found.server.should_exit = True
        thread.join(timeout=30)


@pytest.fixture(autouse=True)
def _counted(served: Served, record_property: Callable[[str, object], None]) -> Iterator[None]:
    before = served.requests
    yield
    record_property("generated requests", served.requests - before)


async def serve(server: Server, settings: Settings, ready: "Future[Served]") -> None:
    """Serve a fresh database until told to stop."""
    name = f"served_{uuid4().hex}"
    admin = await asyncpg.connect(server.dsn("postgres"))
    await admin.execute(f"create database {name} template {TEMPLATE}")
    try:
        database = await Database.connect(server.dsn(name), clock=SystemClock())
        try:
            await serve_database(settings, database, ready)
        finally:
            await database.close()
    except BaseException as error:
        if not ready.done():
            ready.set_exception(error)
        raise
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


async def serve_database(settings: Settings, database: Database, ready: "Future[Served]") -> None:
    app: Any = application(settings, database)
    loop = asyncio.get_running_loop()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://crossview.test") as client:

            def another() -> World:
                return asyncio.run_coroutine_threadsafe(build_world(database, client), loop).result(30)

            uvicorn_server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
            ready.set_result(Served(url, await build_world(database, client), another, uvicorn_server))
            await uvicorn_server.serve(sockets=[listening])


@schema.parametrize()
@hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)
def test_service_answers_as_the_contract_says(case: schemathesis.Case[Any], served: Served) -> None:
    # Half of the well-formed requests go to things that are there: an id drawn at random never is.
    served.requests += 1
    if served.requests % 2 and case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE:
        case.path_parameters.update({name: served.world.ids[name] for name in case.path_parameters})
    case.call_and_validate(
        base_url=served.url, headers={"Authorization": f"Bearer {served.world.owner.token}"}, timeout=5
    )


def test_sequences_of_requests_are_answered_as_the_contract_says(
    served: Served, record_property: Callable[[str, object], None]
) -> None:
    steps: Counter[int] = Counter()

    class Sequences(schema.as_state_machine()):  # type: ignore[misc]
        """Requests that take ids from the answers to earlier ones, each sequence in a world of its own."""

        def setup(self) -> None:
            self.headers = {"Authorization": f"Bearer {served.another().owner.token}"}

        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, Any]:
            return {"base_url": served.url, "headers": self.headers, "timeout": 5}

        def validate_response(self, response: Any, case: schemathesis.Case[Any], **kwargs: Any) -> None:
            served.requests += 1
            steps[response.status_code // 100] += 1
            super().validate_response(response, case, **kwargs)

    Sequences.run(
        settings=hypothesis.settings(
            max_examples=SEQUENCES, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        )
    )

    assert steps[2] > SEQUENCES
    told = ", ".join(f"{count} of {status}xx" for status, count in sorted(steps.items()))
    record_property("figure", f"sequences of generated requests: {SEQUENCES}, {steps.total()} requests: {told}")
