"""Members: roles that take effect at once, leads within their department, and an owner who stays."""

import asyncio

from tests.people import Person


async def department(owner: Person, name: str) -> str:
    made: str = (await owner.made("/v1/departments", {"name": name}))["id"]
    return made


async def seen(owner: Person, person: Person) -> dict[str, object]:
    found: dict[str, object] = await owner.seen(f"/v1/members/{person.id}")
    return found


async def test_members_are_listed_in_the_order_in_which_they_joined(owner: Person) -> None:
    sales = await department(owner, "Sales")
    sam = await owner.colleague("Sam Seller", "editor", sales)

    first, second = (await owner.seen("/v1/members"))["items"]

    assert (first["id"], first["role"], first["department_id"]) == (owner.id, "owner", None)
    assert second == {
        "id": sam.id,
        "name": "Sam Seller",
        "email": "sam.seller@example.com",
        "role": "editor",
        "department_id": sales,
        "version": 1,
        "created_at": second["created_at"],
    }
    assert await owner.seen(f"/v1/departments/{sales}") == (await owner.seen("/v1/departments"))["items"][0]
    assert (await owner.seen(f"/v1/departments/{sales}"))["people"] == 1


async def test_everybody_can_ask_who_they_are(owner: Person) -> None:
    sam = await owner.colleague("Sam Seller", "editor")
    workspace = await owner.seen("/v1/workspace")

    assert await sam.seen("/v1/me") == {
        "member_id": sam.id,
        "name": "Sam Seller",
        "email": "sam.seller@example.com",
        "role": "editor",
        "department_id": None,
        "workspace_id": workspace["id"],
        "workspace_name": "Acme",
    }


async def test_role_change_takes_effect_on_the_next_request(owner: Person) -> None:
    sam = await owner.colleague("Sam Seller", "administrator")
    before = await sam.post("/v1/departments", {"name": "Sales"})

    await owner.patch(f"/v1/members/{sam.id}", {"role": "member"}, 1)
    after = await sam.post("/v1/departments", {"name": "Support"})

    assert before.status_code == 201
    assert (after.status_code, after.json()["code"]) == (403, "not_allowed")


async def test_change_of_one_field_leaves_the_others(owner: Person) -> None:
    sales = await department(owner, "Sales")
    sam = await owner.colleague("Sam Seller", "editor", sales)
    before = await seen(owner, sam)

    renamed = await owner.patch(f"/v1/members/{sam.id}", {"name": "Samuel"}, 1)
    homeless = await owner.patch(f"/v1/members/{sam.id}", {"department_id": None}, 2)

    assert renamed.json() == {**before, "name": "Samuel", "version": 2}
    assert homeless.json() == {**before, "name": "Samuel", "department_id": None, "version": 3}


async def test_lead_changes_people_of_the_own_department_only(owner: Person) -> None:
    sales, support = await department(owner, "Sales"), await department(owner, "Support")
    lead = await owner.colleague("Lea Lead", "lead", sales)
    sam = await owner.colleague("Sam Seller", "member", sales)
    sue = await owner.colleague("Sue Support", "member", support)
    nell = await owner.colleague("Nell Nowhere", "member")

    own = await lead.patch(f"/v1/members/{sam.id}", {"role": "editor"}, 1)
    other = await lead.patch(f"/v1/members/{sue.id}", {"role": "editor"}, 1)
    nowhere = await lead.patch(f"/v1/members/{nell.id}", {"department_id": sales}, 1)
    away = await lead.patch(f"/v1/members/{sam.id}", {"department_id": support}, 2)

    assert own.json()["role"] == "editor"
    assert [answer.status_code for answer in (other, nowhere, away)] == [403, 403, 403]
    assert {answer.json()["code"] for answer in (other, nowhere, away)} == {"outside_own_department"}


async def test_lead_without_a_department_manages_nobody(owner: Person) -> None:
    lead = await owner.colleague("Lea Lead", "lead")
    nell = await owner.colleague("Nell Nowhere")

    answer = await lead.patch(f"/v1/members/{nell.id}", {"name": "Mine"}, 1)

    assert (answer.status_code, answer.json()["code"]) == (403, "outside_own_department")


async def test_nobody_gives_or_takes_a_role_above_their_own(owner: Person) -> None:
    sales = await department(owner, "Sales")
    admin = await owner.colleague("Ada Admin", "administrator", sales)
    lead = await owner.colleague("Lea Lead", "lead", sales)
    sam = await owner.colleague("Sam Seller", "member", sales)

    answers = [
        await admin.patch(f"/v1/members/{admin.id}", {"role": "owner"}, 1),
        await admin.patch(f"/v1/members/{owner.id}", {"role": "member"}, 1),
        await admin.patch(f"/v1/members/{owner.id}", {"name": "Demoted"}, 1),
        await lead.patch(f"/v1/members/{sam.id}", {"role": "administrator"}, 1),
        await lead.patch(f"/v1/members/{admin.id}", {"role": "member"}, 1),
    ]

    assert [answer.json()["code"] for answer in answers] == ["role_above_own"] * 5
    assert [answer.json()["granted"] for answer in answers] == [
        "owner",
        "owner",
        "owner",
        "administrator",
        "administrator",
    ]


async def test_last_owner_stays(owner: Person) -> None:
    answer = await owner.patch(f"/v1/members/{owner.id}", {"role": "member"}, 1)

    assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
    assert (await owner.seen("/v1/me"))["role"] == "owner"


async def test_owner_may_go_when_another_is_there(owner: Person) -> None:
    second = await owner.colleague("Oscar Owner", "owner")

    answer = await owner.patch(f"/v1/members/{owner.id}", {"role": "member"}, 1)

    assert answer.json()["role"] == "member"
    assert (await second.seen("/v1/me"))["role"] == "owner"


async def test_two_owners_who_demote_each_other_at_once_leave_one(owner: Person) -> None:
    second = await owner.colleague("Oscar Owner", "owner")
    await owner.rush()

    answers = await asyncio.gather(
        owner.patch(f"/v1/members/{second.id}", {"role": "member"}, 1),
        second.patch(f"/v1/members/{owner.id}", {"role": "member"}, 1),
    )

    winner = owner if answers[0].status_code == 200 else second
    roles = sorted(member["role"] for member in (await winner.seen("/v1/members"))["items"])
    assert roles == ["member", "owner"]
    assert [answer.status_code for answer in answers].count(200) == 1


async def test_two_owners_who_step_down_at_once_leave_one(owner: Person) -> None:
    second = await owner.colleague("Oscar Owner", "owner")
    await owner.rush()

    answers = await asyncio.gather(
        *(person.patch(f"/v1/members/{person.id}", {"role": "member"}, 1) for person in (owner, second))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    roles = sorted(member["role"] for member in (await owner.seen("/v1/members"))["items"])
    assert roles == ["member", "owner"]


async def test_department_of_another_workspace_is_an_unknown_reference(owner: Person, stranger: Person) -> None:
    foreign = await department(stranger, "Sales")
    sam = await owner.colleague("Sam Seller")

    answer = await owner.patch(f"/v1/members/{sam.id}", {"department_id": foreign}, 1)

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_reference")
    assert (answer.json()["path"], answer.json()["thing"]) == ("$.department_id", "department")


async def test_member_of_another_workspace_looks_like_none(owner: Person, stranger: Person) -> None:
    paths = [f"/v1/members/{stranger.id}", "/v1/members/0190c0de-0000-7000-8000-000000000000"]

    read = [await owner.get(path) for path in paths]
    changed = [await owner.patch(path, {"name": "Mine"}, 1) for path in paths]

    bodies = [{**answer.json(), "instance": ""} for answer in (*read, *changed)]
    assert [answer.status_code for answer in (*read, *changed)] == [404] * 4
    assert bodies == [bodies[0]] * 4
    assert (await stranger.seen("/v1/me"))["name"] == "Steve Stranger"


async def test_change_on_a_stale_version_is_refused(owner: Person) -> None:
    sam = await owner.colleague("Sam Seller")
    await owner.patch(f"/v1/members/{sam.id}", {"name": "Samuel"}, 1)

    answer = await owner.patch(f"/v1/members/{sam.id}", {"role": "editor"}, 1)

    assert (answer.status_code, answer.json()["current"]) == (412, await seen(owner, sam))


async def test_fields_that_nobody_may_set_are_refused(owner: Person) -> None:
    for field in ("id", "email", "version", "state", "workspace_id", "created_at"):
        answer = await owner.patch(f"/v1/members/{owner.id}", {field: "x"}, 1)

        assert (field, answer.status_code) == (field, 422)
        assert answer.json()["errors"] == [{"path": "$", "detail": f"Object contains unknown field `{field}`"}]
