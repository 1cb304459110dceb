"""What people left in the database: whether it can be opened, whether it is whole, and whether it agrees with itself.

Each check looks at the newest `NEWEST` things, so that a large database is looked at in little more time than a small one.
"""

from crossview.app import kept_keys
from crossview.cli.doctor.findings import Finding, counted, listed, problem, well
from crossview.foundation.migrations import Connection
from crossview.foundation.settings import Settings
from crossview.foundation.sql import statements
from crossview.plugin.secrets import SealBroken, SecretBox
from crossview.scripts.seal import seal
from crossview.sessions.schedule import UnknownZone, agree

sql = statements(__package__, "content.sql")

NEWEST = 1000
RECOVER = (
    "Put the key that they were sealed with into CROSSVIEW_SECRET_KEYS, or back into secret.key; without it, enter the secrets"
    " again."
)
KEEP = "Keep the database as it is by a backup, restore the last sound one beside it, and report this."

LAWS = {
    "tallies": sql["tallies_that_are_no_recount"],
    "rounds": sql["scripts_with_two_open_rounds"],
    "items": sql["children_away_from_their_parents"],
    "revisions": sql["items_whose_revisions_have_gaps"],
    "phases": sql["scripts_finished_and_not_sealed"],
    "events": sql["items_without_an_event"],
}
"""What holds at every moment between two transactions: each statement finds what breaks it, among the $1 newest scripts."""


async def secret_key(owner: Connection, settings: Settings) -> Finding:
    """The key that is configured here opens the secrets that are stored."""
    name = "secret key"
    rows = await owner.fetch(sql["sealed_secrets"], NEWEST)
    try:
        box = SecretBox(kept_keys(settings))
    except FileNotFoundError:
        if not rows:
            return well(name, "No secret is stored yet, and the key is made when the service starts.")
        return problem(name, f"There is no key, and {_connections(len(rows))} need one. {RECOVER}")
    except ValueError:
        return problem(name, f"What stands for the key is none. {RECOVER}")
    closed = sum(not _opens(box, *row) for row in rows)
    if closed:
        return problem(name, f"The key does not open the secrets of {_connections(closed)}. {RECOVER}")
    return well(
        name, f"The key opens the secrets of {_connections(len(rows))}." if rows else "No secret is stored yet."
    )


async def time_zones(owner: Connection) -> Finding:
    """This machine knows the zones in which interviews were agreed, and the most common one."""
    name = "time zones"
    zones = {"Europe/Helsinki", *(row["zone"] for row in await owner.fetch(sql["zones"]))}
    unknown = sorted(zone for zone in zones if not _is_known(zone))
    if unknown:
        return problem(name, f"This machine does not know {listed(unknown)}. Install the package tzdata anew.")
    return well(name, "This machine knows the zones of all interviews.")


async def sealed_versions(owner: Connection) -> Finding:
    """Sealed versions are what was sealed."""
    name, looked_at, broken = "sealed versions", 0, []
    async with owner.transaction():
        async for script_id, number, sha256, content in owner.cursor(sql["sealed_versions"], NEWEST, prefetch=20):
            looked_at += 1
            if not _is_intact(content, sha256):
                broken.append(f"version {number} of script {script_id}")
    if broken:
        return problem(name, f"{listed(broken)} is not what was sealed. {KEEP}")
    return well(name, f"{counted(looked_at, 'sealed version')} looked at, each as it was sealed.")


async def tallies(owner: Connection) -> Finding:
    """The tallies are a recount of the ballots."""
    scripts = await _breaking(owner, "tallies")
    if scripts:
        return problem("tallies", f"The tally is no recount of the ballots in {listed(scripts)}. {KEEP}")
    return well("tallies", "The tallies are a recount of the ballots.")


async def rounds(owner: Connection) -> Finding:
    """A script has one open round at most."""
    scripts = await _breaking(owner, "rounds")
    if scripts:
        return problem("rounds", f"More than one round is open in {listed(scripts)}. {KEEP}")
    return well("rounds", "No script has more than one open round.")


async def items(owner: Connection) -> Finding:
    """Probes stand with their questions."""
    scripts = await _breaking(owner, "items")
    if scripts:
        return problem("items", f"An item stands away from the one that it belongs to in {listed(scripts)}. {KEEP}")
    return well("items", "Every item stands with the one that it belongs to.")


async def revisions(owner: Connection) -> Finding:
    """The revisions of an item are numbered without a gap."""
    scripts = await _breaking(owner, "revisions")
    if scripts:
        return problem("revisions", f"A revision of an item is missing in {listed(scripts)}. {KEEP}")
    return well("revisions", "No revision is missing.")


async def phases(owner: Connection) -> Finding:
    """A script is finished exactly when its newest version is sealed and was not reopened."""
    scripts = await _breaking(owner, "phases")
    if scripts:
        return problem("phases", f"Phase and sealed versions contradict each other in {listed(scripts)}. {KEEP}")
    return well("phases", "Finished scripts are sealed, and no others.")


async def events(owner: Connection) -> Finding:
    """An item and the event that tells of it were written together."""
    scripts = await _breaking(owner, "events")
    if scripts:
        return problem("events", f"No event tells of an item in {listed(scripts)}. {KEEP}")
    return well("events", "An event tells of every item.")


async def _breaking(owner: Connection, law: str) -> list[str]:
    return sorted({f"script {row['script_id']}" for row in await owner.fetch(LAWS[law], NEWEST)})


def _connections(number: int) -> str:
    return counted(number, "connection")


def _opens(box: SecretBox, workspace_id: str, connection_id: str, sealed: bytes) -> bool:
    try:
        box.open(workspace_id, connection_id, sealed)
    except SealBroken:
        return False
    return True


def _is_known(zone: str) -> bool:
    try:
        agree("2027-07-01T12:00", zone)
    except UnknownZone:
        return False
    return True


def _is_intact(content: bytes, sha256: bytes) -> bool:
    try:
        return seal(content) == sha256
    except (ValueError, UnicodeError):  # It is not even JSON any more.
        return False
