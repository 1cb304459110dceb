"""Those who are measured: each a process of its own that answers on a port."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from benchmarks.load.company import Company

PATIENCE = 60.0


class Contestant:
    """A server that answers at `url`; `started` is the time in seconds from its start to its first answer."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], port: int, first: str) -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self.pid = process.pid
        begun = time.monotonic()
        while True:
            try:
                httpx.get(f"{self.url}{first}", timeout=1)
                break
            except httpx.TransportError:
                assert process.poll() is None, f"{name} ended before it answered"
                assert time.monotonic() - begun < PATIENCE, f"{name} never answered"
                time.sleep(0.005)
        self.started = time.monotonic() - begun


@contextmanager
def contestant(name: str, port: int, company: Company, folder: Path) -> Iterator[Contestant]:
    """One of `crossview`, `raw`, `orm`, `bare`, until the block ends."""
    commands = {
        "crossview": [str(Path(sys.executable).with_name("crossview")), "serve", "--port", str(port)],
        "raw": [sys.executable, "-m", "benchmarks.load.raw", company.dsn, str(port)],
        "orm": [sys.executable, "-m", "benchmarks.load.orm", company.dsn, str(port)],
        "bare": [sys.executable, "-m", "benchmarks.load.bare", str(port)],
    }
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("CROSSVIEW_")},
        "CROSSVIEW_DATABASE_URL": company.dsn,
        "CROSSVIEW_DATA": str(folder / "data"),
        "CROSSVIEW_WORKER": "none",
        "CROSSVIEW_LOG": "json",
    }
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(commands[name], env=environment, stdout=log, stderr=log)
        try:
            yield Contestant(name, process, port, "/live" if name == "crossview" else "/")
        finally:
            process.terminate()
            process.wait(timeout=30)
