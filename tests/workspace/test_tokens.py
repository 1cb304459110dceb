"""Tokens: narrower than their owner, never wider, and dead at once when revoked."""

from dataclasses import replace
from typing import Any

from tests.conftest import SetClock
from tests.people import Person


async def issued(person: Person, **more: Any) -> tuple[Person, dict[str, Any]]:
    """The same member with a fresh token, and the token as it is listed."""
    made = await person.made("/v1/tokens", {"name": "laptop", **more})
    return replace(person, token=made["secret"]), made["token"]


async def test_token_shows_its_secret_once_and_afterwards_its_prefix(owner: Person) -> None:
    made = await owner.made("/v1/tokens", {"name": "laptop", "scopes": ["read_workspace"]})

    listed = (await owner.seen("/v1/tokens"))["items"]

    assert [token["name"] for token in listed] == ["laptop", "first token"]
    assert listed[0] == made["token"]
    assert made["secret"].startswith(made["token"]["prefix"])
    assert (made["token"]["scopes"], made["token"]["version"]) == (["read_workspace"], 1)
    assert made["secret"] not in (await owner.get("/v1/tokens")).text


async def test_day_of_last_use_is_shown(owner: Person) -> None:
    laptop, token = await issued(owner)
    await laptop.seen("/v1/me")

    after = (await owner.seen("/v1/tokens"))["items"][0]

    assert (token["last_used_on"], after["last_used_on"] is None) == (None, False)


async def test_scopes_narrow_what_a_token_may_do(owner: Person) -> None:
    narrow, _ = await issued(owner, scopes=["read_workspace"])

    reading = await narrow.get("/v1/departments")
    writing = await narrow.post("/v1/departments", {"name": "Sales"})

    assert (reading.status_code, writing.status_code, writing.json()["code"]) == (200, 403, "not_allowed")


async def test_scopes_give_nothing_that_the_role_has_not(owner: Person) -> None:
    sam = await owner.colleague("Sam Seller", "member")

    hopeful, _ = await issued(sam, scopes=["read_workspace", "manage_members"])

    assert (await hopeful.get("/v1/departments")).status_code == 200
    assert (await hopeful.post("/v1/departments", {"name": "Sales"})).status_code == 403


async def test_scoped_token_cannot_widen_itself_by_making_another(owner: Person) -> None:
    narrow, _ = await issued(owner, scopes=["manage_own_tokens", "read_workspace"])

    wider, token = await issued(narrow, scopes=["manage_own_tokens", "manage_members"])
    same, whole = await issued(narrow)

    assert token["scopes"] == ["manage_own_tokens"]
    assert whole["scopes"] == ["manage_own_tokens", "read_workspace"]
    assert (await wider.post("/v1/departments", {"name": "Sales"})).status_code == 403
    assert (await same.get("/v1/departments")).status_code == 200


async def test_token_without_any_scope_may_do_nothing(owner: Person) -> None:
    idle, token = await issued(owner, scopes=[])

    assert token["scopes"] == []
    assert (await idle.get("/v1/departments")).status_code == 403


async def test_service_acts_by_scope_alone(owner: Person) -> None:
    """A service account has no rights of its own: whoever runs it cannot even make it a token."""
    robot = await owner.colleague("Rob Robot", "service")

    answers = [await robot.get("/v1/departments"), await robot.post("/v1/tokens", {"name": "wide"})]

    assert [answer.status_code for answer in answers] == [403, 403]


async def test_service_is_given_a_token_with_the_scopes_that_it_needs(owner: Person) -> None:
    robot = await owner.colleague("Rob Robot", "service")

    made = await owner.made(f"/v1/members/{robot.id}/tokens", {"name": "sync", "scopes": ["read_workspace"]})

    scoped = replace(robot, token=made["secret"])
    assert (await scoped.get("/v1/departments")).status_code == 200
    assert (await scoped.post("/v1/departments", {"name": "Sales"})).json()["code"] == "not_allowed"


async def test_nobody_makes_a_token_for_a_person(owner: Person) -> None:
    mia = await owner.colleague("Mia Member")

    answer = await owner.post(f"/v1/members/{mia.id}/tokens", {"name": "mine", "scopes": ["read_workspace"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "not_a_service")


async def test_revoked_token_is_refused_on_the_next_request(owner: Person) -> None:
    laptop, token = await issued(owner)
    before = await laptop.get("/v1/me")

    gone = await owner.delete(f"/v1/tokens/{token['id']}", token["version"])
    after = await laptop.get("/v1/me")

    assert (before.status_code, gone.status_code, after.status_code) == (200, 204, 401)
    assert after.json()["code"] == "not_signed_in"
    assert [token["name"] for token in (await owner.seen("/v1/tokens"))["items"]] == ["first token"]


async def test_token_may_revoke_itself(owner: Person) -> None:
    laptop, token = await issued(owner)

    assert (await laptop.delete(f"/v1/tokens/{token['id']}", 1)).status_code == 204
    assert (await laptop.get("/v1/me")).status_code == 401


async def test_expired_token_is_refused_and_no_longer_listed(owner: Person, clock: SetClock) -> None:
    clock.pass_time(days=-2)
    laptop, token = await issued(owner, days=1)
    clock.pass_time(days=2)

    answer = await laptop.get("/v1/me")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert token["id"] not in [listed["id"] for listed in (await owner.seen("/v1/tokens"))["items"]]


async def test_tokens_of_others_are_out_of_reach(owner: Person) -> None:
    sam = await owner.colleague("Sam Seller")
    _, token = await issued(sam)

    listed = [listed["id"] for listed in (await owner.seen("/v1/tokens"))["items"]]
    answer = await owner.delete(f"/v1/tokens/{token['id']}", 1)

    assert token["id"] not in listed
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await sam.get("/v1/me")).status_code == 200


async def test_revoking_holds_on_the_version_and_works_once(owner: Person) -> None:
    _, token = await issued(owner)
    path = f"/v1/tokens/{token['id']}"

    answers = [
        await owner.delete(path),
        await owner.delete(path, 2),
        await owner.delete(path, 1),
        await owner.delete(path, 1),
    ]

    assert [answer.status_code for answer in answers] == [428, 412, 204, 404]


async def test_life_and_scopes_of_a_token_are_bounded(owner: Person) -> None:
    for body, path in (
        ({"days": 0}, "$.days"),
        ({"days": 366}, "$.days"),
        ({"scopes": ["everything"]}, "$.scopes[0]"),
        ({"scopes": ["read_script"] * 51}, "$.scopes"),
    ):
        answer = await owner.post("/v1/tokens", {"name": "laptop", **body})

        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)
