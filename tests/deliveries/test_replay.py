"""Replaying: the dead letter first, then what was held behind it; and who may not."""

import asyncio
from uuid import uuid4

import pytest

from crossview.deliveries.replay import replay
from tests.deliveries.conftest import Mailbox, Post
from tests.people import Person


async def dead_with_two_held(post: Post) -> tuple[Mailbox, str, str]:
    """A mailbox that gave up on the first of three deliveries of one script, that script, and the dead delivery."""
    mailbox, script = await post.connect("first", "gives up"), uuid4()
    for version in (1, 2, 3):
        await post.publish(script, version)
    async with post.worker():
        await post.until("dead", "held", "held")
    return mailbox, str(script), (await post.letters())[0]["id"]


async def test_replay_delivers_the_dead_letter_and_then_the_held_ones_in_order(post: Post) -> None:
    mailbox, script, dead = await dead_with_two_held(post)
    mailbox.touch("healed")

    answer = await post.owner.post(f"/v1/deliveries/{dead}/replay")
    async with post.worker():
        await post.until("confirmed", "confirmed", "confirmed")
        while await post.jobs():
            await asyncio.sleep(0.02)

    replayed = answer.json()
    assert (answer.status_code, replayed["state"], replayed["attempts"], replayed["reason"]) == (
        200,
        "pending",
        0,
        None,
    )
    assert (mailbox.folder / script).read_text().split() == ["1", "2", "3"]
    assert len(mailbox.calls()) == 4
    kinds = [event["kind"] for event in (await post.owner.seen("/v1/events"))["items"]]
    assert "delivery.replayed" in kinds


async def test_a_replayed_letter_that_fails_again_is_dead_again_and_the_rest_is_held_again(post: Post) -> None:
    mailbox, _, dead = await dead_with_two_held(post)

    await post.owner.post(f"/v1/deliveries/{dead}/replay")
    async with post.worker():
        await post.until("dead", "held", "held")

    assert len(mailbox.calls()) == 2
    assert set(mailbox.called()) == {dead}


async def test_an_old_job_of_a_held_delivery_does_not_overtake_the_replayed_one(post: Post) -> None:
    mailbox, script = await post.connect("first"), uuid4()
    for version in (1, 2):
        await post.publish(script, version)
    async with post.courier.database.visit_as_service(post.workspace_id) as visit:
        # As if the first had died while the job of the second was still in the queue.
        settled = (
            "update delivery set state = $2 where workspace_id = $1 and {} (select min(id::text) from delivery)::uuid"
        )
        await visit.run(settled.format("id ="), post.workspace_id, "dead")
        await visit.run(settled.format("id >"), post.workspace_id, "held")
    dead = (await post.letters())[0]["id"]

    await post.owner.post(f"/v1/deliveries/{dead}/replay")
    async with post.worker():
        await post.until("confirmed", "confirmed")

    assert mailbox.versions(script) == [1, 2]
    assert len(mailbox.calls()) == 2


@pytest.mark.parametrize("state", ["pending", "confirmed"])
async def test_only_a_dead_delivery_can_be_replayed(post: Post, state: str) -> None:
    await post.connect("first")
    await post.publish(uuid4())
    if state == "confirmed":
        async with post.worker():
            await post.until("confirmed")
    delivery = (await post.letters())[0]["id"]

    answer = await post.owner.post(f"/v1/deliveries/{delivery}/replay")

    assert (answer.status_code, answer.json()["code"]) == (409, "delivery_not_dead")
    assert answer.json()["detail"] == f"This delivery is {state}. Only a dead one can be replayed."


async def test_nothing_is_replayed_over_a_disabled_connection(post: Post) -> None:
    mailbox, _, dead = await dead_with_two_held(post)
    await post.owner.patch(mailbox.path, {"enabled": False}, 1)

    answer = await post.owner.post(f"/v1/deliveries/{dead}/replay")

    assert (answer.status_code, answer.json()["code"]) == (409, "connection_off")
    assert await post.states() == ["dead", "held", "held"]


async def test_enabling_a_connection_releases_nothing_behind_a_dead_letter(post: Post) -> None:
    mailbox, _, _ = await dead_with_two_held(post)

    await post.owner.patch(mailbox.path, {"enabled": False}, 1)
    await post.owner.patch(mailbox.path, {"enabled": True}, 2)

    assert await post.states() == ["dead", "held", "held"]


async def test_a_replay_waits_for_publishers_so_that_nothing_stays_held(post: Post) -> None:
    _, _, dead = await dead_with_two_held(post)
    database = post.courier.database

    async with database.visit_as_service(post.workspace_id) as publisher:
        await post.publish_in(publisher, uuid4())
        async with database.visit_as_service(post.workspace_id) as replayer:
            await replayer.run("set local lock_timeout = '100ms'")
            with pytest.raises(Exception, match="lock timeout"):
                await replay(replayer, await replayer.value("select $1::uuid", dead))


async def test_deliveries_of_another_workspace_look_like_none(post: Post, stranger: Person) -> None:
    await post.connect("first")
    await post.publish(uuid4())
    foreign = (await post.letters())[0]["id"]

    read = await stranger.get(f"/v1/deliveries/{foreign}")
    replayed = await stranger.post(f"/v1/deliveries/{foreign}/replay")

    assert [(answer.status_code, answer.json()["code"]) for answer in (read, replayed)] == [(404, "not_found")] * 2
    assert (await stranger.seen("/v1/deliveries"))["items"] == []
    assert (await stranger.seen("/v1/copies"))["items"] == []


async def test_an_auditor_sees_deliveries_and_replays_none(post: Post) -> None:
    auditor = await post.owner.colleague("Alma Auditor", role="auditor")
    member = await post.owner.colleague("Max Member")
    await post.connect("first")
    await post.publish(uuid4())
    delivery = (await auditor.seen("/v1/deliveries"))["items"][0]["id"]

    assert (await auditor.post(f"/v1/deliveries/{delivery}/replay")).json()["code"] == "not_allowed"
    assert (await member.get("/v1/deliveries")).json()["code"] == "not_allowed"


async def test_deliveries_and_copies_come_in_pages(post: Post) -> None:
    await post.connect("first")
    for _ in range(3):
        await post.publish(uuid4())
    async with post.worker():
        await post.until("confirmed", "confirmed", "confirmed")

    for path, key in (("/v1/deliveries", "id"), ("/v1/copies", "delivery_id")):
        whole = [row[key] for row in (await post.owner.seen(path))["items"]]
        first = await post.owner.seen(f"{path}?limit=2")
        second = await post.owner.seen(f"{path}?limit=2&cursor={first['next_cursor']}")
        assert [row[key] for row in first["items"] + second["items"]] == whole
        assert second["next_cursor"] is None
