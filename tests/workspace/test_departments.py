"""Departments: made, listed, renamed, and refused."""

from tests.people import Person


async def test_department_is_listed_after_it_was_made(owner: Person) -> None:
    made = await owner.made("/v1/departments", {"name": "Support"})

    assert await owner.seen("/v1/departments") == {"items": [made], "next_cursor": None}
    assert (made["name"], made["people"], made["version"]) == ("Support", 0, 1)


async def test_second_department_of_the_same_name_is_refused(owner: Person) -> None:
    await owner.made("/v1/departments", {"name": "Support"})

    answer = await owner.post("/v1/departments", {"name": "Support"})

    assert answer.status_code == 409
    assert answer.json() == {
        "type": "/errors/department_exists",
        "title": "Department exists",
        "status": 409,
        "code": "department_exists",
        "detail": 'There is a department called "Support" already. Take that one, or another name.',
        "name": "Support",
        "instance": answer.headers["x-request-id"],
    }


async def test_rename_without_if_match_is_refused(owner: Person) -> None:
    made = await owner.made("/v1/departments", {"name": "Support"})

    answer = await owner.patch(f"/v1/departments/{made['id']}", {"name": "Customer Success"})

    assert (answer.status_code, answer.json()["code"]) == (428, "version_required")


async def test_rename_on_a_stale_version_answers_with_the_current_state(owner: Person) -> None:
    made = await owner.made("/v1/departments", {"name": "Support"})
    path = f"/v1/departments/{made['id']}"
    renamed = (await owner.patch(path, {"name": "Customer Success"}, made["version"])).json()

    answer = await owner.patch(path, {"name": "Care"}, made["version"])

    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert answer.json()["current"] == renamed
    assert await owner.seen(path) == renamed


async def test_department_of_another_workspace_looks_like_none(owner: Person, stranger: Person) -> None:
    foreign = await stranger.made("/v1/departments", {"name": "Support"})
    nobodys = "0190c0de-0000-7000-8000-000000000000"

    answers = [await owner.get(f"/v1/departments/{wanted}") for wanted in (foreign["id"], nobodys)]

    bodies = [{**answer.json(), "instance": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert bodies[0] == bodies[1]


async def test_unknown_field_is_refused_with_its_path(owner: Person) -> None:
    answer = await owner.post("/v1/departments", {"name": "Support", "workspace_id": "mine"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"] == [{"path": "$", "detail": "Object contains unknown field `workspace_id`"}]
