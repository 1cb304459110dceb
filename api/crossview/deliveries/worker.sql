-- find_lost_jobs --
-- Runs as crossview_worker in the schema queue, by psycopg.
select job.id
  from procrastinate_jobs job
 where job.status = 'doing'
   and not exists (select from procrastinate_events event
                    where event.job_id = job.id and event.type = 'started' and event.at > now() - %(longest)s::interval);
