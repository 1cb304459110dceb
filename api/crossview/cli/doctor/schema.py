"""The schema as the migrations left it: nothing edited, every wall standing, every key, function, owner and right in place."""

from typing import Any

from crossview.cli.doctor.findings import Finding, counted, listed, problem, well
from crossview.foundation.migrations import Connection, EditedMigration, pending, shipped
from crossview.foundation.sql import statements

sql = statements(__package__, "schema.sql")

RESTORE = "Restore what the migrations made, or a backup; docs/decisions/0005-second-wall.md says what it is for."
NOTIFYING = "procrastinate_jobs_notify_queue_job_inserted_v1"


async def migrations(app: Connection) -> Finding:
    """All migrations ran, as they are shipped, and no others."""
    name, known = "migrations", shipped()
    try:
        missing = await pending(app)
    except EditedMigration as edited:
        return problem(name, str(edited))
    if missing:
        return problem(name, f"The database lacks {listed(missing)}. Run `crossview migrate`, then look again.")
    unknown = [row["name"] for row in await app.fetch(sql["unknown_migrations"], known[-1].number)]
    if unknown:
        return problem(
            name, f"A newer Crossview has migrated this database ({listed(unknown)}). Install that version here."
        )
    return well(name, f"All {len(known)} migrations are in, as they were shipped.")


async def roles(owner: Connection) -> Finding:
    """Our five roles are there, and have no power of their own."""
    name = "roles"
    rows: list[Any] = await owner.fetch(sql["roles"])
    if missing := [row["name"] for row in rows if row["missing"]]:
        return problem(name, f"There is no role {listed(missing)} on this server. Run `crossview migrate`.")
    if powerful := [row["name"] for row in rows if row["powerful"]]:
        return problem(
            name,
            f"{listed(powerful)} may do more than it should. Run `alter role ... nosuperuser nobypassrls nocreaterole"
            " nocreatedb noreplication nologin` for each.",
        )
    if [row for row in rows if row["joined"]]:
        return problem(name, "crossview_app belongs to another role. Take it out by `revoke ... from crossview_app`.")
    return well(name, f"{len(rows)} roles, none with a login or a power of its own.")


async def walls(owner: Connection) -> Finding:
    """Each table stands behind row-level security, for its owner too."""
    name = "walls"
    rows: list[Any] = await owner.fetch(sql["walls"])
    faults = [f"{row['name']} ({', '.join(row['faults'])})" for row in rows if row["faults"]]
    if faults:
        return problem(name, f"The wall between workspaces has a gap: {listed(faults)}. {RESTORE}")
    return well(name, f"{counted(len(rows), 'table')}, each behind row-level security that is forced.")


async def keys(owner: Connection) -> Finding:
    """Each key begins with the workspace: unique and foreign keys are checked past the wall."""
    name = "keys"
    faults = [row["fault"] for row in await owner.fetch(sql["loose_keys"])]
    if faults:
        return problem(name, f"Not every key keeps to its workspace: {listed(faults)}. {RESTORE}")
    return well(name, "Every key begins with its workspace.")


async def indexes(owner: Connection) -> Finding:
    """No index was left half built."""
    name = "indexes"
    invalid = [row["name"] for row in await owner.fetch(sql["invalid_indexes"])]
    if invalid:
        return problem(
            name,
            f"{listed(invalid)} was left half built: it costs every write and helps no read. Run `crossview migrate`"
            " again, or `reindex index concurrently` for it.",
        )
    return well(name, "No index was left half built.")


async def functions(owner: Connection) -> Finding:
    """What the service calls is there, and runs with the rights it was made for."""
    name = "functions"
    rows: list[Any] = await owner.fetch(sql["functions"])
    faults = [f"{row['name']} {row['fault']}" for row in rows if row["fault"]]
    if faults:
        return problem(name, f"{listed(faults)}. {RESTORE}")
    return well(name, f"All {len(rows)} functions that the service calls are as they were made.")


async def owners(owner: Connection) -> Finding:
    """Tables and functions belong to the roles they were made for; a restore may hand them to somebody else."""
    name = "owners"
    mends = [row["mend"] for row in await owner.fetch(sql["strangers"])]
    if mends:
        return problem(name, f"Something changed hands, as a restore may do. Run: {listed(mends, '; ')}.")
    return well(name, "Every table and function belongs to the role it was made for.")


async def rights(owner: Connection) -> Finding:
    """The service may do what it must, and may not change what was written once."""
    name = "rights"
    if missing := [row["fault"] for row in await owner.fetch(sql["missing_rights"])]:
        return problem(name, f"{listed(missing)}. Grant it; a restore without privileges leaves them out.")
    if excess := [row["fault"] for row in await owner.fetch(sql["excess_rights"])]:
        return problem(name, f"crossview_app may {listed(excess)}. Revoke it: what was written once stays as it is.")
    return well(name, "The service may do what it must, and may not change what was written once.")


async def queue_triggers(owner: Connection) -> Finding:
    """The queue does not notify inside a transaction, which would make commits wait for one another."""
    name = "queue triggers"
    enabled = {row["name"]: row["enabled"] for row in await owner.fetch(sql["queue_triggers"])}
    if enabled.pop(NOTIFYING, True):
        return problem(
            name,
            "The queue notifies inside of transactions, so commits wait for one another. Run `alter table"
            f" queue.procrastinate_jobs disable trigger {NOTIFYING}`.",
        )
    if off := [trigger for trigger, on in enabled.items() if not on]:
        return problem(
            name, f"{listed(off)} is disabled. Run `alter table queue.procrastinate_jobs enable trigger ...`."
        )
    return well(name, "The queue's triggers are as the service needs them.")
