"""Invitations: one link, one member, once, in time."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from crossview.foundation.db import Database
from crossview.foundation.permissions import Role
from crossview.workspace.found import found_workspace, invite_as_operator
from tests.conftest import SetClock
from tests.people import Person, accept

SUE = {"email": "sue@example.com", "role": "editor"}


async def answer_to(api: httpx.AsyncClient, link: str, name: str = "Sue Support") -> httpx.Response:
    return await api.post("/v1/invitations/accept", json={"link": link, "name": name})


def outcome(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json().get("code")


async def test_invitation_says_who_is_invited_and_shows_its_link_once(owner: Person, clock: SetClock) -> None:
    sent = await owner.made("/v1/invitations", SUE)

    listed = (await owner.seen("/v1/invitations"))["items"][0]

    assert sent["invitation"] == listed
    assert listed == {
        "id": listed["id"],
        "email": "sue@example.com",
        "role": "editor",
        "department_id": None,
        "expires_at": (clock.now() + timedelta(days=14)).isoformat().replace("+00:00", "Z"),
        "accepted_at": None,
        "revoked_at": None,
        "created_at": listed["created_at"],
        "version": 1,
    }
    assert sent["link"].startswith("cvi_")
    assert sent["link"] not in (await owner.get("/v1/invitations")).text


async def test_link_makes_a_member_with_a_token_that_works(owner: Person, api: httpx.AsyncClient) -> None:
    sales = (await owner.made("/v1/departments", {"name": "Sales"}))["id"]
    sent = await owner.made("/v1/invitations", {**SUE, "department_id": sales})

    answer = await answer_to(api, sent["link"])

    welcome = answer.json()
    assert answer.status_code == 201
    assert welcome["member"] == await owner.seen(f"/v1/members/{welcome['member']['id']}")
    assert (welcome["member"]["role"], welcome["member"]["department_id"]) == ("editor", sales)
    sue = Person(api, welcome["member"]["id"], "Sue Support", "sue@example.com", sales, welcome["token"])
    assert (await sue.seen("/v1/me"))["member_id"] == sue.id
    settled = (await owner.seen("/v1/invitations"))["items"][0]
    assert (settled["version"], settled["accepted_at"] is None) == (2, False)


async def test_link_works_once(owner: Person, api: httpx.AsyncClient) -> None:
    link = (await owner.made("/v1/invitations", SUE))["link"]

    first, second = await answer_to(api, link), await answer_to(api, link, "Somebody Else")

    assert (outcome(first), outcome(second)) == ((201, None), (404, "unknown_invitation"))


async def test_of_two_who_use_a_link_at_once_one_wins(owner: Person, api: httpx.AsyncClient) -> None:
    link = (await owner.made("/v1/invitations", SUE))["link"]
    await owner.rush()

    answers = await asyncio.gather(*(answer_to(api, link, name) for name in ("Sue", "Sam", "Sid")))

    assert sorted(map(outcome, answers)) == [(201, None), (404, "unknown_invitation"), (404, "unknown_invitation")]
    assert len((await owner.seen("/v1/members"))["items"]) == 2


async def test_expired_link_is_unknown_by_the_clock_of_the_database(
    owner: Person, api: httpx.AsyncClient, clock: SetClock
) -> None:
    clock.pass_time(days=-15)
    link = (await owner.made("/v1/invitations", SUE))["link"]
    clock.pass_time(days=15)

    answer = await answer_to(api, link)

    assert outcome(answer) == (404, "unknown_invitation")


async def test_link_is_good_until_its_last_minute(owner: Person, api: httpx.AsyncClient, clock: SetClock) -> None:
    clock.pass_time(days=-14, minutes=2)
    link = (await owner.made("/v1/invitations", SUE))["link"]

    assert outcome(await answer_to(api, link)) == (201, None)


async def test_revoked_link_is_unknown(owner: Person, api: httpx.AsyncClient) -> None:
    sent = await owner.made("/v1/invitations", SUE)
    path = f"/v1/invitations/{sent['invitation']['id']}"

    gone = await owner.delete(path, 1)
    again = await owner.delete(path, 2)

    assert (gone.status_code, gone.content) == (204, b"")
    assert outcome(again) == (409, "invitation_settled")
    assert outcome(await answer_to(api, sent["link"])) == (404, "unknown_invitation")


async def test_accepted_invitation_cannot_be_revoked(owner: Person, api: httpx.AsyncClient) -> None:
    sent = await owner.made("/v1/invitations", SUE)
    await accept(api, sent["link"], "Sue Support")

    answer = await owner.delete(f"/v1/invitations/{sent['invitation']['id']}", 2)

    assert outcome(answer) == (409, "invitation_settled")


async def test_revoking_holds_on_the_version(owner: Person) -> None:
    sent = await owner.made("/v1/invitations", SUE)
    path = f"/v1/invitations/{sent['invitation']['id']}"

    assert outcome(await owner.delete(path)) == (428, "version_required")
    assert outcome(await owner.delete(path, 7)) == (412, "stale_version")


async def test_address_of_a_member_cannot_join_twice(owner: Person, api: httpx.AsyncClient) -> None:
    links = [(await owner.made("/v1/invitations", SUE))["link"] for _ in range(2)]

    first, second = [await answer_to(api, link) for link in links]

    assert (outcome(first), outcome(second)) == ((201, None), (409, "member_exists"))


async def test_same_address_may_join_two_workspaces(owner: Person, stranger: Person, api: httpx.AsyncClient) -> None:
    links = [(await person.made("/v1/invitations", SUE))["link"] for person in (owner, stranger)]

    assert [outcome(await answer_to(api, link)) for link in links] == [(201, None), (201, None)]


async def test_unknown_and_crooked_links_open_nothing(api: httpx.AsyncClient) -> None:
    answers = [await answer_to(api, link) for link in ("cvi_" + "a" * 43, "cv_" + "a" * 43, "cvi_ä" + "a" * 40)]

    assert [outcome(answer) for answer in answers] == [
        (404, "unknown_invitation"),
        (422, "invalid_input"),
        (422, "invalid_input"),
    ]


async def test_lead_invites_into_the_own_department_only(owner: Person) -> None:
    sales, support = [(await owner.made("/v1/departments", {"name": name}))["id"] for name in ("Sales", "Support")]
    lead = await owner.colleague("Lea Lead", "lead", sales)

    answers = [
        await lead.post("/v1/invitations", {"email": "a@example.com", "role": role, "department_id": home})
        for role, home in (("member", sales), ("lead", sales), ("member", support), ("member", None), ("owner", sales))
    ]

    assert [outcome(answer) for answer in answers] == [
        (201, None),
        (201, None),
        (403, "outside_own_department"),
        (403, "outside_own_department"),
        (403, "role_above_own"),
    ]


async def test_lead_revokes_within_the_own_department_only(owner: Person) -> None:
    sales = (await owner.made("/v1/departments", {"name": "Sales"}))["id"]
    lead = await owner.colleague("Lea Lead", "lead", sales)
    invited = [
        (await owner.made("/v1/invitations", {"email": "a@example.com", **more}))["invitation"]["id"]
        for more in (
            {"role": "member", "department_id": sales},
            {"role": "member"},
            {"role": "administrator", "department_id": sales},
        )
    ]

    answers = [await lead.delete(f"/v1/invitations/{id}", 1) for id in invited]

    assert [answer.status_code for answer in answers] == [204, 403, 403]
    assert [answer.json()["code"] for answer in answers[1:]] == ["outside_own_department", "role_above_own"]


async def test_invitation_into_an_unknown_department_is_refused(owner: Person, stranger: Person) -> None:
    foreign = (await stranger.made("/v1/departments", {"name": "Sales"}))["id"]

    answer = await owner.post("/v1/invitations", {**SUE, "department_id": foreign})

    assert outcome(answer) == (422, "unknown_reference")


async def test_invitation_of_another_workspace_cannot_be_revoked(owner: Person, stranger: Person) -> None:
    foreign = (await stranger.made("/v1/invitations", SUE))["invitation"]["id"]

    assert outcome(await owner.delete(f"/v1/invitations/{foreign}", 1)) == (404, "not_found")
    assert (await stranger.seen("/v1/invitations"))["items"][0]["revoked_at"] is None


async def test_founder_and_later_owners_are_invited_by_the_operator(database: Database, api: httpx.AsyncClient) -> None:
    workspace_id, sent = await found_workspace(database, "Acme", "olga@example.com")
    second = await invite_as_operator(database, workspace_id, "oscar@example.com", Role.OWNER)

    olga, oscar = await accept(api, sent.link, "Olga"), await accept(api, second.link, "Oscar")

    assert (await olga.seen("/v1/workspace"))["id"] == (await oscar.seen("/v1/workspace"))["id"] == str(workspace_id)
    assert [member["role"] for member in (await olga.seen("/v1/members"))["items"]] == ["owner", "owner"]
