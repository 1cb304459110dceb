"""What an operator does to a server, and a developer to the repository: migrations, invitations, generated texts."""

import asyncio
import os
from pathlib import Path
from uuid import UUID

import asyncpg
import click
import msgspec

from crossview.cli.database import Addresses, bring_up_to_date, database_to_migrate, existing_database
from crossview.cli.failures import CommandFailed, Unreadable
from crossview.foundation.clock import SystemClock
from crossview.foundation.db import Database
from crossview.foundation.permissions import Role
from crossview.foundation.settings import Settings, read_settings
from crossview.foundation.texts import Address, Name
from crossview.workspace.found import found_workspace, invite_as_operator
from crossview.workspace.invitations import INVITATION_DAYS, SentInvitation

# The login that migrates is a member of the role that owns the tables, and that role sees every workspace by name.
_AS_OWNER = "set role crossview_owner"
_FIND = "select workspace_id from crossview.workspace where name = $1 order by workspace_id"


def migrate() -> None:
    """Run the migrations that the database lacks."""
    settings = read_settings(os.environ)
    ran = asyncio.run(_migrate(settings))
    for name in ran:
        click.echo(f"{name} is in.")
    click.echo(f"The database is up to date: {len(ran)} new." if ran else "The database was up to date already.")


async def _migrate(settings: Settings) -> list[str]:
    async with database_to_migrate(settings) as addresses:
        return await bring_up_to_date(settings, addresses)


def invite(workspace: str, email: str, role: str) -> None:
    """Invite somebody; the first owner of a workspace that is not there yet founds it."""
    name: str = _fitting(workspace, Name, "--workspace")
    to: str = _fitting(email, Address, "--email")
    sent = asyncio.run(_invite(read_settings(os.environ), name, to, Role(role)))
    body = f'{{"link": "{sent.link}", "name": "Your Name"}}'
    click.echo(f"{to} is invited to {name} as {role}, for {INVITATION_DAYS} days and one use. The link:")
    click.echo(f"\n  {sent.link}\n")
    click.echo("Whoever has it becomes a member, and gets a first token, by:")
    click.echo(f"\n  curl {_base()}/v1/invitations/accept -H 'Content-Type: application/json' -d '{body}'")


async def _invite(settings: Settings, name: str, email: str, role: Role) -> SentInvitation:
    async with existing_database(settings) as addresses:
        found = await _workspaces_called(addresses, name)
        if len(found) > 1:
            raise CommandFailed(f"{len(found)} workspaces are called {name}. Rename all but one of them first.")
        if not found and role is not Role.OWNER:
            raise CommandFailed(f"There is no workspace {name} yet. Invite its owner first, or look at the name again.")
        database = await Database.connect(addresses.app, clock=SystemClock(), size=1)
        try:
            if found:
                return await invite_as_operator(database, found[0], email, role)
            _, sent = await found_workspace(database, name, email)
            return sent
        finally:
            await database.close()


async def _workspaces_called(addresses: Addresses, name: str) -> list[UUID]:
    connection = await asyncpg.connect(addresses.owner)
    try:
        await connection.execute(_AS_OWNER)
        return [row["workspace_id"] for row in await connection.fetch(_FIND, name)]
    except asyncpg.InsufficientPrivilegeError:
        raise CommandFailed(
            "The login of CROSSVIEW_DATABASE_URL may not look workspaces up. Set CROSSVIEW_MIGRATE_URL to the one that may."
        ) from None
    finally:
        await connection.close()


def _fitting(text: str, kind: object, option: str) -> str:
    try:
        return msgspec.convert(text, kind)  # type: ignore[no-any-return]
    except msgspec.ValidationError:
        what = "an address such as olga@example.com" if option == "--email" else "one line of at most 200 characters"
        raise Unreadable(f"{option} takes {what}.") from None


def _base() -> str:
    settings = read_settings(os.environ)
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def generate(*, check: bool) -> None:
    """Write the generated texts below the current folder, or only compare them."""
    from crossview import contract
    from crossview.app import create_litestar

    root = Path.cwd()
    if not (root / "api" / "crossview").is_dir():
        raise CommandFailed(
            "This is not the root of the repository. Change to the folder that holds api/ and try again."
        )
    differing = contract.generate(create_litestar(None, lambda: None), root, check=check)
    for path in differing:
        click.echo(f"{path} {'differs' if check else 'written'}")
    if check and differing:
        raise CommandFailed("Generated texts differ from the code. Run `crossview generate` and commit what it writes.")
    if not differing:
        click.echo("All generated texts are up to date.")
