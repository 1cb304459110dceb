"""What must hold of a database at every moment between two transactions: the laws that `crossview doctor` asks about too."""

import asyncpg

from crossview.cli.doctor.content import LAWS

ALL = 1_000_000_000


async def unsound(owner: "asyncpg.Connection[asyncpg.Record]") -> dict[str, list[tuple[object, ...]]]:
    """The laws that are broken, with the rows that show it. `owner` is a connection of the schema's owner."""
    await owner.execute("set search_path = crossview")
    found = {law: [tuple(row) for row in await owner.fetch(statement, ALL)] for law, statement in LAWS.items()}
    return {law: rows for law, rows in found.items() if rows}
