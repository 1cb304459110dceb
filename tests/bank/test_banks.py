"""Banks in the service: opened, listed, changed, and what is refused."""

import pytest

from tests.bank.shelf import PATH, imported, opened
from tests.people import Person


async def test_bank_is_opened_without_questions(owner: Person) -> None:
    bank = await owner.made(
        "/v1/banks", {"namespace": "month-end", "title": "Month-end", "description": "Kept by Product."}
    )

    assert bank == {
        "namespace": "month-end",
        "title": "Month-end",
        "description": "Kept by Product.",
        "language": None,
        "setting": "interview",
        "glossary": [],
        "entries": 0,
        "created_by": owner.id,
        "version": 1,
        "created_at": bank["created_at"],
    }
    assert await owner.seen(PATH) == bank


async def test_second_bank_of_a_namespace_is_refused(owner: Person) -> None:
    await opened(owner)

    answer = await owner.post("/v1/banks", {"namespace": "month-end", "title": "Another"})

    assert (answer.status_code, answer.json()["code"]) == (409, "bank_exists")


async def test_namespace_of_another_workspace_is_free(owner: Person, stranger: Person) -> None:
    await opened(stranger)
    await imported(stranger)

    bank = await opened(owner)

    assert (bank["namespace"], bank["entries"]) == ("month-end", 0)


@pytest.mark.parametrize("namespace", ["", "Month", "-end", "month end", "month/end", "similar", "m" * 101, "month\n"])
async def test_name_that_no_reference_could_hold_is_refused(owner: Person, namespace: str) -> None:
    answer = await owner.post("/v1/banks", {"namespace": namespace, "title": "Month-end"})

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "$.namespace")


async def test_banks_are_listed_by_namespace(owner: Person) -> None:
    for namespace in ("pricing", "month-end", "onboarding"):
        await opened(owner, namespace)

    first = await owner.seen("/v1/banks?limit=2")
    second = await owner.seen(f"/v1/banks?limit=2&cursor={first['next_cursor']}")

    assert [bank["namespace"] for bank in first["items"]] == ["month-end", "onboarding"]
    assert [bank["namespace"] for bank in second["items"]] == ["pricing"]
    assert second["next_cursor"] is None


async def test_change_of_a_bank_is_based_on_its_version(owner: Person) -> None:
    await opened(owner)

    changed = await owner.patch(PATH, {"description": "Kept by Support."}, 1)
    late = await owner.patch(PATH, {"title": "Other"}, 1)

    assert (changed.json()["description"], changed.json()["title"], changed.json()["version"]) == (
        "Kept by Support.",
        "Month-end",
        2,
    )
    assert (late.status_code, late.json()["current"]) == (412, changed.json())


async def test_bank_that_is_not_there_is_not_found(owner: Person) -> None:
    answers = [await owner.get(f"{PATH}{rest}") for rest in ("", "/entries", "/entries/monday", "/export")] + [
        await owner.patch(PATH, {"title": "Other"}, 1),
        await owner.post(f"{PATH}/import", {"format": "yaml", "text": "questions: []"}),
        await owner.get(f"{PATH}/entries/monday/versions"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 7


async def test_members_read_banks_and_editors_write_them(owner: Person) -> None:
    department = (await owner.made("/v1/departments", {"name": "Sales"}))["id"]
    member = await owner.colleague("Mia Member", "member", department)
    editor = await owner.colleague("Eve Editor", "editor", department)
    await opened(editor)

    refused = await member.post(f"{PATH}/import", {"format": "yaml", "text": "questions: []"})

    assert (await member.seen(PATH))["created_by"] == editor.id
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
