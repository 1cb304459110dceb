"""Publishing: deliveries and jobs exist exactly when the change does, for exactly the connections that take the moment."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from crossview.deliveries.publish import publish
from tests.deliveries.conftest import Post


async def test_each_connection_gets_a_delivery_and_a_job_of_ids_only(post: Post) -> None:
    first, second = await post.connect("first"), await post.connect("second")
    script = uuid4()

    visit = await post.publish(script)

    letters = await post.letters()
    assert visit.woken
    assert {letter["connection_id"] for letter in letters} == {first.id, second.id}
    assert {(letter["state"], letter["attempts"], letter["moment"]) for letter in letters} == {
        ("pending", 0, "script_finished")
    }
    connection = await asyncpg.connect(post.dsn)
    jobs = await connection.fetch(
        "select queue_name, task_name, lock, args::text from queue.procrastinate_jobs order by lock"
    )
    await connection.close()
    assert [tuple(job)[:3] for job in jobs] == [
        ("deliveries", "deliver", f"{mailbox}:{script}") for mailbox in sorted((first.id, second.id))
    ]
    assert set(jobs[0]["args"].split('"')[1::4]) == {"workspace_id", "connection_id", "object_id"}


async def test_a_publisher_that_rolls_back_leaves_no_delivery_and_no_job(post: Post) -> None:
    await post.connect("first")

    with pytest.raises(RuntimeError):
        async with post.courier.database.visit_as_service(post.workspace_id) as visit:
            await post.publish_in(visit, uuid4())
            raise RuntimeError

    assert (await post.states(), await post.jobs()) == ([], 0)


async def test_a_moment_that_no_plugin_takes_wakes_nobody(post: Post) -> None:
    await post.connect("first")

    async with post.courier.database.visit_as_service(post.workspace_id) as visit:
        await publish(visit, "session_moved", object_id=uuid4(), subject_id=uuid4(), study_id=None, facts={})

    assert not visit.woken
    assert await post.states() == []


async def test_a_connection_of_one_study_gets_the_moments_of_that_study_only(post: Post) -> None:
    departments = [(await post.owner.made("/v1/departments", {"name": "Support"}))["id"]]
    study = await post.owner.made(
        "/v1/studies", {"title": "Leaving", "goal": "", "stage": "live", "departments": departments}
    )
    narrow = await post.connect("narrow", study_id=study["id"])
    wide = await post.connect("wide")

    await post.publish(uuid4(), study_id=uuid4())
    await post.publish(uuid4(), study_id=UUID(study["id"]))

    assert (await post.states(narrow), await post.states(wide)) == (["pending"], ["pending", "pending"])


async def test_disabled_and_deleted_connections_get_nothing_new(post: Post) -> None:
    disabled = await post.connect("disabled", enabled=False)
    deleted = await post.connect("deleted")
    assert (await post.owner.delete(deleted.path, 1)).status_code == 204

    await post.publish(uuid4())

    assert (await post.states(disabled), await post.jobs()) == ([], 0)


async def test_another_workspace_s_connection_hears_nothing(post: Post) -> None:
    await post.connect("ours")

    async with post.courier.database.visit_as_service(uuid4()) as visit:
        await post.publish_in(visit, uuid4())

    assert await post.states() == []


async def test_the_queue_s_own_trigger_stays_disabled(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    enabled = await connection.fetchval(
        "select tgenabled from pg_trigger where tgname = 'procrastinate_jobs_notify_queue_job_inserted_v1'"
    )
    await connection.close()

    assert enabled == b"D"
