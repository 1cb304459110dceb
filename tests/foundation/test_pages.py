"""Pages and their cursors."""

import base64
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossview.foundation.errors import InvalidCursor
from crossview.foundation.pages import after_cursor, next_cursor
from tests.people import Person

BIGGEST = 2**63 - 1


def written(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@given(st.lists(st.integers(1, BIGGEST), min_size=2, unique=True), st.data())
def test_cursor_leads_behind_the_last_row_of_its_page(rows: list[int], data: st.DataObject) -> None:
    limit = data.draw(st.integers(1, len(rows) - 1))

    cursor = next_cursor(rows, limit, lambda row: row)

    assert after_cursor(cursor, int) == rows[limit - 1]


@given(st.uuids())
def test_cursor_of_an_id_comes_back(key: UUID) -> None:
    assert after_cursor(next_cursor([key, key], 1, lambda row: row), UUID) == key


@given(st.lists(st.integers(), max_size=5))
def test_last_page_has_no_cursor(rows: list[int]) -> None:
    assert next_cursor(rows, 5, lambda row: row) is None


def test_no_cursor_is_the_first_page() -> None:
    assert after_cursor(None, UUID) is None


@given(st.text(max_size=60))
def test_garbage_is_refused_and_nothing_else_happens(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        after_cursor(cursor, UUID)


@pytest.mark.parametrize(
    "inside", ["1.5", "true", '"1"', "null", "[1]", str(BIGGEST + 1), str(-BIGGEST - 2), "9" * 30, ""]
)
def test_cursor_that_is_no_position_is_refused(inside: str) -> None:
    with pytest.raises(InvalidCursor):
        after_cursor(written(inside), int)


@pytest.mark.parametrize("inside", ["null", "7", '"7"', '"0190c0de"'])
def test_cursor_that_is_no_id_is_refused(inside: str) -> None:
    with pytest.raises(InvalidCursor):
        after_cursor(written(inside), UUID)


@pytest.mark.parametrize("name", ["a", "month-end", "A" * 100])
def test_cursor_of_a_name_comes_back(name: str) -> None:
    assert after_cursor(next_cursor([name, name], 1, lambda row: row), str) == name


@pytest.mark.parametrize(
    "inside", ["7", "null", '""', '"a\\u0000"', '"a\\n"', '"\\ud800"', '"ä"', '"' + "a" * 101 + '"']
)
def test_cursor_that_is_no_name_is_refused(inside: str) -> None:
    with pytest.raises(InvalidCursor):
        after_cursor(written(inside), str)


async def test_pages_put_together_are_the_list_while_rows_are_added(owner: Person) -> None:
    made = [await owner.made("/v1/departments", {"name": f"Department {number}"}) for number in range(5)]
    seen, path = [], "/v1/departments?limit=2"
    page = await owner.seen(path)
    seen += page["items"]
    late = await owner.made("/v1/departments", {"name": "Late"})

    while page["next_cursor"]:
        page = await owner.seen(f"{path}&cursor={page['next_cursor']}")
        seen += page["items"]

    assert seen == [*made, late]


async def test_garbage_in_a_request_is_refused(owner: Person) -> None:
    for cursor in ("%00", "x", "%F0%9F%98%80", written("7"), written("9" * 30)):
        answer = await owner.get(f"/v1/departments?cursor={cursor}")

        assert (cursor, answer.status_code, answer.json()["code"]) == (cursor, 422, "invalid_cursor")


async def test_position_that_no_event_can_have_is_refused(owner: Person) -> None:
    answer = await owner.get(f"/v1/events?cursor={written(str(BIGGEST + 1))}")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


async def test_limit_out_of_bounds_is_refused_by_name(owner: Person) -> None:
    for limit in ("0", "201", "-1", "two", "", "9" * 30):
        answer = await owner.get(f"/v1/departments?limit={limit}")

        assert (limit, answer.status_code, answer.json()["code"]) == (limit, 422, "invalid_input")
        assert [fault["path"] for fault in answer.json()["errors"]] == ["query.limit"]
