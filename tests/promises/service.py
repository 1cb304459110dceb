"""A real `crossview serve` on a folder and a PostgreSQL of its own, syncing to disk, that a test may kill at any moment."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx

from crossview.postgres import running_dsn
from tests.cli.command import COMMAND, alive, crossview, descendants, environment

PATIENCE = 60.0


class Service:
    """One installation; `variables` are its settings. It keeps its port from one start to the next."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self._variables = variables
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process that serves."""
        assert self._process is not None, "it was never started"
        return self._process.pid

    @property
    def postgres_pid(self) -> int:
        """The postmaster of the embedded PostgreSQL."""
        return int(json.loads((self.folder / ".crossview" / "server.json").read_text())["pid"])

    @property
    def owner_dsn(self) -> str:
        """The address of the running database for its owner, whom no wall stops."""
        return running_dsn(self.folder / ".crossview", "postgres")

    def start(self) -> float:
        """Start, and return the seconds until it was ready."""
        begun = time.monotonic()
        with (self.folder / "errors.txt").open("ab") as errors:
            self._process = subprocess.Popen(
                [COMMAND, "serve", "--port", str(self.port)],
                cwd=self.folder,
                env=environment(**{"CROSSVIEW_WORKER": "none", "CROSSVIEW_LOG": "json"} | self._variables),
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        self.wait_until_ready()
        return time.monotonic() - begun

    def wait_until_ready(self) -> None:
        """Until it says that it is."""
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready():
            assert self._process is None or self._process.poll() is None, (self.folder / "errors.txt").read_text()[
                -2000:
            ]
            assert time.monotonic() < deadline, "never ready"
            time.sleep(0.02)

    def kill(self) -> None:
        """`kill -9`, and wait until nothing of it is left: its PostgreSQL follows it into death."""
        led = descendants(self.pid)
        os.kill(self.pid, signal.SIGKILL)
        self.ended(led)

    def kill_postgres(self) -> None:
        """`kill -9` for the postmaster; the service says so and ends."""
        led = descendants(self.pid)
        os.kill(self.postgres_pid, signal.SIGKILL)
        self.ended(led)

    def terminate(self) -> tuple[int, float]:
        """SIGTERM; the exit code, and the seconds it took."""
        led, begun = descendants(self.pid), time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        code = self.ended(led)
        return code, time.monotonic() - begun

    def ended(self, led: list[int]) -> int:
        """Wait for the end of the process and of all it led."""
        assert self._process is not None, "it was never started"
        code = self._process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while alive(led):
            assert time.monotonic() < deadline, f"left behind: {alive(led)}"
            time.sleep(0.02)
        return code

    def stop(self) -> None:
        """The end of the test, however it came."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def token(self, workspace: str = "Acme") -> str:
        """The token of the owner of a new workspace."""
        invited = crossview(
            self.folder, "admin", "invite", "--workspace", workspace, "--email", "olga@example.com", **self._variables
        )
        assert invited.returncode == 0, invited.stderr
        link = re.search(r"cvi_[\w-]+", invited.stdout)
        assert link is not None
        welcome = httpx.post(f"{self.url}/v1/invitations/accept", json={"link": link[0], "name": "Olga Owner"}).json()
        return str(welcome["token"])

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False


def resident(pid: int) -> float:
    """Resident memory of a process in MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
