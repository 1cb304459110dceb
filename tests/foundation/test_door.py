"""The door, through HTTP: answers given once for each Idempotency-Key, validators, and who may enter."""

import asyncio
from dataclasses import replace
from uuid import UUID

import asyncpg
import httpx

from crossview.foundation.db import Database
from tests.people import Person

SUPPORT = {"name": "Support"}


async def departments(person: Person) -> list[str]:
    return [item["name"] for item in (await person.seen("/v1/departments"))["items"]]


async def renamed(person: Person, path: str, if_match: str) -> httpx.Response:
    headers = [(b"authorization", f"Bearer {person.token}".encode()), (b"if-match", if_match.encode("latin-1"))]
    return await person.api.patch(path, json={"name": "Care"}, headers=headers)


def told(answer: httpx.Response) -> dict[str, str]:
    """The headers of an answer but for the request's own id."""
    return {name: value for name, value in answer.headers.items() if name != "x-request-id"}


async def test_same_key_and_body_get_the_same_answer_and_change_nothing(owner: Person) -> None:
    first = await owner.post("/v1/departments", SUPPORT, Idempotency_Key="k1")

    again = await owner.post("/v1/departments", SUPPORT, Idempotency_Key="k1")

    assert (again.status_code, again.content, told(again)) == (201, first.content, told(first))
    assert again.headers["etag"] == '"1"'
    assert await departments(owner) == ["Support"]


async def test_key_belongs_to_its_member_and_operation(owner: Person) -> None:
    colleague = await owner.colleague("Ada Admin", "administrator")

    answers = [
        await owner.post("/v1/departments", SUPPORT, Idempotency_Key="k1"),
        await colleague.post("/v1/departments", {"name": "Sales"}, Idempotency_Key="k1"),
        await owner.post("/v1/tokens", {"name": "laptop"}, Idempotency_Key="k1"),
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert await departments(owner) == ["Support", "Sales"]


async def test_same_key_with_another_body_is_refused(owner: Person) -> None:
    await owner.post("/v1/departments", SUPPORT, Idempotency_Key="k1")

    answer = await owner.post("/v1/departments", {"name": "Sales"}, Idempotency_Key="k1")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await departments(owner) == ["Support"]


async def test_key_whose_first_request_still_runs_is_answered_at_once(owner: Person, dsn: str) -> None:
    workspace_id = (await owner.seen("/v1/workspace"))["id"]
    running = await asyncpg.connect(dsn)
    await running.execute(
        "select pg_advisory_lock(hashtextextended($1, 0))", f"{workspace_id}:{owner.id}:create_department:k1"
    )

    meanwhile = await owner.post("/v1/departments", SUPPORT, Idempotency_Key="k1")
    await running.close()
    afterwards = await owner.post("/v1/departments", SUPPORT, Idempotency_Key="k1")

    assert (meanwhile.status_code, meanwhile.json()["code"]) == (409, "request_in_progress")
    assert meanwhile.headers["retry-after"] == "1"
    assert afterwards.status_code == 201


async def test_five_at_once_with_one_key_make_one_change(owner: Person) -> None:
    await owner.rush()
    answers = await asyncio.gather(*(owner.post("/v1/departments", SUPPORT, Idempotency_Key="k1") for _ in range(5)))

    made = {answer.content for answer in answers if answer.status_code == 201}
    others = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert len(made) == 1
    assert others <= {"request_in_progress"}
    assert await departments(owner) == ["Support"]


async def test_refusal_is_not_kept_so_the_key_can_be_used_again(owner: Person) -> None:
    taken = await owner.made("/v1/departments", SUPPORT)
    refused = await owner.post("/v1/departments", SUPPORT, Idempotency_Key="k1")
    await owner.patch(f"/v1/departments/{taken['id']}", {"name": "Care"}, 1)

    answer = await owner.post("/v1/departments", SUPPORT, Idempotency_Key="k1")

    assert (refused.status_code, answer.status_code) == (409, 201)
    assert await departments(owner) == ["Care", "Support"]


async def test_key_that_is_empty_or_too_long_is_refused(owner: Person) -> None:
    answers = [await owner.post("/v1/departments", SUPPORT, Idempotency_Key=key) for key in ("", "k" * 201)]

    assert [answer.json()["code"] for answer in answers] == ["invalid_input", "invalid_input"]
    assert await departments(owner) == []


async def test_answers_are_forgotten_when_they_are_old(owner: Person, database: Database) -> None:
    first = await owner.post("/v1/departments", SUPPORT, Idempotency_Key="k1")
    forget = "select forget_kept_answers($1::text::interval)"

    async with database.outside() as connection:
        young = await connection.fetchval(forget, "1 day")
        old = await connection.fetchval(forget, "0 seconds")
    again = await owner.post("/v1/departments", SUPPORT, Idempotency_Key="k1")

    assert (young, old) == (0, 1)
    assert (first.status_code, again.json()["code"]) == (201, "department_exists")


async def test_reader_who_has_the_newest_gets_304(owner: Person) -> None:
    made = await owner.made("/v1/departments", SUPPORT)
    path = f"/v1/departments/{made['id']}"

    answers = [await owner.get(path, If_None_Match=tags) for tags in ('"1"', 'W/"1"', '"7", "1"', "*", '"2"', "junk")]

    assert [answer.status_code for answer in answers] == [304, 304, 304, 304, 200, 200]
    assert [answer.content for answer in answers[:4]] == [b"", b"", b"", b""]
    assert {answer.headers["etag"] for answer in answers} == {'"1"'}


async def test_list_has_a_tag_that_changes_with_its_content(owner: Person) -> None:
    before = await owner.get("/v1/departments")
    await owner.made("/v1/departments", SUPPORT)

    after = await owner.get("/v1/departments", If_None_Match=before.headers["etag"])

    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert (await owner.get("/v1/departments", If_None_Match=after.headers["etag"])).status_code == 304


async def test_change_holds_on_the_tag_in_every_form_that_we_may_have_given(owner: Person) -> None:
    made = await owner.made("/v1/departments", SUPPORT)
    path = f"/v1/departments/{made['id']}"

    answers = [await renamed(owner, path, tag) for tag in ('"1"', 'W/"2"', "3", ' "4" ')]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200]
    assert [answer.headers["etag"] for answer in answers] == ['"2"', '"3"', '"4"', '"5"']


async def test_change_on_a_tag_that_we_never_gave_is_stale(owner: Person) -> None:
    made = await owner.made("/v1/departments", SUPPORT)
    path = f"/v1/departments/{made['id']}"
    tags = ("*", "", '""', '"0"', '"-1"', '"2"', '"1", "2"', '"a"', '"1.0"', '"²"', '"' + "9" * 40 + '"')

    answers = {tag: await renamed(owner, path, tag) for tag in tags}

    assert {tag: answer.status_code for tag, answer in answers.items()} == dict.fromkeys(tags, 412)
    assert {answer.json()["code"] for answer in answers.values()} == {"stale_version"}
    assert answers["*"].json()["current"] == made


async def test_change_without_a_tag_says_that_one_is_needed(owner: Person) -> None:
    made = await owner.made("/v1/departments", SUPPORT)

    answer = await owner.patch(f"/v1/departments/{made['id']}", {"name": "Care"})

    assert (answer.status_code, answer.json()["code"]) == (428, "version_required")


async def test_two_changes_on_one_version_leave_one_winner(owner: Person) -> None:
    made = await owner.made("/v1/departments", SUPPORT)
    path = f"/v1/departments/{made['id']}"
    await owner.rush()

    answers = await asyncio.gather(*(owner.patch(path, {"name": name}, 1) for name in ("Care", "Success")))

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert await owner.seen(path) == winner.json()


async def test_request_without_a_valid_token_is_not_signed_in(api: httpx.AsyncClient, owner: Person) -> None:
    headers = [{}, {"Authorization": "Bearer cv_unknown"}, {"Authorization": f"Basic {owner.token}"}]

    answers = [await api.get("/v1/departments", headers=given) for given in headers]

    assert [answer.json()["code"] for answer in answers] == ["not_signed_in"] * 3
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    assert owner.token not in "".join(answer.text for answer in answers)


async def test_token_of_a_member_who_left_is_refused(owner: Person, database: Database) -> None:
    colleague = await owner.colleague("Leo Leaver")
    workspace_id = UUID((await owner.seen("/v1/workspace"))["id"])
    async with database.visit_as_service(workspace_id) as visit:
        await visit.run(
            "update member set state = 'left' where workspace_id = $1 and id = $2", workspace_id, UUID(colleague.id)
        )

    answer = await colleague.get("/v1/departments")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_kept_answer_with_a_secret_is_unreadable_in_the_database(owner: Person, dsn: str) -> None:
    answer = await owner.post("/v1/tokens", {"name": "robot"}, Idempotency_Key="once")

    again = await owner.post("/v1/tokens", {"name": "robot"}, Idempotency_Key="once")

    connection = await asyncpg.connect(dsn)
    kept = await connection.fetchval("select body from crossview.kept_answer")
    await connection.close()
    assert again.content == answer.content
    assert answer.json()["secret"].encode() not in kept


async def test_kept_answer_is_not_given_to_another_token_of_the_same_member(owner: Person) -> None:
    other = replace(owner, token=(await owner.made("/v1/tokens", {"name": "robot"}))["secret"])
    await owner.post("/v1/departments", {"name": "Sales"}, Idempotency_Key="once")

    answer = await other.post("/v1/departments", {"name": "Sales"}, Idempotency_Key="once")

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
