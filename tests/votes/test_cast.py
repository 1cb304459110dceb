"""Ballots: bound to a text, one a person and item, counted exactly, and refused where they must be."""

import asyncio
import random

import asyncpg
import httpx
import pytest

from tests.bench import Bench
from tests.people import Person
from tests.votes.judging import cast, closed, kept, opened


async def counts(dsn: str) -> list[tuple[list[int], list[int], list[int]]]:
    """The stored tallies, and that they equal a recount of the ballots."""
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "crossview"})
    rows = await connection.fetch("select keep, dropped, pass from tally order by item_id, wording")
    recount = await connection.fetch(
        """
        select t.item_id, d.position, t.wording,
               t.keep[d.position] as keep, t.dropped[d.position] as dropped, t.pass[d.position] as pass,
               count(b.*) filter (where b.choice = 'keep') as kept,
               count(b.*) filter (where b.choice = 'drop') as dropped_again,
               count(b.*) filter (where b.choice = 'pass') as passed
          from tally t join script_department d using (workspace_id, script_id)
          left join ballot b on b.item_id = t.item_id and b.wording = t.wording and b.department_id = d.department_id
         group by 1, 2, 3, 4, 5, 6
        """
    )
    await connection.close()
    assert all((row[3], row[4], row[5]) == (row[6], row[7], row[8]) for row in recount), recount
    return [(row["keep"], row["dropped"], row["pass"]) for row in rows]


async def test_ballot_comes_back_as_it_was_cast(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)

    answer = await cast(bench.sales, item, "keep", grade=4, reason="It is what customers call about.")

    ballot = answer.json()
    assert answer.status_code == 200
    assert {name: ballot[name] for name in ("item_id", "revision", "choice", "grade", "reason", "stale")} == {
        "item_id": item["id"],
        "revision": 1,
        "choice": "keep",
        "grade": 4,
        "reason": "It is what customers call about.",
        "stale": False,
    }
    assert await bench.sales.seen(f"/v1/items/{item['id']}/ballot") == ballot


async def test_second_ballot_replaces_the_first(bench: Bench, dsn: str) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)

    await cast(bench.sales, item, "keep")
    await cast(bench.sales, item, "drop")

    assert await counts(dsn) == [([0, 0], [1, 0], [0, 0])]


async def test_ballots_of_one_person_at_once_count_once(bench: Bench, dsn: str) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)

    choices = ["keep", "drop", "pass"] * 5
    random.shuffle(choices)
    answers = await asyncio.gather(*(cast(bench.sales, item, choice) for choice in choices))

    assert {answer.status_code for answer in answers} == {200}
    [(keep, dropped, passed)] = await counts(dsn)
    assert (sum(keep), sum(dropped), sum(passed)) in {(1, 0, 0), (0, 1, 0), (0, 0, 1)}


async def test_ballot_on_an_old_revision_is_refused(bench: Bench, dsn: str) -> None:
    item = await bench.question(await bench.section(), "Do you like exports?")
    await opened(bench)
    await bench.owner.patch(f"/v1/items/{item['id']}", {"text": "What was your last export?"}, item["version"])

    answer = await cast(bench.sales, item, "keep")

    assert (answer.status_code, answer.json()["code"]) == (409, "stale_ballot")
    assert answer.json()["detail"] == (
        "The item is at revision 2; your ballot is for revision 1. Read it again and judge it as it is now."
    )
    assert (await bench.sales.get(f"/v1/items/{item['id']}/ballot")).status_code == 404
    assert await counts(dsn) == []


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("what was  your last EXPORT", True),
        ("What was your last import?", False),
    ],
)
async def test_cosmetic_edit_keeps_ballots_and_substantive_edit_makes_them_stale(
    bench: Bench, text: str, counted: bool
) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    judging = await opened(bench)
    await kept(bench.sales, item)
    await bench.owner.patch(f"/v1/items/{item['id']}", {"text": text}, item["version"])

    await closed(bench, judging)

    tally = (await bench.sales.seen(f"/v1/scripts/{bench.script['id']}/tally"))["items"][0]
    assert tally["mine"]["stale"] is not counted
    assert tally["shown"]["band"] == "needs_votes"
    selection = await bench.sales.seen(f"/v1/scripts/{bench.script['id']}/selection")
    assert [pick["item_id"] for pick in selection["picks"]] == ([item["id"]] if counted else [])


async def test_return_to_an_earlier_text_revives_its_ballots(bench: Bench, dsn: str) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)
    await kept(bench.sales, item)
    path = f"/v1/items/{item['id']}"
    changed = (await bench.owner.patch(path, {"text": "How do you export?"}, item["version"])).json()
    assert (await bench.sales.seen(f"{path}/ballot"))["stale"] is True

    await bench.owner.patch(path, {"text": "What was your last export?"}, changed["version"])

    assert (await bench.sales.seen(f"{path}/ballot"))["stale"] is False
    assert await counts(dsn) == [([1, 0], [0, 0], [0, 0])]


async def test_new_ballot_on_a_new_text_leaves_the_old_tally(bench: Bench, dsn: str) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)
    await kept(bench.sales, item)
    changed = (
        await bench.owner.patch(f"/v1/items/{item['id']}", {"text": "How do you export?"}, item["version"])
    ).json()

    await cast(bench.sales, changed, "drop")

    assert sorted(await counts(dsn)) == [([0, 0], [0, 0], [0, 0]), ([0, 0], [1, 0], [0, 0])]


async def test_ballot_without_an_open_round_is_refused(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")

    before = await cast(bench.sales, item, "keep")
    await closed(bench, await opened(bench))
    after = await cast(bench.sales, item, "keep")

    assert [(answer.status_code, answer.json()["code"]) for answer in (before, after)] == [(409, "round_closed")] * 2


async def test_ballot_on_a_statement_is_refused(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "Thank you for coming.", kind="statement")
    await opened(bench)

    answer = await cast(bench.sales, item, "keep")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_judged")


async def test_member_without_a_department_on_the_roster_cannot_judge(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)

    answer = await cast(bench.owner, item, "keep")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_on_roster")


async def test_grade_beyond_five_is_refused_with_its_path(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)

    answer = await cast(bench.sales, item, "keep", grade=6)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"] == [{"path": "$.grade", "detail": "Expected `int` <= 5"}]


async def test_nobody_reads_another_persons_ballot(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)
    await cast(bench.sales, item, "drop", reason="planted-reason")

    for reader in (bench.owner, bench.support):
        assert (await reader.get(f"/v1/items/{item['id']}/ballot")).status_code == 404
        for path in ("", "/tally", "/rounds", "/comments", "/document"):
            answer = await reader.get(f"/v1/scripts/{bench.script['id']}{path}")
            assert "planted-reason" not in answer.text
    events = await bench.owner.get("/v1/events")
    assert "planted-reason" not in events.text
    assert "drop" not in events.text


async def test_open_round_shows_an_item_only_to_those_who_judged_it(bench: Bench) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    await opened(bench)
    await kept(bench.sales, item)

    of_sales = (await bench.sales.seen(f"/v1/scripts/{bench.script['id']}/tally"))["items"][0]
    of_support = (await bench.support.seen(f"/v1/scripts/{bench.script['id']}/tally"))["items"][0]

    assert of_sales["shown"] == {
        "dbs": 0.4,
        "band": "needs_votes",
        "raw": None,
        "coverage": None,
        "passes": None,
        "departments": {},
    }
    assert (of_support["shown"], of_support["sentence"], of_support["mine"]) == (None, None, None)


async def test_close_waits_for_ballots_and_no_ballot_comes_after_it(bench: Bench, owner: Person, dsn: str) -> None:
    section = await bench.section()
    items = [await bench.question(section, f"Question {number}?") for number in range(6)]
    judging = await opened(bench)

    async def judge(person: Person) -> list[int]:
        return [(await cast(person, item, "keep")).status_code for item in items]

    async def close() -> None:
        await asyncio.sleep(0.02)
        await closed(bench, judging)

    *answers, _ = await asyncio.gather(judge(bench.sales), judge(bench.support), close())
    accepted = [status for person in answers or [] for status in person]

    assert set(accepted) <= {200, 409}
    stored = await counts(dsn)
    assert sum(sum(keep) for keep, _, _ in stored) == accepted.count(200)
    later = [(await cast(bench.sales, item, "drop")).status_code for item in items]
    assert later == [409] * 6
    assert await counts(dsn) == stored


async def test_close_waits_for_a_ballot_that_is_half_written(bench: Bench, dsn: str) -> None:
    item = await bench.question(await bench.section(), "What was your last export?")
    judging = await opened(bench)
    await kept(bench.sales, item)
    await bench.owner.rush()
    admin = await asyncpg.connect(dsn)
    async with admin.transaction():
        # The ballot has found the round open by the time it wants the count.
        await admin.execute("select 1 from crossview.tally for update")
        ballot = asyncio.ensure_future(cast(bench.support, item, "keep"))
        await waits_for_a_lock(admin, ballot)
        close = asyncio.ensure_future(closed(bench, judging))
        await asyncio.sleep(0.2)
        waited = not close.done()
    await admin.close()

    assert ((await ballot).status_code, (await close)["state"], waited) == (200, "closed", True)
    assert [sum(keep) for keep, _, _ in await counts(dsn)] == [2]


async def waits_for_a_lock(
    admin: "asyncpg.Connection[asyncpg.Record]", request: "asyncio.Future[httpx.Response]"
) -> None:
    waiting = (
        "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
    )
    while not await admin.fetchval(waiting):
        assert not request.done()
        await asyncio.sleep(0.005)
