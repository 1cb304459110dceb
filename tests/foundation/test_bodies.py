"""Bodies as their handlers take them: every misfit is named by its place."""

from tests.people import Person


async def test_missing_body_is_named(owner: Person) -> None:
    answer = await owner.api.post("/v1/departments", headers={"Authorization": f"Bearer {owner.token}"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"] == [{"path": "$", "detail": "Expected a JSON body"}]


async def test_value_of_the_wrong_shape_is_named_by_its_path(owner: Person) -> None:
    bodies: dict[str, tuple[bytes, str]] = {
        "list": (b"[]", "$"),
        "null": (b"null", "$"),
        "text": (b'"Support"', "$"),
        "number as name": (b'{"name": 7}', "$.name"),
        "huge number": (b'{"name": 99999999999999999999999999}', "$.name"),
        "too long": (b'{"name": "' + b"a" * 201 + b'"}', "$.name"),
        "two lines": (b'{"name": "a\\nb"}', "$.name"),
        "nothing": (b"{}", "$"),
    }
    headers = {"Authorization": f"Bearer {owner.token}", "Content-Type": "application/json"}

    for name, (body, path) in bodies.items():
        answer = await owner.api.post("/v1/departments", content=body, headers=headers)

        assert (name, answer.status_code, answer.json()["code"]) == (name, 422, "invalid_input")
        assert [fault["path"] for fault in answer.json()["errors"]] == [path]


async def test_value_of_a_near_type_is_not_taken_for_the_right_one(owner: Person) -> None:
    for field, value, detail in (
        ("days", "30", "Expected `int`, got `str`"),
        ("days", True, "Expected `int`, got `bool`"),
        ("name", 7, "Expected `str`, got `int`"),
        ("scopes", "all", "Expected `array | null`, got `str`"),
    ):
        answer = await owner.post("/v1/tokens", {"name": "laptop", field: value})

        assert (answer.status_code, answer.json()["summary"]) == (422, f"{detail} at $.{field}")
        assert answer.json()["errors"] == [{"path": f"$.{field}", "detail": detail}]


async def test_value_of_a_megabyte_is_not_said_back(owner: Person) -> None:
    answer = await owner.post("/v1/invitations", {"email": "sue@example.com", "role": "x" * 1_000_000})

    told = "Invalid enum value '" + "x" * 180 + "…"
    assert answer.json()["errors"] == [{"path": "$.role", "detail": told}]
    assert answer.json()["summary"] == f"{told} at $.role"


async def test_line_end_behind_a_text_of_a_fixed_form_is_refused(owner: Person) -> None:
    for path, body, field in (
        ("/v1/invitations", {"email": "sue@example.com\n", "role": "member"}, "email"),
        ("/v1/scripts/import/preview", {"document": {"title": "Exports", "language": "en\n"}}, "document.language"),
        ("/v1/invitations/accept", {"link": "cvi_something\n", "name": "Sue"}, "link"),
    ):
        answer = await owner.post(path, body)

        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, f"$.{field}")
