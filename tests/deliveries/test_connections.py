"""Connections: checked by the plugin's own structs, and their secrets never come back."""

from typing import Any

import asyncpg
import pytest
from cryptography.fernet import Fernet

from crossview.plugin.secrets import SecretBox
from tests.people import Person

SESAME = "sesame-of-the-first"


def parcels(**more: Any) -> dict[str, Any]:
    return {"plugin": "parcels", "name": "Wiki", "settings": {"folder": "/srv"}, "secrets": {"token": SESAME}} | more


async def test_a_connection_answers_with_the_names_of_its_secrets_only(owner: Person) -> None:
    answer = await owner.post("/v1/connections", parcels())
    made = answer.json()

    assert answer.status_code == 201
    assert made == {
        "id": made["id"],
        "plugin": "parcels",
        "name": "Wiki",
        "settings": {"folder": "/srv"},
        "secrets": ["token"],
        "study_id": None,
        "enabled": True,
        "reason": None,
        "version": 1,
        "created_at": made["created_at"],
    }
    assert await owner.seen(f"/v1/connections/{made['id']}") == made
    assert await owner.seen("/v1/connections") == {"items": [made], "next_cursor": None}


async def test_secrets_lie_sealed_and_for_their_connection_alone(
    owner: Person, secret_box: SecretBox, dsn: str
) -> None:
    made = await owner.made("/v1/connections", parcels())

    workspace = (await owner.seen("/v1/workspace"))["id"]
    connection = await asyncpg.connect(dsn)
    sealed = await connection.fetchval("select secrets from crossview.connection")
    kept = await connection.fetchval("select string_agg(t::text, '') from crossview.kept_answer t")
    await connection.close()
    assert SESAME.encode() not in sealed
    assert kept is None
    assert secret_box.open(workspace, made["id"], sealed) == {"token": SESAME}


async def test_repeating_with_an_idempotency_key_answers_the_same_and_keeps_no_secret(owner: Person, dsn: str) -> None:
    answers = [await owner.post("/v1/connections", parcels(), Idempotency_Key="k1") for _ in range(2)]

    connection = await asyncpg.connect(dsn)
    kept = await connection.fetchval("select string_agg(convert_from(body, 'utf8'), '') from crossview.kept_answer")
    await connection.close()
    assert answers[0].json() == answers[1].json()
    assert SESAME not in kept


async def test_a_plugin_that_is_not_installed_is_refused(owner: Person) -> None:
    answers = [await owner.post("/v1/connections", parcels(plugin=name)) for name in ("unheard_of", "shattered")]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, "unknown_plugin")] * 2
    assert answers[0].json()["plugin"] == "unheard_of"


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"settings": {"folder": 7}}, "$.settings.folder"),
        ({"settings": {"folder": "/srv", "colour": "red"}}, "$.settings"),
        ({"settings": {}}, "$.settings"),
        ({"secrets": {"token": 7}}, "$.secrets.token"),
        ({"secrets": {"pass": SESAME}}, "$.secrets"),
    ],
)
async def test_settings_that_the_plugin_does_not_take_are_refused_with_their_path(
    owner: Person, wrong: dict[str, Any], path: str
) -> None:
    answer = await owner.post("/v1/connections", parcels(**wrong))

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert [fault["path"] for fault in answer.json()["errors"]] == [path]
    assert SESAME not in answer.text


async def test_a_study_of_somebody_else_is_refused(owner: Person, stranger: Person) -> None:
    foreign = await stranger.made("/v1/studies", {"title": "Leaving"})

    answer = await owner.post("/v1/connections", parcels(study_id=foreign["id"]))

    assert (answer.status_code, answer.json()["code"], answer.json()["path"]) == (
        422,
        "unknown_reference",
        "$.study_id",
    )


async def test_a_second_connection_of_the_same_name_is_refused_until_the_first_is_deleted(owner: Person) -> None:
    made = await owner.made("/v1/connections", parcels())

    second = await owner.post("/v1/connections", parcels())
    await owner.delete(f"/v1/connections/{made['id']}", 1)
    third = await owner.post("/v1/connections", parcels())

    assert (second.status_code, second.json()["code"]) == (409, "connection_exists")
    assert third.status_code == 201


async def test_secrets_are_replaced_whole_and_settings_alone_leave_them(
    owner: Person, secret_box: SecretBox, dsn: str
) -> None:
    made = await owner.made("/v1/connections", parcels())
    path = f"/v1/connections/{made['id']}"

    moved = (await owner.patch(path, {"settings": {"folder": "/other"}}, 1)).json()
    replaced = (await owner.patch(path, {"secrets": {"spare": SESAME}, "name": "Notes"}, 2)).json()
    emptied = (await owner.patch(path, {"secrets": {}}, 3)).json()

    assert (moved["settings"], moved["secrets"], moved["version"]) == ({"folder": "/other"}, ["token"], 2)
    assert (replaced["secrets"], replaced["name"], replaced["settings"]) == (["spare"], "Notes", {"folder": "/other"})
    assert emptied["secrets"] == []
    connection = await asyncpg.connect(dsn)
    assert await connection.fetchval("select secrets from crossview.connection") is None
    await connection.close()


async def test_a_change_is_checked_like_a_new_connection(owner: Person) -> None:
    made = await owner.made("/v1/connections", parcels())
    await owner.made("/v1/connections", parcels(name="Other"))
    path = f"/v1/connections/{made['id']}"

    answers = [
        await owner.patch(path, {"settings": {"folder": 7}}, 1),
        await owner.patch(path, {"secrets": {"pass": SESAME}}, 1),
        await owner.patch(path, {"name": "Other"}, 1),
        await owner.patch(path, {"study_id": made["id"]}, 1),
        await owner.patch(path, {"name": "New"}, 9),
        await owner.patch(path, {"name": "New"}),
        await owner.patch("/v1/connections/0190c0de-0000-7000-8000-000000000000", {"name": "New"}, 1),
    ]

    assert [answer.json()["code"] for answer in answers] == [
        "invalid_input",
        "invalid_input",
        "connection_exists",
        "unknown_reference",
        "stale_version",
        "version_required",
        "not_found",
    ]
    assert SESAME not in "".join(answer.text for answer in answers)
    assert await owner.seen(path) == made


async def test_settings_of_secrets_sealed_with_a_lost_key_ask_for_the_secrets_again(owner: Person, dsn: str) -> None:
    made = await owner.made("/v1/connections", parcels())
    lost = SecretBox([Fernet.generate_key().decode()])
    workspace = (await owner.seen("/v1/workspace"))["id"]
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "update crossview.connection set secrets = $1", lost.seal(workspace, made["id"], {"token": SESAME})
    )
    await connection.close()
    path = f"/v1/connections/{made['id']}"

    refused = await owner.patch(path, {"settings": {"folder": "/other"}}, 1)
    changed = await owner.patch(path, {"settings": {"folder": "/other"}, "secrets": {"token": SESAME}}, 1)

    assert (refused.status_code, refused.json()["code"]) == (409, "secrets_unreadable")
    assert changed.status_code == 200


async def test_a_deleted_connection_is_gone_and_its_secrets_with_it(owner: Person, dsn: str) -> None:
    made = await owner.made("/v1/connections", parcels())

    answer = await owner.delete(f"/v1/connections/{made['id']}", 1)

    connection = await asyncpg.connect(dsn)
    left = await connection.fetchrow("select secrets, secret_names from crossview.connection")
    await connection.close()
    assert answer.status_code == 204
    assert (await owner.get(f"/v1/connections/{made['id']}")).json()["code"] == "not_found"
    assert await owner.seen("/v1/connections") == {"items": [], "next_cursor": None}
    assert left is not None
    assert tuple(left) == (None, [])


async def test_a_connection_of_another_workspace_looks_like_none(owner: Person, stranger: Person) -> None:
    path = f"/v1/connections/{(await owner.made('/v1/connections', parcels()))['id']}"

    answers = [
        await stranger.get(path),
        await stranger.patch(path, {"name": "Mine"}, 1),
        await stranger.delete(path, 1),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 3


async def test_only_owners_and_administrators_connect(owner: Person) -> None:
    lead = await owner.colleague("Lea Lead", role="lead")
    administrator = await owner.colleague("Ada Admin", role="administrator")

    refused = [
        await lead.post("/v1/connections", parcels()),
        await lead.get("/v1/connections"),
        await lead.get("/v1/plugins"),
    ]

    assert [answer.json()["code"] for answer in refused] == ["not_allowed"] * 3
    assert (await administrator.post("/v1/connections", parcels())).status_code == 201


async def test_plugins_are_listed_with_their_schemas_and_the_broken_ones_with_the_reason(owner: Person) -> None:
    listed = await owner.seen("/v1/plugins")

    offered = listed["items"][0]
    settings = offered["settings"]["$defs"]["Settings"]
    assert (offered["name"], offered["title"], offered["moments"]) == ("parcels", "Parcels", ["script_finished"])
    assert settings["required"] == ["folder"]
    assert set(offered["secrets"]["$defs"]["Secrets"]["properties"]) == {"token", "spare"}
    assert listed["broken"] == [{"name": "shattered", "reason": "ModuleNotFoundError: No module named 'shattered'"}]
