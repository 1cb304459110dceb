-- waiting_jobs --
-- Those that a worker could take right now; since when the longest of them waits, in seconds. One waits for an earlier job of
-- its lock, as procrastinate's own procrastinate_fetch_job_v2 says.
select count(*) as number, coalesce(extract(epoch from now() - min(since)), 0)::float8 as seconds
  from (select coalesce(j.scheduled_at, (select max(e.at) from queue.procrastinate_events e where e.job_id = j.id)) as since
          from queue.procrastinate_jobs j
         where j.status = 'todo' and (j.scheduled_at is null or j.scheduled_at <= now())
           and not exists (select from queue.procrastinate_jobs o
                            where o.lock = j.lock
                              and (o.status = 'doing'
                                   or o.status = 'todo' and (o.priority > j.priority or o.priority = j.priority and o.id < j.id)))
       ) due;

-- stalled_jobs --
select count(*)
  from queue.procrastinate_jobs j left join queue.procrastinate_workers w on w.id = j.worker_id
 where j.status = 'doing' and (w.id is null or w.last_heartbeat < now() - make_interval(secs => $1));

-- dead_deliveries --
select count(*) from delivery where state = 'dead';

-- disabled_connections --
-- A reason stands where nobody chose to disable it.
select count(*) from connection where not enabled and reason is not null and deleted_at is null;
