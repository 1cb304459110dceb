"""The worker: procrastinate claims jobs, keeps their order and their clock; `deliver` does what they ask.

It runs inside `serve` as a task, or alone. Jobs hold ids only. A job never ends as failed: whatever goes wrong, it comes back.
"""

import asyncio
import logging
from asyncio import CancelledError
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
import procrastinate
import structlog
from procrastinate import JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.jobs import Job
from psycopg.conninfo import make_conninfo

from crossview.deliveries.deliver import Again, Courier, Lane, deliver
from crossview.deliveries.publish import QUEUE, TASK
from crossview.foundation.db import Database
from crossview.foundation.sql import statements

sql = statements(__package__, "worker.sql")
log = structlog.get_logger("crossview.worker")

HOUSEKEEPING: Final = "housekeeping"
LONGEST_RUN: Final = timedelta(minutes=15)
"""A job that has been running longer than any plugin may take was left behind by somebody."""
KEPT_ANSWERS: Final = timedelta(days=1)
LONGEST_PAUSE: Final = 30.0


class Workplace(msgspec.Struct, frozen=True, kw_only=True):
    """How the worker works; times in seconds.

    `concurrency` deliveries run at once. It looks for jobs every `poll`, and at once when the dispatcher wakes it. When it is
    to stop, jobs under way have `grace` to end by themselves. A worker whose last sign of life is older than `lease` is taken
    for dead, and its jobs are run again.
    """

    concurrency: int = 8
    poll: float = 1.0
    grace: float = 5.0
    lease: float = 30.0


class ComesBack(procrastinate.BaseRetryStrategy):
    """Every job that did not end well runs again, in its place: procrastinate keeps the lock of a job that waits."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """When to run again: at once after a stop, as asked after `Again`, else after a pause that grows."""
        match exception:
            case Again(seconds=seconds):
                pause = seconds
            case CancelledError() | JobAborted():
                pause = 0.0
            case _:
                pause = min(2.0 ** min(job.attempts, 10), LONGEST_PAUSE)
                log.error("job failed", task=job.task_name, job=job.id, failure=type(exception).__name__)
        return RetryDecision(retry_in={"milliseconds": round(pause * 1000)})


async def run_worker(courier: Courier, dsn: str, workplace: Workplace | None = None) -> None:
    """Work until cancelled; after the cancellation it takes little more than `grace` seconds.

    `dsn` is the database's address, as `Database.connect` takes it. When the database goes away the worker starts again, as
    often as it must.
    """
    place = workplace or Workplace()
    # At INFO each retry would be logged with its traceback.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    # What its helpers cannot do while the database is away is said once, below, without a traceback.
    for helper in ("procrastinate.worker", "procrastinate.utils"):
        logging.getLogger(helper).setLevel(logging.CRITICAL)
    pause = 1.0
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await _work(build_app(courier, dsn, place), place)
            outcome = "stopped unasked"
        except Exception as error:
            outcome = type(error).__name__
        if _told_to_stop():
            # While its database is away, a worker answers a stop with the database's error instead.
            raise CancelledError
        log.error("worker does not work, starting again", outcome=outcome)
        lasted = asyncio.get_running_loop().time() - started
        pause = 1.0 if lasted > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
        await asyncio.sleep(pause)


def _told_to_stop() -> bool:
    """Whether the current task was told to stop."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _work(app: procrastinate.App, place: Workplace) -> None:
    try:
        await app.open_async()
        await app.run_worker_async(
            concurrency=place.concurrency,
            fetch_job_polling_interval=place.poll,
            shutdown_graceful_timeout=place.grace,
            update_heartbeat_interval=place.lease / 3,
            stalled_worker_timeout=place.lease,
            install_signal_handlers=False,
            delete_jobs="successful",
        )
    finally:
        # Told to stop while it opens, too: the helpers of its pool take no notice of a cancellation, and would run for ever.
        await app.close_async()


def build_app(courier: Courier, dsn: str, place: Workplace) -> procrastinate.App:
    """The tasks of the worker, and when the periodic ones are due."""
    app = procrastinate.App(connector=_connector(dsn))

    @app.task(name=TASK, queue=QUEUE, retry=ComesBack())
    async def deliver_next(workspace_id: str, connection_id: str, object_id: str) -> None:
        await deliver(courier, Lane(UUID(workspace_id), UUID(connection_id), UUID(object_id)))

    @app.periodic(cron="* * * * *")
    @app.task(name="rescue_jobs", queue=HOUSEKEEPING, pass_context=True)
    async def rescue(context: JobContext, timestamp: int) -> None:
        await rescue_jobs(context.app, place)

    @app.periodic(cron="17 3 * * *")
    @app.task(name="forget_old_jobs", queue=HOUSEKEEPING, pass_context=True)
    async def forget_old_jobs(context: JobContext, timestamp: int) -> None:
        hours = 7 * 24
        await context.app.job_manager.delete_old_jobs(
            hours, include_failed=True, include_cancelled=True, include_aborted=True
        )

    @app.periodic(cron="27 3 * * *")
    @app.task(name="forget_kept_answers", queue=HOUSEKEEPING)
    async def forget_answers(timestamp: int) -> None:
        await forget_kept_answers(courier.database)

    return app


async def rescue_jobs(app: procrastinate.App, place: Workplace) -> int:
    """Give back the jobs of workers that died, and those that a worker lost; return how many there were."""
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=place.lease)
    lost = await app.connector.execute_query_all_async(sql["find_lost_jobs"], longest=LONGEST_RUN)
    found = {job.id for job in stalled} | {row["id"] for row in lost}
    for job_id in sorted(number for number in found if number is not None):
        try:
            await app.job_manager.retry_job_by_id_async(job_id, retry_at=procrastinate.utils.utcnow())
        except ConnectorException:
            log.info("job ended before it was rescued", job=job_id)
    return len(found)


async def forget_kept_answers(database: Database) -> int:
    """Drop the answers that were kept for repeated requests longer than a day ago; return how many."""
    async with database.outside() as connection:
        forgotten: int = await connection.fetchval("select forget_kept_answers($1)", KEPT_ANSWERS)
    return forgotten


def _connector(dsn: str) -> PsycopgConnector:
    # procrastinate's functions name their tables without a schema. What `dsn` has as options gives way.
    options = "-c role=crossview_worker -c search_path=queue -c timezone=UTC"
    arguments: dict[str, Any] = {"min_size": 1, "max_size": 4, "timeout": 5.0}
    return PsycopgConnector(conninfo=make_conninfo(dsn, options=options), **arguments)
