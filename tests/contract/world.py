"""A workspace in which every operation of the contract finds something to work on."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import httpx
from cryptography.fernet import Fernet

from crossview.app import create_app
from crossview.foundation.auth import TOKEN_PREFIX, new_secret
from crossview.foundation.db import Database
from crossview.foundation.edge import Application
from crossview.foundation.permissions import Permission, Role
from crossview.foundation.settings import Settings
from crossview.plugin.manager import PluginRegistry
from crossview.plugin.secrets import SecretBox
from crossview.workspace.found import found_workspace
from crossview.workspace.tokens import store_token
from tests.people import Person, accept


@dataclass(frozen=True)
class World:
    """One person of each role in the department of the study, and by the name of each path parameter an id of it."""

    workspace_id: UUID
    people: dict[Role, Person]
    ids: dict[str, str]

    @property
    def owner(self) -> Person:
        """Who may do everything."""
        return self.people[Role.OWNER]

    def path(self, template: str) -> str:
        """An address of the contract with the ids of this world in it."""
        return template.format(**self.ids)


def application(settings: Settings, database: Database) -> Application:
    """The API with the plugins that are installed."""
    plugins = PluginRegistry.load(None)
    database.interests = plugins.interests()
    box = SecretBox([Fernet.generate_key().decode()])
    return create_app(settings, database, jobs_enqueued=lambda: None, plugins=plugins, secret_box=box)


async def build_world(database: Database, api: httpx.AsyncClient) -> World:
    """A bank whose question was changed, a study with a judged and finished script that asks it as it was, another draft under
    judgement, a session, and something on its way out.
    """
    workspace_id, sent = await found_workspace(database, "Acme", "olga@example.com")
    owner = await accept(api, sent.link, "Olga Owner")
    department = await owner.made("/v1/departments", {"name": "Support"})
    await owner.patch(f"/v1/members/{owner.id}", {"department_id": department["id"]}, 1)
    people = {Role.OWNER: owner}
    for role in Role:
        if role is not Role.OWNER:
            people[role] = await owner.colleague(f"One {role.value}", role.value, department["id"])
    await owner.made("/v1/banks", {"namespace": "month-end", "title": "Month-end interviews"})
    for text in ("Tell me about your last export.", "Tell me about the last report that you exported."):
        await owner.made(
            "/v1/banks/month-end/import",
            {
                "format": "yaml",
                "text": f"questions:\n- id: last-export\n  text: {text}\n- id: next\n  text: And then?\n",
            },
        )
    connection = await owner.made("/v1/connections", {"plugin": "files", "name": "Guides"})
    study = await owner.made("/v1/studies", {"title": "Why exports fail"})
    card = await owner.made(
        f"/v1/studies/{study['id']}/context-cards", {"kind": "signal", "text": "Exports stop half way."}
    )
    finished, _ = await judged_script(owner, study["id"])
    await ended(owner, finished)
    script, judged = await judged_script(owner, study["id"])
    comment = await owner.made(f"/v1/scripts/{script}/comments", {"text": "Shorter?"})
    session = await owner.made(
        f"/v1/studies/{study['id']}/sessions",
        {"title": "Interview", "starts_at": "2027-02-09T10:00", "zone": "Europe/Helsinki", "minutes": 60,
         "moderator_id": owner.id},
    )  # fmt: skip
    seat = await owner.made(f"/v1/sessions/{session['id']}/seats", {"member_id": people[Role.MEMBER].id})
    invitation = await owner.made("/v1/invitations", {"email": "late@example.com", "role": "member"})
    token = await owner.made("/v1/tokens", {"name": "laptop"})
    assert {one["id"] for one in (await owner.seen("/v1/scripts"))["items"]} == {finished, script}
    deliveries = (await owner.seen("/v1/deliveries"))["items"]
    assert deliveries, "finishing a script with a connection leaves a delivery"
    ids = {
        "department_id": department["id"],
        "namespace": "month-end",
        "entry_id": "last-export",
        "member_id": people[Role.MEMBER].id,
        "invitation_id": invitation["invitation"]["id"],
        "token_id": token["token"]["id"],
        "study_id": study["id"],
        "card_id": card["id"],
        "script_id": script,
        **judged,
        "comment_id": comment["id"],
        "number": "1",
        "code": "CV301",
        "session_id": session["id"],
        "seat_id": seat["id"],
        "connection_id": connection["id"],
        "delivery_id": deliveries[0]["id"],
    }
    return World(workspace_id, people, ids)


async def judged_script(owner: Person, study_id: str) -> tuple[str, dict[str, str]]:
    """A script with one question and an open round in which the owner changed their mind."""
    script: str = (await owner.made(f"/v1/studies/{study_id}/scripts", {"title": "Export interviews"}))["id"]
    section = await owner.made(
        f"/v1/scripts/{script}/sections", {"kind": "core", "heading": "The last export", "minutes": 20}
    )
    item = await owner.made(
        f"/v1/sections/{section['id']}/items",
        {
            "kind": "question",
            "text": "Tell me about the last time you exported a report.",
            "minutes": 5,
            "bank_ref": "month-end/last-export@1",
        },
    )
    changed = await owner.patch(f"/v1/items/{item['id']}", {"intent": "See the steps before the failure."}, 1)
    assert changed.status_code == 200, changed.text
    opened = await owner.made(f"/v1/scripts/{script}/rounds", {})
    for choice in ("drop", "keep"):
        ballot = await owner.put(f"/v1/items/{item['id']}/ballot", {"revision": 1, "choice": choice})
        assert ballot.status_code == 200, ballot.text
    return script, {"section_id": section["id"], "item_id": item["id"], "round_id": opened["id"]}


async def ended(owner: Person, script: str) -> None:
    """Close the round and finish the script."""
    newest = (await owner.seen(f"/v1/scripts/{script}/rounds"))[0]
    closed = await owner.post(f"/v1/rounds/{newest['id']}/close", If_Match=f'"{newest["version"]}"')
    assert closed.status_code == 200, closed.text
    tag = (await owner.get(f"/v1/scripts/{script}")).headers["etag"]
    sealed = await owner.post(f"/v1/scripts/{script}/finish", If_Match=tag)
    assert sealed.status_code == 201, sealed.text


async def with_scopes(database: Database, workspace_id: UUID, person: Person, scopes: tuple[Permission, ...]) -> Person:
    """The same member with a token of these scopes, as the operator gives them out."""
    secret = new_secret(TOKEN_PREFIX)
    async with database.visit_as_service(workspace_id) as visit:
        await store_token(visit, UUID(person.id), "scoped", secret, scopes, visit.now + timedelta(days=1))
    return replace(person, token=secret.text)
