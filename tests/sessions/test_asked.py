"""What was asked in a session: written down by whoever runs it, and counted for the questions of a bank."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossview.sessions.asked import middle, share
from tests.bank.shelf import PATH, imported, only, opened
from tests.people import Person
from tests.sessions.study import NOBODYS, StudyOfTwo


class Interviews:
    """Sessions of a finished script whose two questions come from a bank."""

    def __init__(self, study: StudyOfTwo, script: str, items: list[str]) -> None:
        self.study = study
        self.script = script
        self.items = items

    async def held(self) -> str:
        """The id of another session."""
        return str((await self.study.scheduled(script_id=self.script))["id"])

    async def record(self, session: str, item: int, outcome: str, by: Person | None = None, **more: Any) -> Any:
        person = by or self.study.rhea
        return await person.put(f"/v1/sessions/{session}/asked/{self.items[item]}", {"outcome": outcome, **more})


@pytest.fixture
async def interviews(study: StudyOfTwo) -> Interviews:
    """A finished script that asks two questions of a bank."""
    owner = study.owner
    await opened(owner)
    await imported(owner, only("last: How did you close last month?", "who: Who helped you?", "never: Why so?"))
    script = (await owner.made(f"/v1/studies/{study.id}/scripts", {"title": "Month-end"}))["id"]
    section = await owner.made(f"/v1/scripts/{script}/sections", {"kind": "core", "heading": "Questions"})
    items = [
        (await owner.made(f"/v1/sections/{section['id']}/items", {"bank_ref": f"month-end/{named}@1", "pinned": True}))[
            "id"
        ]
        for named in ("last", "who")
    ]
    one = await owner.made(f"/v1/scripts/{script}/rounds", {})
    await owner.post(f"/v1/rounds/{one['id']}/close", If_Match=f'"{one["version"]}"')
    tag = (await owner.get(f"/v1/scripts/{script}")).headers["etag"]
    assert (await owner.post(f"/v1/scripts/{script}/finish", If_Match=tag)).status_code == 201
    return Interviews(study, script, items)


async def test_item_that_was_asked_is_written_down_with_its_minutes(interviews: Interviews) -> None:
    session = await interviews.held()

    recorded = (await interviews.record(session, 0, "asked", minutes=4.5)).json()

    assert recorded == {
        "session_id": session,
        "item_id": interviews.items[0],
        "outcome": "asked",
        "minutes": 4.5,
        "bank_ref": "month-end/last@1",
        "recorded_by": interviews.study.rhea.id,
        "at": recorded["at"],
    }
    event = (await interviews.study.owner.seen("/v1/events"))["items"][0]
    assert (event["kind"], event["subject_id"], event["facts"]) == (
        "item.asked", interviews.items[0], {"session_id": session},
    )  # fmt: skip


async def test_later_word_takes_the_place_of_the_earlier_one(interviews: Interviews) -> None:
    session = await interviews.held()
    await interviews.record(session, 0, "asked", minutes=4)
    await interviews.record(session, 1, "skipped")
    await interviews.record(session, 0, "skipped")

    found = (await interviews.study.rhea.seen(f"/v1/sessions/{session}/asked"))["items"]

    assert [(one["item_id"], one["outcome"], one["minutes"]) for one in found] == [
        (item, "skipped", None) for item in interviews.items
    ]


async def test_what_was_asked_is_listed_in_pages(interviews: Interviews) -> None:
    session = await interviews.held()
    for item in (0, 1):
        await interviews.record(session, item, "asked")
    path = f"/v1/sessions/{session}/asked?limit=1"

    first = await interviews.study.owner.seen(path)
    second = await interviews.study.owner.seen(f"{path}&cursor={first['next_cursor']}")

    assert [one["item_id"] for one in (*first["items"], *second["items"])] == interviews.items
    assert second["next_cursor"] is None


async def test_yield_counts_sessions_and_takes_the_median_of_their_minutes(interviews: Interviews) -> None:
    owner = interviews.study.owner
    for minutes in (4, 10, 5.5):
        session = await interviews.held()
        await interviews.record(session, 0, "asked", minutes=minutes)
        await interviews.record(session, 1, "skipped")
    await interviews.record(await interviews.held(), 0, "skipped")

    assert (await owner.seen(f"{PATH}/yields"))["items"] == [
        {"entry_id": "last", "sessions": 4, "asked": 3, "share": 0.6667, "minutes": 5.5},
        {"entry_id": "who", "sessions": 3, "asked": 0, "share": 0.2, "minutes": None},
    ]
    first = await owner.seen(f"{PATH}/yields?limit=1")
    second = await owner.seen(f"{PATH}/yields?cursor={first['next_cursor']}")
    assert [one["entry_id"] for one in (*first["items"], *second["items"])] == ["last", "who"]


async def test_all_versions_of_a_question_count_together(interviews: Interviews) -> None:
    owner = interviews.study.owner
    await interviews.record(await interviews.held(), 0, "asked")
    await imported(owner, only("last: How did you close your last month?"))
    await owner.made(f"/v1/scripts/{interviews.script}/reopen", {"reason": "The bank knows better."})
    item = await owner.seen(f"/v1/items/{interviews.items[0]}")
    await owner.post(f"/v1/items/{item['id']}/bank-update", {"number": 2}, If_Match=f'"{item["version"]}"')
    session = (await interviews.study.scheduled(script_id=interviews.script, script_version=1))["id"]

    recorded = (await interviews.record(session, 0, "asked")).json()

    assert recorded["bank_ref"] == "month-end/last@2"
    (found,) = (await owner.seen(f"{PATH}/yields"))["items"]
    assert (found["entry_id"], found["sessions"], found["asked"]) == ("last", 2, 2)


async def test_cancelled_session_counts_for_nothing_and_takes_no_word(interviews: Interviews) -> None:
    session = await interviews.held()
    await interviews.record(session, 0, "asked")
    await interviews.study.owner.made(f"/v1/sessions/{session}/cancel")

    answer = await interviews.record(session, 1, "asked")

    assert (answer.status_code, answer.json()["code"]) == (409, "session_cancelled")
    assert (await interviews.study.owner.seen(f"{PATH}/yields"))["items"] == []


async def test_item_that_is_removed_later_was_asked_all_the_same(interviews: Interviews) -> None:
    owner = interviews.study.owner
    session = await interviews.held()
    await interviews.record(session, 0, "asked")
    await owner.made(f"/v1/scripts/{interviews.script}/reopen", {"reason": "Too long."})
    await owner.delete(f"/v1/items/{interviews.items[0]}", 1)

    found = (await owner.seen(f"/v1/sessions/{session}/asked"))["items"]

    assert [(one["item_id"], one["bank_ref"]) for one in found] == [(interviews.items[0], "month-end/last@1")]


async def test_item_of_another_script_is_not_found(interviews: Interviews) -> None:
    session = await interviews.held()
    without_script = (await interviews.study.scheduled())["id"]

    answers = [
        await interviews.study.rhea.put(f"/v1/sessions/{session}/asked/{NOBODYS}", {"outcome": "asked"}),
        await interviews.record(without_script, 0, "asked"),
        await interviews.record(NOBODYS, 0, "asked"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "not_found")] * 3


async def test_minutes_of_a_skipped_item_are_refused(interviews: Interviews) -> None:
    answer = await interviews.record(await interviews.held(), 0, "skipped", minutes=3)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"] == [{"path": "$.minutes", "detail": "A skipped item took no minutes"}]


async def test_session_of_others_is_not_written_about(interviews: Interviews) -> None:
    session = await interviews.held()
    owner, departments = interviews.study.owner, interviews.study.departments
    legal = await owner.colleague("Lea Legal", "lead", departments["Legal"])
    member = await owner.colleague("Mia Member", "member", departments["Support"])

    answers = [await interviews.record(session, 0, "asked", person) for person in (legal, member)]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (404, "not_found"),
        (403, "not_allowed"),
    ]


@pytest.mark.parametrize(
    ("asked", "sessions", "expected"), [(0, 0, 0.5), (1, 1, 0.6667), (0, 1, 0.3333), (8, 10, 0.75)]
)
def test_share_is_shrunk_towards_a_half(asked: int, sessions: int, expected: float) -> None:
    assert share(asked, sessions) == expected


@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_share_lies_between_0_and_1_and_rises_with_each_session_that_asked(asked: int, others: int) -> None:
    sessions = asked + others

    assert 0 < share(asked, sessions) < 1
    assert share(asked, sessions) <= share(asked + 1, sessions + 1)
    assert share(asked, sessions + 1) <= share(asked, sessions)


@pytest.mark.parametrize(
    ("minutes", "expected"), [([], None), (["4"], 4.0), (["4", "5.5"], 4.75), (["10", "4", "5.5"], 5.5)]
)
def test_middle_is_the_median(minutes: list[str], expected: float | None) -> None:
    assert middle([Decimal(one) for one in minutes]) == expected
