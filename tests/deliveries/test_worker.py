"""The worker by itself: jobs of the dead are rescued, a lost database is survived, nothing of it ends as failed."""

import asyncio
import time
from contextlib import suppress
from uuid import uuid4

import asyncpg
import procrastinate
import pytest
import uvloop
from procrastinate.jobs import Job
from structlog.testing import capture_logs

from crossview.deliveries.deliver import Again
from crossview.deliveries.worker import ComesBack, Workplace, build_app, forget_kept_answers, rescue_jobs, run_worker
from tests.deliveries.conftest import Post


def seconds_until(decision: procrastinate.RetryDecision) -> float:
    assert decision.retry_at is not None
    return decision.retry_at.timestamp() - time.time()


@pytest.mark.parametrize(
    ("failure", "attempts", "pause"),
    [
        (Again(7.5), 3, 7.5),
        (asyncio.CancelledError(), 3, 0.0),
        (ConnectionError(), 0, 1.0),
        (ConnectionError(), 2, 4.0),
        (ConnectionError(), 99, 30.0),
    ],
)
def test_a_job_always_comes_back(failure: BaseException, attempts: int, pause: float) -> None:
    job = Job(id=1, queue="deliveries", lock="a:b", queueing_lock=None, task_name="deliver", attempts=attempts)

    decision = ComesBack().get_retry_decision(exception=failure, job=job)

    assert seconds_until(decision) == pytest.approx(pause, abs=0.5)
    assert decision.lock is None


async def test_the_job_of_a_worker_that_died_is_run_again(post: Post) -> None:
    mailbox = await post.connect("first")
    await post.publish(uuid4())
    app = build_app(post.courier, post.dsn, Workplace())
    async with app.open_async():
        dead = await app.job_manager.register_worker()
        claimed = await app.job_manager.fetch_job(queues=None, worker_id=dead)
        assert claimed is not None
        assert await rescue_jobs(app, Workplace()) == 0
        await app.connector.execute_query_async(
            "update procrastinate_workers set last_heartbeat = now() - interval '1 minute'"
        )
        assert await rescue_jobs(app, Workplace()) == 1

    async with post.worker():
        await post.until("confirmed")

    assert mailbox.calls() == ["1"]


async def test_a_job_that_its_own_worker_lost_is_run_again(post: Post) -> None:
    await post.connect("first")
    await post.publish(uuid4())
    app = build_app(post.courier, post.dsn, Workplace())
    async with app.open_async():
        alive = await app.job_manager.register_worker()
        await app.job_manager.fetch_job(queues=None, worker_id=alive)
        await app.connector.execute_query_async("update procrastinate_events set at = now() - interval '1 hour'")

        assert await rescue_jobs(app, Workplace()) == 1


async def test_the_worker_starts_again_when_its_connections_are_cut(post: Post) -> None:
    await post.connect("first")
    async with post.worker():
        await post.publish(uuid4())
        await post.until("confirmed")
        admin = await asyncpg.connect(post.dsn)
        cut = await admin.fetchval(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        await admin.close()
        assert cut >= 2
        await asyncio.sleep(0.2)
        await post.publish(uuid4())
        await post.until("confirmed", "confirmed")


async def test_a_worker_without_a_database_keeps_trying_stops_when_told_and_logs_no_password(
    post: Post, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = "postgresql://crossview:open-sesame@127.0.0.1:1/crossview"
    with capture_logs() as lines:
        worker = asyncio.create_task(run_worker(post.courier, nowhere, Workplace()))
        await asyncio.sleep(2)
        assert not worker.done()
        began = time.monotonic()
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker

    assert time.monotonic() - began < 5
    assert "error connecting" in caplog.text
    assert "sesame" not in str(lines) + caplog.text + "".join(capfd.readouterr())


async def test_an_idle_worker_stops_at_once(post: Post) -> None:
    async with post.worker():
        await asyncio.sleep(0.3)
        began = time.monotonic()

    assert time.monotonic() - began < 1.0


async def test_a_busy_worker_stops_within_its_grace(post: Post) -> None:
    mailbox = await post.connect("first", "waits")
    await post.publish(uuid4())

    async with post.worker(grace=0.2):
        while not mailbox.calls():
            await asyncio.sleep(0.01)
        began = time.monotonic()

    assert time.monotonic() - began < 1.5


async def test_kept_answers_are_forgotten_after_a_day(post: Post) -> None:
    for key in ("old", "young"):
        await post.owner.post("/v1/departments", {"name": f"Department {key}"}, Idempotency_Key=key)
    connection = await asyncpg.connect(post.dsn)
    await connection.execute("update crossview.kept_answer set at = now() - interval '25 hours' where key = 'old'")

    forgotten = await forget_kept_answers(post.courier.database)

    left = await connection.fetch("select key from crossview.kept_answer")
    await connection.close()
    assert (forgotten, [row["key"] for row in left]) == (1, ["young"])


async def test_the_queue_s_role_reads_no_content(post: Post) -> None:
    app = build_app(post.courier, post.dsn, Workplace())
    async with app.open_async():
        role = await app.connector.execute_query_one_async("select current_user as name")
        with pytest.raises(procrastinate.exceptions.ConnectorException):
            await app.connector.execute_query_all_async("select * from crossview.delivery")

    assert role == {"name": "crossview_worker"}


def test_periodic_work_is_registered() -> None:
    app = build_app(None, "postgresql://nobody@/nothing", Workplace())  # type: ignore[arg-type]

    registered = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert registered == {
        "rescue_jobs": "* * * * *",
        "forget_old_jobs": "17 3 * * *",
        "forget_kept_answers": "27 3 * * *",
    }


def test_the_worker_runs_on_uvloop(dsn: str) -> None:
    async def story() -> str:
        app = build_app(None, dsn, Workplace())  # type: ignore[arg-type]
        async with app.open_async():
            await app.run_worker_async(wait=False, install_signal_handlers=False)
        return type(asyncio.get_running_loop()).__module__

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(story()).startswith("uvloop")
