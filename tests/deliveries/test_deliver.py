"""Delivering with the real queue and real child processes: in order, at least once, and with a reason when it fails."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from msgspec.structs import replace as replace_struct
from structlog.testing import capture_logs

from crossview.deliveries.deliver import Again, Lane, deliver
from crossview.deliveries.pace import Pace
from crossview.plugin.manager import PluginRegistry
from tests.deliveries.conftest import QUICK, Post


async def test_a_delivery_arrives_and_its_copy_is_listed(post: Post) -> None:
    mailbox, script = await post.connect("first", secrets={"spare": "address-of-the-copy"}), uuid4()
    await post.publish(script, version=3)

    async with post.worker():
        await post.until("confirmed")

    letter = (await post.letters())[0]
    copy = (await post.owner.seen(f"/v1/copies?object_id={script}"))["items"][0]
    assert (letter["plugin"], letter["attempts"], letter["reason"]) == ("parcels", 1, None)
    assert letter == await post.owner.seen(f"/v1/deliveries/{letter['id']}")
    assert copy == {
        "connection_id": mailbox.id,
        "object_id": str(script),
        "external_id": "v3 after nothing",
        "address": "address-of-the-copy",
        "content_hash": "ab",
        "delivery_id": letter["id"],
        "pushed_at": copy["pushed_at"],
    }
    assert await post.jobs() == 0


async def test_the_next_delivery_of_an_object_gets_the_last_receipt(post: Post) -> None:
    await post.connect("first")
    script = uuid4()
    await post.publish(script, version=1)
    await post.publish(script, version=2)

    async with post.worker():
        await post.until("confirmed", "confirmed")

    copies = (await post.owner.seen("/v1/copies"))["items"]
    assert [copy["external_id"] for copy in copies] == ["v2 after v1 after nothing"]


async def test_a_failed_delivery_is_tried_again_and_the_same_object_waits_for_it(post: Post) -> None:
    mailbox, script, other = await post.connect("first", "fails twice"), uuid4(), uuid4()
    for version in (1, 2, 3):
        await post.publish(script, version)
    await post.publish(other)

    async with post.worker():
        await post.until(*["confirmed"] * 4)

    assert mailbox.versions(script) == [1, 2, 3]
    assert [letter["attempts"] for letter in await post.letters()] == [3, 3, 3, 3]


async def test_a_hanging_plugin_holds_up_no_other_connection(post: Post) -> None:
    hanging, sound, script = await post.connect("hanging", "hangs"), await post.connect("sound"), uuid4()
    objects = [uuid4() for _ in range(12)]
    for each in objects:
        await post.publish(each)
    for version in (1, 2, 3):
        await post.publish(script, version)

    async with post.worker():
        await post.until(*["confirmed"] * 15, connection=sound)
        assert "pending" in await post.states(hanging)

    assert sound.versions(script) == [1, 2, 3]


async def test_a_plugin_that_hangs_for_ever_ends_as_a_dead_letter(post: Post) -> None:
    mailbox = await post.connect("hanging", "hangs")
    await post.publish(uuid4())

    async with post.worker():
        await post.until("dead")

    letter = (await post.letters())[0]
    assert mailbox.calls() == ["1", "2", "3"]
    assert (letter["attempts"], letter["reason"]) == (3, "no answer within 0.5 seconds")
    assert (await post.owner.seen("/v1/deliveries?state=dead"))["items"] == [letter]
    assert (await post.owner.seen("/v1/deliveries?state=held"))["items"] == []


async def test_giving_up_is_final_at_once_and_holds_what_follows(post: Post) -> None:
    mailbox, script = await post.connect("first", "gives up"), uuid4()
    for version in (1, 2):
        await post.publish(script, version)

    async with post.worker():
        await post.until("dead", "held")
        await post.publish(script, version=3)
        await post.until("dead", "held", "held")

    assert mailbox.calls() == ["1"]
    assert [letter["reason"] for letter in await post.letters()] == ["the page is gone", None, None]
    kinds = [event["kind"] for event in (await post.owner.seen("/v1/events"))["items"]]
    assert "delivery.died" in kinds


async def test_a_pause_that_the_destination_asked_for_is_kept(post: Post) -> None:
    mailbox = await post.connect("first", "throttled")
    await post.publish(uuid4())
    clock = asyncio.get_running_loop().time

    async with post.worker():
        while not mailbox.calls():
            await asyncio.sleep(0.01)
        throttled_at = clock()
        await post.until("confirmed")

    assert mailbox.calls() == ["1", "2"]
    assert clock() - throttled_at >= 0.65


async def test_withheld_content_is_never_sent(post: Post) -> None:
    mailbox, script = await post.connect("first"), uuid4()
    await post.publish(script, version=1, withheld=True)
    await post.publish(script, version=2)

    async with post.worker():
        await post.until("withdrawn", "confirmed")

    assert mailbox.versions(script) == [2]
    assert (await post.letters())[0]["reason"] == "a participant withdrew consent"


async def test_content_that_cannot_be_read_ends_as_a_dead_letter_without_the_content(post: Post) -> None:
    mailbox = await post.connect("first")
    await post.publish(uuid4(), unreadable=True)

    async with post.worker():
        await post.until("dead")

    assert mailbox.calls() == []
    assert (await post.letters())[0]["reason"] == "the content could not be read (LookupError)"


async def test_no_reason_and_no_log_line_holds_a_secret(post: Post, capfd: pytest.CaptureFixture[str]) -> None:
    await post.connect("first", "fails twice", secrets={"token": "sesame-of-the-first"})
    await post.publish(uuid4())

    with capture_logs() as lines:
        async with post.worker():
            await post.until("confirmed")

    failed = [line for line in lines if line["event"] == "delivery failed"]
    assert [line["attempt"] for line in failed] == [1, 2]
    assert "sesame" not in str(lines) + "".join(capfd.readouterr())
    assert "sesame" not in str(await post.letters()) + str(await post.owner.seen("/v1/connections"))


async def test_a_worker_stopped_in_the_middle_leaves_the_delivery_to_the_next_one(post: Post) -> None:
    mailbox, script = await post.connect("first", "waits"), uuid4()
    await post.publish(script)

    async with post.worker(grace=0.0):
        while not mailbox.calls():
            await asyncio.sleep(0.01)
    assert await post.states() == ["pending"]
    mailbox.touch("go")
    async with post.worker():
        await post.until("confirmed")

    assert mailbox.calls() == ["1", "2"]
    assert len(set(mailbox.called())) == 1
    assert mailbox.versions(script) == [1]
    assert [copy["object_id"] for copy in (await post.owner.seen("/v1/copies"))["items"]] == [str(script)]


async def test_a_receipt_that_comes_after_the_next_attempt_began_is_fenced_off(post: Post) -> None:
    mailbox, script = await post.connect("first", "waits"), uuid4()
    await post.publish(script)
    lane = Lane(post.workspace_id, mailbox.made["id"], script)

    late = asyncio.create_task(deliver(post.courier, lane))
    while not mailbox.calls():
        await asyncio.sleep(0.01)
    async with post.courier.database.visit_as_service(post.workspace_id) as visit:
        await visit.run("update delivery set attempts = attempts + 1 where workspace_id = $1", post.workspace_id)
    mailbox.touch("go")
    with pytest.raises(Again):
        await late

    assert await post.states() == ["pending"]
    assert (await post.owner.seen("/v1/copies"))["items"] == []


async def test_a_disabled_connection_holds_what_is_on_its_way_until_it_is_enabled(post: Post) -> None:
    mailbox, script = await post.connect("first"), uuid4()
    for version in (1, 2):
        await post.publish(script, version)
    disabled = await post.owner.patch(mailbox.path, {"enabled": False}, 1)
    assert await post.states() == ["held", "held"]

    async with post.worker():
        while await post.jobs():
            await asyncio.sleep(0.02)
        assert mailbox.calls() == []
        await post.owner.patch(mailbox.path, {"enabled": True}, disabled.json()["version"])
        await post.until("confirmed", "confirmed")

    assert mailbox.versions(script) == [1, 2]


async def test_a_deleted_connection_sends_nothing_more_and_its_copies_stay_listed(post: Post) -> None:
    mailbox, script = await post.connect("first"), uuid4()
    await post.publish(script, version=1)
    async with post.worker():
        await post.until("confirmed")
        await post.publish(uuid4(), version=2)
        await post.until("confirmed", "confirmed")
    await post.publish(script, version=3)
    await post.owner.delete(mailbox.path, 1)

    async with post.worker():
        while await post.jobs():
            await asyncio.sleep(0.02)

    assert await post.states() == ["confirmed", "confirmed", "withdrawn"]
    assert (await post.letters())[2]["reason"] == "the connection was deleted"
    assert len((await post.owner.seen("/v1/copies"))["items"]) == 2


async def test_a_connection_that_fails_again_and_again_is_disabled_with_the_reason(post: Post) -> None:
    mailbox, script = await post.connect("first", "gives up"), uuid4()
    strict = Pace(attempts=3, base=0.02, rest=0.01, longest_rest=0.05, failures=2)
    post.courier = replace(post.courier, pace=strict)
    for object_id in (script, uuid4(), uuid4()):
        await post.publish(object_id)

    async with post.worker():
        await post.until("dead", "dead", "held", in_any_order=True)

    connection = await post.owner.seen(mailbox.path)
    assert (connection["enabled"], connection["reason"], connection["version"]) == (
        False,
        "disabled after 2 failed calls in a row; the last: the page is gone",
        2,
    )
    enabled = await post.owner.patch(mailbox.path, {"enabled": True}, 2)
    assert (enabled.json()["enabled"], enabled.json()["reason"]) == (True, None)
    assert sorted(await post.states()) == ["dead", "dead", "pending"]


async def test_after_a_failure_the_whole_connection_rests(post: Post) -> None:
    mailbox = await post.connect("first", "gives up")
    post.courier = replace(post.courier, pace=replace_struct(QUICK, rest=1.0, longest_rest=1.0))
    await post.publish(uuid4())
    await post.publish(uuid4())

    async with post.worker():
        while not mailbox.calls():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.6)
        assert len(mailbox.calls()) == 1
        await post.until("dead", "dead")

    assert mailbox.calls() == ["1", "1"]


async def test_nothing_is_lost_or_overtaken_when_plugins_fail_and_workers_are_stopped(post: Post) -> None:
    mailboxes = [await post.connect(name, "is flaky") for name in ("first", "second")]
    scripts = [uuid4() for _ in range(4)]
    post.courier = replace(post.courier, pace=replace_struct(QUICK, attempts=100, failures=10_000))
    for version in (1, 2, 3):
        for script in scripts:
            await post.publish(script, version)

    for _ in range(3):
        async with post.worker(grace=0.0), post.worker(grace=0.0):
            await asyncio.sleep(0.5)
    async with post.worker(), post.worker():
        await post.until(*["confirmed"] * 24, seconds=30)

    for mailbox in mailboxes:
        for script in scripts:
            arrived = mailbox.versions(script)
            assert arrived == sorted(arrived)
            assert set(arrived) == {1, 2, 3}
    assert len((await post.owner.seen("/v1/copies"))["items"]) == 8


async def test_a_plugin_that_the_operator_took_away_is_not_called(post: Post) -> None:
    mailbox = await post.connect("first")
    await post.publish(uuid4())
    post.courier = replace(post.courier, plugins=PluginRegistry.load([], []))

    async with post.worker():
        await post.until("dead")

    assert mailbox.calls() == []
    reason = "the plugin parcels is not installed here, or not enabled by the operator"
    assert (await post.letters())[0]["reason"] == reason
