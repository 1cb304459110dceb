"""The witness of `tests/documented.py`, which looks at every answer of every test through HTTP."""

import httpx
import pytest

from tests.documented import Documented

ID = "0190c0de-0000-7000-8000-000000000000"


def answer(method: str, path: str, status: int, code: str | None = None) -> httpx.Response:
    return httpx.Response(
        status, json={"code": code} if code else {}, request=httpx.Request(method, f"http://crossview.test{path}")
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/departments", 200, None),
        ("GET", "/v1/departments", 304, None),
        ("POST", "/v1/departments", 409, "department_exists"),
        ("PATCH", f"/v1/departments/{ID}", 412, "stale_version"),
        ("POST", "/v1/invitations/accept", 404, "unknown_invitation"),
        ("GET", "/v1/departments", 503, "unavailable"),
        ("GET", "/v1/nowhere", 404, "no_such_address"),
    ],
)
def test_documented_answer_passes(
    documented: Documented, method: str, path: str, status: int, code: str | None
) -> None:
    assert documented.complaint(answer(method, path, status, code)) is None


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "complaint"),
    [
        ("POST", "/v1/departments", 409, "script_finished", "create_department refused with script_finished"),
        ("GET", "/v1/departments", 500, "internal_error", "list_departments answered 500"),
        ("POST", "/v1/departments", 200, None, "create_department answered 200"),
        ("GET", f"/v1/departments/{ID}", 404, "unknown_invitation", "read_department refused with unknown_invitation"),
    ],
)
def test_undocumented_answer_is_named(
    documented: Documented, method: str, path: str, status: int, code: str | None, complaint: str
) -> None:
    told = documented.complaint(answer(method, path, status, code))

    assert told is not None
    assert told.startswith(f"{complaint}, which is not documented")


async def test_client_of_the_tests_fails_on_an_undocumented_answer(documented: Documented) -> None:
    async def broken(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500, json={"code": "internal_error"})

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(broken), event_hooks={"response": [documented]}
    ) as client:
        with pytest.raises(AssertionError, match="list_departments answered 500"):
            await client.get("http://crossview.test/v1/departments")
