-- The job queue of procrastinate, in a schema and under an owner of its own. Jobs hold ids only, so no wall stands here.
set local role crossview_queue;
set local search_path = queue;

-- include procrastinate sql/schema.sql

-- NOTIFY inside a transaction takes a lock of the whole server until commit, so commits would stop sharing one fsync. The
-- dispatcher in deliveries/dispatch.py notifies after the commit instead.
alter table procrastinate_jobs disable trigger procrastinate_jobs_notify_queue_job_inserted_v1;

create function enqueue(queue_name text, task text, job_lock text, args jsonb, scheduled_at timestamptz default null) returns bigint
language sql volatile security definer set search_path = queue, pg_temp as $$
  select (procrastinate_defer_jobs_v1(
    array[row(queue_name, task, 0, job_lock, null, args, scheduled_at)::procrastinate_job_to_defer_v1]))[1];
$$;
revoke execute on function enqueue(text, text, text, jsonb, timestamptz) from public;
grant execute on function enqueue(text, text, text, jsonb, timestamptz) to crossview_app;

grant select, insert, update, delete on all tables in schema queue to crossview_worker;
grant usage, select on all sequences in schema queue to crossview_worker;
grant execute on all functions in schema queue to crossview_worker;
