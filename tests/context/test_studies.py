"""Studies: opened, listed, changed, and seen by the departments that are invited."""

from tests.context.departments import department, two_departments
from tests.people import Person

NOBODYS = "0190c0de-0000-7000-8000-000000000000"


async def test_study_invites_all_departments_unless_it_names_some(owner: Person) -> None:
    departments = await two_departments(owner)

    study = await owner.made("/v1/studies", {"title": "Leaving customers"})

    assert study == {
        "id": study["id"],
        "title": "Leaving customers",
        "goal": "",
        "stage": "discovery",
        "departments": departments,
        "created_by": owner.id,
        "version": 1,
        "created_at": study["created_at"],
    }
    assert await owner.seen(f"/v1/studies/{study['id']}") == study


async def test_study_invites_the_departments_it_names(owner: Person) -> None:
    sales, support = await two_departments(owner)

    study = await owner.made(
        "/v1/studies",
        {"title": "Renewals", "goal": "Why people stay", "stage": "live", "departments": [support, support]},
    )

    assert (study["goal"], study["stage"], study["departments"]) == ("Why people stay", "live", [support])
    assert sales not in study["departments"]


async def test_study_can_be_opened_before_there_are_departments(owner: Person) -> None:
    study = await owner.made("/v1/studies", {"title": "First of all"})

    assert study["departments"] == []


async def test_unknown_department_is_refused_with_its_path(owner: Person, stranger: Person) -> None:
    own = await department(owner, "Sales")
    foreign = await department(stranger, "Sales")

    answer = await owner.post("/v1/studies", {"title": "Renewals", "departments": [own, foreign]})

    assert answer.status_code == 422
    assert answer.json() == {
        "type": "/errors/unknown_reference",
        "title": "Unknown reference",
        "status": 422,
        "code": "unknown_reference",
        "detail": "$.departments[1] names a department that is not in your workspace. Take an id from its list.",
        "path": "$.departments[1]",
        "thing": "department",
        "instance": answer.headers["x-request-id"],
    }
    assert await owner.seen("/v1/studies") == {"items": [], "next_cursor": None}


async def test_study_without_any_department_is_refused(owner: Person) -> None:
    answer = await owner.post("/v1/studies", {"title": "Nobody's", "departments": []})

    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [{"path": "$.departments", "detail": "Expected `array` of length >= 1"}],
    )


async def test_fields_that_the_service_sets_are_refused(owner: Person) -> None:
    answers = [
        await owner.post("/v1/studies", {"title": "Mine", field: value})
        for field, value in (("created_by", owner.id), ("version", 7), ("workspace_id", owner.id))
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, "invalid_input")] * 3


async def test_studies_are_listed_newest_first_in_pages(owner: Person) -> None:
    made = [await owner.made("/v1/studies", {"title": title}) for title in ("One", "Two", "Three")]

    first = await owner.seen("/v1/studies?limit=2")
    second = await owner.seen(f"/v1/studies?limit=2&cursor={first['next_cursor']}")

    assert first["items"] == [made[2], made[1]]
    assert second == {"items": [made[0]], "next_cursor": None}


async def test_invalid_cursor_is_refused(owner: Person) -> None:
    answer = await owner.get("/v1/studies?cursor=nonsense")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


async def test_member_sees_only_the_studies_of_the_own_department(owner: Person) -> None:
    sales, support = await department(owner, "Sales"), await department(owner, "Support")
    mia = await owner.colleague("Mia Member", "member", sales)
    ours = await owner.made("/v1/studies", {"title": "Ours", "departments": [sales]})
    theirs = await owner.made("/v1/studies", {"title": "Theirs", "departments": [support]})

    hidden = await mia.get(f"/v1/studies/{theirs['id']}")
    nobodys = await mia.get(f"/v1/studies/{NOBODYS}")

    assert await mia.seen("/v1/studies") == {"items": [ours], "next_cursor": None}
    assert await mia.seen(f"/v1/studies/{ours['id']}") == ours
    assert {**hidden.json(), "instance": ""} == {**nobodys.json(), "instance": ""}
    assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found")


async def test_member_without_a_department_sees_no_study(owner: Person) -> None:
    mia = await owner.colleague("Mia Member")
    await owner.made("/v1/studies", {"title": "Ours"})

    assert await mia.seen("/v1/studies") == {"items": [], "next_cursor": None}


async def test_study_of_another_workspace_looks_like_none(owner: Person, stranger: Person) -> None:
    foreign = await stranger.made("/v1/studies", {"title": "Foreign"})

    answer = await owner.get(f"/v1/studies/{foreign['id']}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert await owner.seen("/v1/studies") == {"items": [], "next_cursor": None}


async def test_member_opens_no_study(owner: Person) -> None:
    mia = await owner.colleague("Mia Member", "member", await department(owner, "Sales"))

    answer = await mia.post("/v1/studies", {"title": "Mine"})

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def test_editor_cannot_open_a_study_out_of_the_own_sight(owner: Person) -> None:
    sales, support = await department(owner, "Sales"), await department(owner, "Support")
    edith = await owner.colleague("Edith Editor", "editor", sales)

    answer = await edith.post("/v1/studies", {"title": "Theirs", "departments": [support]})

    assert (answer.status_code, answer.json()["code"]) == (422, "own_department_missing")


async def test_change_of_a_study(owner: Person) -> None:
    sales, support = await department(owner, "Sales"), await department(owner, "Support")
    edith = await owner.colleague("Edith Editor", "editor", sales)
    study = await edith.made("/v1/studies", {"title": "Ours", "departments": [sales]})
    path = f"/v1/studies/{study['id']}"

    answer = await edith.patch(
        path, {"title": "Everybody's", "goal": "More", "stage": "beta", "departments": [support, sales]}, 1
    )

    assert answer.json() == {
        **study,
        "title": "Everybody's",
        "goal": "More",
        "stage": "beta",
        "departments": sorted([sales, support]),
        "version": 2,
    }
    assert answer.headers["etag"] == '"2"'
    assert await edith.seen(path) == answer.json()


async def test_department_that_is_no_longer_invited_loses_sight_of_the_study(owner: Person) -> None:
    sales, support = await department(owner, "Sales"), await department(owner, "Support")
    mia = await owner.colleague("Mia Member", "member", sales)
    study = await owner.made("/v1/studies", {"title": "Ours"})
    path = f"/v1/studies/{study['id']}"
    assert (await mia.get(path)).status_code == 200

    changed = await owner.patch(path, {"departments": [support]}, 1)

    assert changed.json()["departments"] == [support]
    assert (await mia.get(path)).status_code == 404


async def test_editor_cannot_leave_the_own_department_out(owner: Person) -> None:
    sales, support = await department(owner, "Sales"), await department(owner, "Support")
    edith = await owner.colleague("Edith Editor", "editor", sales)
    study = await edith.made("/v1/studies", {"title": "Ours"})

    answer = await edith.patch(f"/v1/studies/{study['id']}", {"departments": [support]}, 1)

    assert (answer.status_code, answer.json()["code"]) == (422, "own_department_missing")
    assert await edith.seen(f"/v1/studies/{study['id']}") == study


async def test_change_that_names_an_unknown_department_is_refused(owner: Person) -> None:
    study = await owner.made("/v1/studies", {"title": "Ours"})

    answer = await owner.patch(f"/v1/studies/{study['id']}", {"departments": [NOBODYS]}, 1)

    assert (answer.status_code, answer.json()["path"]) == (422, "$.departments[0]")


async def test_change_needs_the_current_version(owner: Person) -> None:
    study = await owner.made("/v1/studies", {"title": "Ours"})
    path = f"/v1/studies/{study['id']}"

    blind = await owner.patch(path, {"title": "Mine"})
    stale = await owner.patch(path, {"title": "Mine"}, 9)

    assert (blind.status_code, blind.json()["code"]) == (428, "version_required")
    assert (stale.status_code, stale.json()["code"], stale.json()["current"]) == (412, "stale_version", study)


async def test_member_changes_no_study(owner: Person) -> None:
    mia = await owner.colleague("Mia Member", "member", await department(owner, "Sales"))
    study = await owner.made("/v1/studies", {"title": "Ours"})

    answer = await mia.patch(f"/v1/studies/{study['id']}", {"title": "Mine"}, 1)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def test_feed_tells_that_a_study_was_opened_and_changed(owner: Person) -> None:
    study = await owner.made("/v1/studies", {"title": "Ours"})
    await owner.patch(f"/v1/studies/{study['id']}", {"title": "Mine"}, 1)

    feed = await owner.seen("/v1/events")

    told = [event for event in feed["items"] if event["study_id"] == study["id"]]
    assert [(event["kind"], event["subject_id"], event["facts"]) for event in told] == [
        ("study.changed", study["id"], {}),
        ("study.opened", study["id"], {}),
    ]
