"""The PostgreSQL server as the application meets it: its version, its word on commits, its clock, and the login itself."""

from typing import Any

from crossview.cli.doctor.findings import Finding, listed, problem, well
from crossview.foundation.clock import Clock
from crossview.foundation.migrations import Connection
from crossview.foundation.sql import statements

sql = statements(__package__, "server.sql")

OLDEST = 15
SKEW = 5.0
"""Seconds that two clocks may differ. Deadlines are the database's; what people are shown is the service's."""


async def version(app: Connection) -> Finding:
    """PostgreSQL is new enough."""
    name, found = "version", app.get_server_version()
    if found.major < OLDEST:
        return problem(name, f"PostgreSQL {found.major} is too old. Move the database to {OLDEST} or newer.")
    return well(name, f"PostgreSQL {found.major}.{found.micro} answers.")


async def durability(app: Connection) -> Finding:
    """A commit that was acknowledged is on disk."""
    name = "durability"
    row: Any = await app.fetchrow(sql["durability"])
    off = [setting for setting, value in row.items() if value == "off"]
    if off:
        switches = ", ".join(f"{setting} = on" for setting in off)
        return problem(
            name,
            f"{listed(off, ' and ')} {'is' if len(off) == 1 else 'are'} off: a crash may lose what was acknowledged."
            f" Set {switches} for the server, the database and the login.",
        )
    return well(name, "What is acknowledged is on disk.")


async def clocks(app: Connection, clock: Clock) -> Finding:
    """This machine and the database agree on the time, within what an answer takes."""
    name, before = "clocks", clock.now()
    there = await app.fetchval(sql["instant"])
    after = clock.now()
    ahead = max((there - after).total_seconds(), 0.0) or min((there - before).total_seconds(), 0.0)
    if abs(ahead) > SKEW:
        direction = "ahead of" if ahead > 0 else "behind"
        return problem(
            name,
            f"The database's clock is {abs(ahead):.0f} s {direction} this machine's. Let both follow the same time service.",
        )
    return well(name, "The database's clock and this machine's agree.")


async def login(app: Connection) -> Finding:
    """The service's login has no more power than it needs, and all that it needs."""
    name = "login"
    row: Any = await app.fetchrow(sql["login"])
    powers = [
        power
        for power, has in (
            ("is a superuser", row["superuser"]),
            ("bypasses row-level security", row["bypasses"]),
            ("owns the tables or may become who does", row["owns"]),
        )
        if has
    ]
    if powers:
        return problem(
            name,
            f"The login {row['name']} {listed(powers, ' and ')}, so no wall stops it. Give the service a login of its own"
            " in CROSSVIEW_DATABASE_URL, and this one to CROSSVIEW_MIGRATE_URL.",
        )
    if row["lacks"]:
        roles = ", ".join(row["lacks"])
        return problem(
            name,
            f"The login {row['name']} may not become {roles}. Run `grant {roles} to {row['name']}` as the one that migrates.",
        )
    return well(name, f"The login {row['name']} owns nothing, bypasses nothing and may become what the service needs.")
