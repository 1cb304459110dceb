"""The doctor: green on a sound installation, and for each thing that may be wrong, the one finding that says so."""

import asyncio
import base64
import re
import shutil
from collections import namedtuple
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from crossview.app import create_app
from crossview.cli.doctor.content import KEEP, RECOVER
from crossview.cli.doctor.deliveries import WORKER
from crossview.cli.doctor.examine import examine
from crossview.cli.doctor.findings import Finding, State, listed
from crossview.cli.doctor.report import summary
from crossview.cli.doctor.schema import NOTIFYING, RESTORE
from crossview.foundation.clock import SystemClock
from crossview.foundation.db import Database
from crossview.foundation.migrations import Connection, migrate, shipped
from crossview.foundation.settings import Settings
from crossview.foundation.sql import statements
from crossview.plugin.manager import PluginRegistry
from crossview.plugin.secrets import SecretBox
from crossview.postgres import EmbeddedPostgres
from tests.cli.command import crossview
from tests.conftest import MEMORY, SetClock
from tests.contract.world import build_world
from tests.promises.service import Service

KEY = Fernet.generate_key().decode()
OTHER_KEY = Fernet.generate_key().decode()
PASSWORD = "open-sesame"
TEMPLATE = "sound"


@dataclass(frozen=True)
class Hospital:
    """A server that keeps its word on commits, with a sound database to make copies of; `ids` are things in it."""

    embedded: EmbeddedPostgres
    ids: dict[str, str]

    def service(self, database: str) -> str:
        """The service's address of a database: a login of its own, as docs/operations.md has the operator make."""
        return re.sub(r"//[^@]*@", f"//service:{PASSWORD}@", self.embedded.dsn("postgres", database))


@dataclass(frozen=True)
class Patient:
    """A copy of the sound database."""

    database: str
    admin: "asyncpg.Connection[Any]"
    settings: Settings

    async def suffers(self, **settings: Any) -> dict[str, tuple[State, str]]:
        """What is not well, by the name of the check."""
        findings = await examine(msgspec.structs.replace(self.settings, **settings), SystemClock())
        return {one.name: (one.state, one.sentence) for one in findings if one.state is not State.OK}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hospital() -> AsyncIterator[Hospital]:
    """The server, and in it a workspace with something of everything."""
    with TemporaryDirectory(prefix="crossview-doctor-", dir=MEMORY if Path(MEMORY).is_dir() else None) as folder:
        durable = {"fsync": "on", "full_page_writes": "on"}
        async with EmbeddedPostgres(Path(folder), fsync=False, settings=durable) as embedded:
            admin = await asyncpg.connect(embedded.admin)
            await admin.execute(f"create database {TEMPLATE}")
            template = await asyncpg.connect(embedded.dsn("postgres", TEMPLATE))
            await migrate(template)
            await template.execute(
                f"create role service login password '{PASSWORD}'; grant crossview_app, crossview_worker to service"
            )
            hospital = Hospital(embedded, {})
            hospital.ids.update(await _inhabited(hospital.service(TEMPLATE)))
            finished = "select id from crossview.script where phase = 'finished'"
            hospital.ids["finished"] = str(await template.fetchval(finished))
            await template.close()
            yield hospital
            await admin.close()


async def _inhabited(dsn: str) -> dict[str, str]:
    """Fill a database by way of the API; returns the ids of what is in it."""
    plugins, box = PluginRegistry.load(None), SecretBox([KEY])
    database = await Database.connect(dsn, clock=SystemClock(), size=2)
    database.interests = plugins.interests()
    app = create_app(Settings(), database, lambda: None, plugins=plugins, secret_box=box)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://crossview.test", timeout=30
    ) as api:
        world = await build_world(database, api)
        signing = "whsec_" + base64.b64encode(b"0" * 32).decode()
        hook = {"plugin": "webhooks", "name": "Hook", "settings": {"url": "https://example.com/hook"}}
        await world.owner.made("/v1/connections", hook | {"secrets": {"signing_secrets": [signing]}})
    await database.close()
    return world.ids


@pytest_asyncio.fixture
async def patient(hospital: Hospital, tmp_path: Path) -> AsyncIterator[Patient]:
    """A copy of the sound database, and the settings of its service."""
    name = f"patient_{uuid4().hex}"
    maintenance = await asyncpg.connect(hospital.embedded.admin)
    await maintenance.execute(f"create database {name} template {TEMPLATE} strategy file_copy")
    admin = await asyncpg.connect(hospital.embedded.dsn("postgres", name))
    settings = Settings(
        database_url=hospital.service(name),
        migrate_url=hospital.embedded.dsn("postgres", name),
        data=str(tmp_path / "data"),
        secret_keys=KEY,
    )
    try:
        yield Patient(name, admin, settings)
    finally:
        await admin.close()
        await maintenance.execute(f"drop database {name} with (force)")
        await maintenance.close()


WELL = {
    "private files": "No secret lies in the data folder.",
    "database": "The database lets the service in.",
    "durability": "What is acknowledged is on disk.",
    "login": "The login service owns nothing, bypasses nothing and may become what the service needs.",
    "clocks": "The database's clock and this machine's agree.",
    "migrations": f"All {len(shipped())} migrations are in, as they were shipped.",
    "roles": "5 roles, none with a login or a power of its own.",
    "walls": "35 tables, each behind row-level security that is forced.",
    "keys": "Every key begins with its workspace.",
    "indexes": "No index was left half built.",
    "functions": "All 13 functions that the service calls are as they were made.",
    "owners": "Every table and function belongs to the role it was made for.",
    "rights": "The service may do what it must, and may not change what was written once.",
    "queue triggers": "The queue's triggers are as the service needs them.",
    "waiting jobs": "No job waits long for a worker.",
    "stalled jobs": "No job was left by a worker that is gone.",
    "dead deliveries": "No delivery was given up.",
    "disabled connections": "No connection was disabled for its failures.",
    "time zones": "This machine knows the zones of all interviews.",
    "sealed versions": "1 sealed version looked at, each as it was sealed.",
    "tallies": "The tallies are a recount of the ballots.",
    "rounds": "No script has more than one open round.",
    "items": "Every item stands with the one that it belongs to.",
    "revisions": "No revision is missing.",
    "phases": "Finished scripts are sealed, and no others.",
    "events": "An event tells of every item.",
    "secret key": "The key opens the secrets of 1 connection.",
}
"""What is said of a sound installation, but for the version and the free space."""


async def test_sound_installation_is_well_in_everything(patient: Patient) -> None:
    findings = await examine(patient.settings, SystemClock())

    told = {one.name: one.sentence for one in findings}
    assert {one.state for one in findings} == {State.OK}
    assert re.fullmatch(r"PostgreSQL \d+\.\d+ answers\.", told.pop("version"))
    assert re.fullmatch(r"[\d.]+ GB of [\d.]+ GB are free where the data folder lies\.", told.pop("disk space"))
    assert told == WELL


@dataclass(frozen=True)
class Break:
    """Something that is wrong, done by a superuser, and what is said of it; `mend` where it would outlast the database."""

    name: str
    sql: str
    finds: dict[str, str]
    mend: str = ""
    state: State = State.PROBLEM
    settings: dict[str, Any] = field(default_factory=dict)


def gap(table: str, fault: str) -> dict[str, str]:
    return {"walls": f"The wall between workspaces has a gap: {table} ({fault}). {RESTORE}"}


WRONG_WALL = "the policy wall is not as it was made"
BREAKS = [
    # The server
    Break(
        "acknowledged before it is on disk",
        "alter role service set synchronous_commit = off",
        {
            "durability": "synchronous_commit is off: a crash may lose what was acknowledged. Set synchronous_commit = on for"
            " the server, the database and the login."
        },
        mend="alter role service reset synchronous_commit",
    ),
    Break(
        "login that bypasses",
        "alter role service bypassrls",
        {
            "login": "The login service bypasses row-level security, so no wall stops it. Give the service a login of its own"
            " in CROSSVIEW_DATABASE_URL, and this one to CROSSVIEW_MIGRATE_URL."
        },
        mend="alter role service nobypassrls",
    ),
    Break(
        "login that owns",
        "grant crossview_owner to service",
        {
            "login": "The login service owns the tables or may become who does, so no wall stops it. Give the service a login"
            " of its own in CROSSVIEW_DATABASE_URL, and this one to CROSSVIEW_MIGRATE_URL."
        },
        mend="revoke crossview_owner from service",
    ),
    Break(
        "login that may not become the worker",
        "revoke crossview_worker from service",
        {
            "login": "The login service may not become crossview_worker. Run `grant crossview_worker to service` as the one"
            " that migrates."
        },
        mend="grant crossview_worker to service",
    ),
    # The schema
    Break(
        "migrations that did not run",
        "delete from crossview.migration where number between 6 and 7",
        {"migrations": "The database lacks 0006_sessions, 0007_calls. Run `crossview migrate`, then look again."},
    ),
    Break(
        "migration that was edited",
        "update crossview.migration set checksum = 'x' where number = 5",
        {
            "migrations": "0005_votes was changed after it ran on this database. Put the old text back and write a new"
            " migration."
        },
    ),
    Break(
        "migration of a newer release",
        "insert into crossview.migration (number, name, checksum) values (9001, '9001_seats_fly', 'x')",
        {"migrations": "A newer Crossview has migrated this database (9001_seats_fly). Install that version here."},
    ),
    Break(
        "role with power",
        "alter role crossview_app bypassrls",
        {
            "roles": "crossview_app may do more than it should. Run `alter role ... nosuperuser nobypassrls nocreaterole"
            " nocreatedb noreplication nologin` for each."
        },
        mend="alter role crossview_app nobypassrls",
    ),
    Break(
        "role that joined another",
        "grant crossview_gate to crossview_app",
        {"roles": "crossview_app belongs to another role. Take it out by `revoke ... from crossview_app`."},
        mend="revoke crossview_gate from crossview_app",
    ),
    Break(
        "role that is gone",
        "alter role crossview_gate rename to crossview_gate_once",
        {
            "roles": "There is no role crossview_gate on this server. Run `crossview migrate`.",
            "owners": "Something changed hands, as a restore may do. Run: alter function crossview.enter(bytea) owner to"
            " crossview_gate;"
            " alter function crossview.enter_by_invitation(bytea) owner to crossview_gate; alter function"
            " crossview.forget_kept_answers(interval) owner to crossview_gate.",
            "rights": 'This could not be looked at: role "crossview_gate" does not exist. See to the other findings, then look'
            " again.",
        },
        mend="alter role crossview_gate_once rename to crossview_gate",
    ),
    Break("wall that was dropped", "drop policy wall on crossview.ballot", gap("ballot", WRONG_WALL)),
    Break("wall with a hole", "alter policy wall on crossview.comment using (true)", gap("comment", WRONG_WALL)),
    Break(
        "wall that writers pass",
        "alter policy wall on crossview.comment with check (true)",
        gap("comment", WRONG_WALL),
    ),
    Break(
        "wall that is not forced",
        "alter table crossview.item no force row level security",
        gap("item", "row security is not forced"),
    ),
    Break(
        "wall that is disabled",
        "alter table crossview.item disable row level security",
        gap("item", "row security is disabled"),
    ),
    Break(
        "table without a wall",
        "create table crossview.note (workspace_id uuid primary key);"
        "grant select, insert on crossview.note to crossview_app; alter table crossview.note owner to crossview_owner",
        gap(
            "note",
            f"row security is disabled, row security is not forced, {WRONG_WALL}, the policy owner is not as it was made",
        ),
    ),
    Break(
        "owner who sees nothing",
        "drop policy owner on crossview.copy",
        gap("copy", "the policy owner is not as it was made"),
    ),
    Break(
        "second door",
        "create policy open on crossview.comment to crossview_app using (true)",
        gap("comment", "the policy open opens it"),
    ),
    Break(
        "keys that begin with another column",
        "create unique index loose on crossview.item (id, workspace_id);"
        "alter table crossview.copy drop constraint copy_pkey;"
        "alter table crossview.comment add constraint astray foreign key (item_id, workspace_id)"
        " references crossview.item (id, workspace_id)",
        {
            "keys": "Not every key keeps to its workspace: copy has no primary key, the foreign key astray does not begin with"
            f" workspace_id, the unique index loose does not begin with workspace_id. {RESTORE}"
        },
    ),
    Break(
        "index that was left half built",
        "update pg_index set indisvalid = false where indexrelid = 'crossview.event_tail'::regclass",
        {
            "indexes": "event_tail was left half built: it costs every write and helps no read. Run `crossview migrate` again,"
            " or `reindex index concurrently` for it."
        },
    ),
    Break(
        "function that is gone",
        "drop function crossview.forget_kept_answers(interval)",
        {"functions": f"crossview.forget_kept_answers(interval) is missing. {RESTORE}"},
    ),
    Break(
        "function with the rights of its caller",
        "alter function crossview.enter(bytea) security invoker",
        {"functions": f"crossview.enter(bytea) runs with the rights of the wrong one. {RESTORE}"},
    ),
    Break(
        "function that looks anywhere",
        "alter function crossview.enter(bytea) set search_path = public",
        {"functions": f"crossview.enter(bytea) does not fix its search_path. {RESTORE}"},
    ),
    Break(
        "function that may not be called",
        "revoke execute on function crossview.ballot_box(uuid) from crossview_app",
        {"functions": f"crossview.ballot_box(uuid) may not be called by crossview_app. {RESTORE}"},
    ),
    Break(
        "things that changed hands",
        "alter function crossview.enter(bytea) owner to postgres; alter table crossview.copy owner to postgres;"
        "alter sequence crossview.event_seq owner to postgres",
        {
            "owners": "Something changed hands, as a restore may do. Run: alter function crossview.enter(bytea) owner to"
            " crossview_gate;"
            " alter sequence crossview.event_seq owner to crossview_owner; alter table crossview.copy owner to crossview_owner."
        },
    ),
    Break(
        "rights that are missing",
        "revoke select on crossview.seat from crossview_app; revoke delete on queue.procrastinate_events from crossview_worker;"
        "revoke usage on sequence crossview.event_seq from crossview_app",
        {
            "rights": "crossview_app may not select on seat, crossview_app may not use crossview.event_seq, crossview_worker"
            " may not delete on queue.procrastinate_events. Grant it; a restore without privileges leaves them out."
        },
    ),
    Break(
        "rights in excess",
        "grant delete on crossview.event to crossview_app; grant truncate on crossview.study to crossview_app;"
        "grant select on queue.procrastinate_jobs to crossview_app",
        {
            "rights": "crossview_app may delete on event, select on queue.procrastinate_jobs, truncate on study. Revoke it:"
            " what was written once stays as it is."
        },
    ),
    Break(
        "queue that notifies",
        f"alter table queue.procrastinate_jobs enable trigger {NOTIFYING}",
        {
            "queue triggers": "The queue notifies inside of transactions, so commits wait for one another. Run `alter table"
            f" queue.procrastinate_jobs disable trigger {NOTIFYING}`."
        },
    ),
    Break(
        "queue that keeps no record",
        "alter table queue.procrastinate_jobs disable trigger procrastinate_trigger_delete_jobs_v1",
        {
            "queue triggers": "procrastinate_trigger_delete_jobs_v1 is disabled. Run `alter table queue.procrastinate_jobs"
            " enable trigger ...`."
        },
    ),
    # What is on its way
    Break(
        "jobs that nobody takes",
        "update queue.procrastinate_events set at = now() - interval '12 minutes'",
        {"waiting jobs": f"2 jobs could be carried out, the first since 12 minutes. {WORKER}"},
    ),
    Break(
        "job of a worker that is gone",
        "set search_path = queue; update procrastinate_jobs set status = 'doing', worker_id = null where id = 1",
        {"stalled jobs": f"1 job was left by a worker that is gone. {WORKER} It takes over."},
    ),
    Break(
        "deliveries that were given up",
        "update crossview.delivery set state = 'dead', reason = 'the page is gone'",
        {
            "dead deliveries": "3 deliveries were given up. `GET /v1/deliveries?state=dead` says why; send again by `POST"
            " /v1/deliveries/{id}/replay`."
        },
        state=State.WARNING,
    ),
    Break(
        "connection that was disabled",
        "update crossview.connection set enabled = false, reason = 'disabled after 20 failed calls' where plugin = 'files'",
        {
            "disabled connections": "1 connection was disabled after too many failures. `GET /v1/connections` says why; enable"
            " it when the cause is gone."
        },
        state=State.WARNING,
    ),
    # The content
    Break(
        "zone that nobody knows",
        "update crossview.session set zone = 'Atlantis/Poseidonis'",
        {"time zones": "This machine does not know Atlantis/Poseidonis. Install the package tzdata anew."},
    ),
    Break(
        "sealed version that was edited",
        "update crossview.sealed_version"
        " set content = convert_to(replace(convert_from(content, 'UTF8'), 'last', 'best'), 'UTF8')",
        {"sealed versions": f"version 1 of script {{finished}} is not what was sealed. {KEEP}"},
    ),
    Break(
        "sealed version that is nothing any more",
        "update crossview.sealed_version set content = '{'",
        {"sealed versions": f"version 1 of script {{finished}} is not what was sealed. {KEEP}"},
    ),
    Break(
        "tally that was edited",
        "update crossview.tally set keep[1] = keep[1] + 1 where script_id = '{script_id}'",
        {"tallies": f"The tally is no recount of the ballots in script {{script_id}}. {KEEP}"},
    ),
    Break(
        "ballot that was lost",
        "delete from crossview.ballot where script_id = '{finished}'",
        {"tallies": f"The tally is no recount of the ballots in script {{finished}}. {KEEP}"},
    ),
    Break(
        "second open round",
        "drop index crossview.round_open_already;"
        "insert into crossview.round (workspace_id, script_id, number, settings, departments, lot, opened_by)"
        " select workspace_id, script_id, number + 1, settings, departments, lot, opened_by from crossview.round"
        " where state = 'open'",
        {"rounds": f"More than one round is open in script {{script_id}}. {KEEP}"},
    ),
    Break(
        "item below itself",
        "update crossview.item set parent_id = id where id = '{item_id}'",
        {"items": f"An item stands away from the one that it belongs to in script {{script_id}}. {KEEP}"},
    ),
    Break(
        "revision that was lost",
        "delete from crossview.revision where item_id = '{item_id}'",
        {"revisions": f"A revision of an item is missing in script {{script_id}}. {KEEP}"},
    ),
    Break(
        "finished script without a seal",
        "update crossview.script set phase = 'finished'",
        {"phases": f"Phase and sealed versions contradict each other in script {{script_id}}. {KEEP}"},
    ),
    Break(
        "item that nothing tells of",
        "delete from crossview.event where script_id = '{script_id}'",
        {"events": f"No event tells of an item in script {{script_id}}. {KEEP}"},
    ),
]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.name.replace(" ", "-"))
async def test_each_thing_that_is_wrong_is_found_and_nothing_else(
    hospital: Hospital, patient: Patient, broken: Break
) -> None:
    def named(text: str) -> str:
        for name, value in hospital.ids.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    await patient.admin.execute(named(broken.sql))
    try:
        assert await patient.suffers() == {name: (broken.state, named(told)) for name, told in broken.finds.items()}
    finally:
        await patient.admin.execute(broken.mend or "select")


async def test_service_that_serves_as_superuser_is_found(hospital: Hospital, patient: Patient) -> None:
    found = await patient.suffers(database_url=patient.settings.migrate_url)

    assert found == {
        "login": (
            State.PROBLEM,
            "The login postgres is a superuser and bypasses row-level security and owns the tables or may become who does, so"
            " no wall stops it. Give the service a login of its own in CROSSVIEW_DATABASE_URL, and this one to"
            " CROSSVIEW_MIGRATE_URL.",
        )
    }


async def test_server_that_gives_up_durability_is_found(dsn: str, settings: Settings, clock: SetClock) -> None:
    findings = await examine(msgspec.structs.replace(settings, database_url=dsn), SystemClock())

    assert next(one for one in findings if one.name == "durability") == Finding(
        "durability",
        State.PROBLEM,
        "fsync and full_page_writes are off: a crash may lose what was acknowledged. Set fsync = on, full_page_writes = on for"
        " the server, the database and the login.",
    )


@pytest.mark.parametrize(("seconds", "direction"), [(60, "behind"), (-3600, "ahead of")])
async def test_clock_that_is_wrong_is_found(patient: Patient, clock: SetClock, seconds: int, direction: str) -> None:
    clock.pass_time(seconds=seconds)

    found = {one.name: one for one in await examine(patient.settings, clock) if one.state is not State.OK}

    assert list(found) == ["clocks"]
    assert re.fullmatch(
        rf"The database's clock is \d+ s {direction} this machine's\. Let both follow the same time service\.",
        found["clocks"].sentence,
    )


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (OTHER_KEY, f"The key does not open the secrets of 1 connection. {RECOVER}"),
        ("", f"There is no key, and 1 connection need one. {RECOVER}"),
        ("often", f"What stands for the key is none. {RECOVER}"),
    ],
    ids=["another", "none", "malformed"],
)
async def test_secrets_that_cannot_be_opened_are_found(patient: Patient, keys: str, sentence: str) -> None:
    assert await patient.suffers(secret_keys=keys) == {"secret key": (State.PROBLEM, sentence)}
    assert not patient.settings.data_folder.exists()


async def test_older_key_among_several_opens_too(patient: Patient) -> None:
    assert await patient.suffers(secret_keys=f"{OTHER_KEY},{KEY}") == {}


async def test_secrets_that_others_may_read_are_found(patient: Patient) -> None:
    folder = patient.settings.data_folder
    folder.mkdir()
    for name, mode in (("secret.key", 0o644), ("passwords.json", 0o600)):
        (folder / name).write_text(KEY)
        (folder / name).chmod(mode)

    found = await patient.suffers()

    assert found == {
        "private files": (
            State.PROBLEM,
            f"Others than the owner may open {folder}/secret.key. Run `chmod 600 {folder}/secret.key`.",
        )
    }


@pytest.mark.parametrize(
    ("free", "state", "sentence"),
    [
        (1_500_000_000, State.WARNING, "1.5 GB of 40.0 GB are free where the data folder lies. Make room soon."),
        (
            100_000_000,
            State.PROBLEM,
            "0.1 GB of 40.0 GB are free where the data folder lies. Make room now: a database that cannot write stops.",
        ),
    ],
    ids=["scarce", "tight"],
)
async def test_disk_that_is_nearly_full_is_found(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, free: int, state: State, sentence: str
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(40_000_000_000, 0, free))

    assert await patient.suffers() == {"disk space": (state, sentence)}


async def test_login_that_may_not_look_says_which_one_may(patient: Patient) -> None:
    assert await patient.suffers(migrate_url="") == {
        "owner": (
            State.PROBLEM,
            'Schema and content were not looked at: permission denied to set role "crossview_owner". Set CROSSVIEW_MIGRATE_URL'
            " to the login that migrates.",
        )
    }


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"postgresql://service:{PASSWORD}@127.0.0.1:1/crossview", r"Connect call failed \('127\.0\.0\.1', 1\)"),
        (f"postgresql://service:{PASSWORD}@/crossview?host=/nowhere", "No such file or directory"),
        (f"postgresql://service:{PASSWORD}/s@127.0.0.1/crossview", "its address cannot be read"),
        (f"{PASSWORD}", "its address cannot be read"),
    ],
    ids=["nobody-listens", "no-socket", "slash-in-password", "no-address"],
)
async def test_database_that_is_away_is_said_so_without_its_password(settings: Settings, url: str, reason: str) -> None:
    findings = await examine(msgspec.structs.replace(settings, database_url=url), SystemClock())

    assert [one.name for one in findings] == ["private files", "disk space", "database"]
    assert re.fullmatch(
        rf"The database does not let the service in: {reason}\."
        r" Look whether the server runs, and at CROSSVIEW_DATABASE_URL\.",
        findings[-1].sentence,
    )
    assert PASSWORD not in str(findings)


async def test_wrong_password_is_said_so_without_it(patient: Patient) -> None:
    url = patient.settings.database_url.replace(PASSWORD, "sesame-shut")

    assert await patient.suffers(database_url=url) == {
        "database": (
            State.PROBLEM,
            'The database does not let the service in: password authentication failed for user "service". Look whether the'
            " server runs, and at CROSSVIEW_DATABASE_URL.",
        )
    }


async def test_table_that_somebody_keeps_locked_is_left_off(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossview.cli.doctor.examine.LONGEST", 1)
    async with patient.admin.transaction():
        await patient.admin.execute("lock table crossview.ballot in access exclusive mode")

        left_off = (State.WARNING, "This took longer than 1 second and was left off. Look when there is less to do.")
        assert await patient.suffers() == {"walls": left_off, "tallies": left_off}


async def test_index_that_is_being_built_is_no_fault(patient: Patient) -> None:
    elder, builder = [await asyncpg.connect(patient.settings.migrate_url) for _ in range(2)]
    await elder.execute("begin isolation level repeatable read; select from crossview.item")
    building = asyncio.create_task(builder.execute("create index concurrently item_of_kind on crossview.item (kind)"))
    while not await patient.admin.fetchval("select exists (select from pg_index where not indisvalid)"):
        await asyncio.sleep(0.01)

    assert await patient.suffers() == {}

    await elder.execute("rollback")
    await building
    for one in (elder, builder):
        await one.close()


async def test_check_that_would_write_is_not_let(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def writing(owner: Connection) -> Finding:
        await owner.execute("create table crossview.note ()")
        raise AssertionError("it could write")

    monkeypatch.setattr("crossview.cli.doctor.examine.AS_THE_OWNER", (writing,))

    assert await patient.suffers() == {
        "writing": (
            State.PROBLEM,
            "This could not be looked at: cannot execute CREATE TABLE in a read-only transaction. See to the other findings,"
            " then look again.",
        )
    }


async def test_functions_that_the_doctor_knows_are_those_that_the_service_may_call(patient: Patient) -> None:
    known = await patient.admin.fetch(statements("crossview.cli.doctor", "schema.sql")["functions"])
    granted = await patient.admin.fetch(
        "select p.oid from pg_proc p where (p.pronamespace = 'crossview'::regnamespace or p.oid = to_regproc('queue.enqueue'))"
        " and exists (select from aclexplode(p.proacl) a where a.grantee = 'crossview_app'::regrole)"
    )

    names = [row["name"] for row in known]
    oids = await patient.admin.fetch("select to_regprocedure(name)::oid as oid from unnest($1::text[]) name", names)
    assert {row["oid"] for row in oids} == {row["oid"] for row in granted}


def test_many_things_are_listed_in_one_line() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed(list("abcdefg")) == "a, b, c, d, e and 2 more"


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([State.OK], "All is well: 1 check."),
        ([State.OK, State.PROBLEM, State.WARNING, State.PROBLEM], "2 problems and 1 warning in 4 checks."),
        ([State.WARNING, State.OK], "1 warning in 2 checks."),
    ],
)
def test_summary_counts_what_is_wrong(states: list[State], told: str) -> None:
    assert summary([Finding("x", state, "x.") for state in states]) == told


def test_command_looks_beside_a_running_service_and_says_when_it_is_gone(tmp_path: Path) -> None:
    service = Service(tmp_path)
    service.start()
    try:
        running, as_json = crossview(tmp_path, "doctor"), crossview(tmp_path, "doctor", "--format", "json")
        service.terminate()
    finally:
        service.stop()
    gone = crossview(tmp_path, "doctor", "--format", "json")

    fresh = WELL | {
        "private files": "Only the owner may open secret.key, passwords.json.",
        "login": WELL["login"].replace("service owns", "crossview owns"),
        "sealed versions": "0 sealed versions looked at, each as it was sealed.",
        "secret key": "No secret is stored yet.",
    }
    lines = [re.split(r" {2,}", line, maxsplit=2) for line in running.stdout.splitlines()]
    told = {name: sentence for state, name, sentence in lines[:-2] if name not in ("version", "disk space")}
    assert (running.returncode, running.stderr) == (0, "")
    assert {state for state, *_ in lines[:-2]} == {"ok"}
    assert told == fresh
    assert lines[-1] == [f"All is well: {len(fresh) + 2} checks."]
    report = msgspec.json.decode(as_json.stdout)
    assert (as_json.returncode, report["well"]) == (0, True)
    assert [one["name"] for one in report["findings"]] == [name for _, name, _ in lines[:-2]]
    assert gone.returncode == 1
    assert msgspec.json.decode(gone.stdout)["findings"][-1] == {
        "name": "database",
        "state": "problem",
        "sentence": f"No PostgreSQL runs on {tmp_path}/.crossview. Start `crossview serve` on this folder first.",
    }
