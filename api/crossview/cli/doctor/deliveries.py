"""What is on its way to other tools: whether a worker carries it, and what was given up."""

from typing import Any

from crossview.cli.doctor.findings import Finding, counted, problem, warning, well
from crossview.foundation.migrations import Connection
from crossview.foundation.sql import statements

sql = statements(__package__, "deliveries.sql")

LONG = 300.0
"""Seconds after which a job that nobody took, or a worker that gave no sign of life, is no longer a coincidence: a worker looks
every second, and gives a sign every ten."""
WORKER = "Start `crossview worker`, or `crossview serve` with CROSSVIEW_WORKER=inline."


async def waiting_jobs(owner: Connection) -> Finding:
    """Jobs that are due are taken."""
    name = "waiting jobs"
    row: Any = await owner.fetchrow(sql["waiting_jobs"])
    if row["seconds"] > LONG:
        jobs = counted(row["number"], "job")
        return problem(
            name, f"{jobs} could be carried out, the first since {row['seconds'] / 60:.0f} minutes. {WORKER}"
        )
    return well(name, "No job waits long for a worker.")


async def stalled_jobs(owner: Connection) -> Finding:
    """No job is in the hands of a worker that is gone."""
    name = "stalled jobs"
    number: int = await owner.fetchval(sql["stalled_jobs"], LONG)
    if number:
        return problem(name, f"{counted(number, 'job')} was left by a worker that is gone. {WORKER} It takes over.")
    return well(name, "No job was left by a worker that is gone.")


async def dead_deliveries(owner: Connection) -> Finding:
    """Nothing was given up."""
    name = "dead deliveries"
    number: int = await owner.fetchval(sql["dead_deliveries"])
    if number:
        given = "1 delivery was" if number == 1 else f"{number} deliveries were"
        return warning(
            name,
            f"{given} given up. `GET /v1/deliveries?state=dead` says why; send again by `POST /v1/deliveries/{{id}}/replay`.",
        )
    return well(name, "No delivery was given up.")


async def disabled_connections(owner: Connection) -> Finding:
    """No connection was disabled for its failures."""
    name = "disabled connections"
    number: int = await owner.fetchval(sql["disabled_connections"])
    if number:
        given = "1 connection was" if number == 1 else f"{number} connections were"
        return warning(
            name,
            f"{given} disabled after too many failures. `GET /v1/connections` says why; enable it when the cause is gone.",
        )
    return well(name, "No connection was disabled for its failures.")
