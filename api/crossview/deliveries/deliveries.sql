-- lock_interested --
select id
  from connection
 where workspace_id = $1 and plugin = any ($2) and enabled and deleted_at is null and (study_id is null or study_id = $3)
 order by id
   for key share;

-- publish --
-- Behind a dead delivery of the same object the new one waits too, or the object's order would be lost.
with born as (
  insert into delivery (workspace_id, connection_id, moment, object_id, subject_id, facts, occurred_at, state)
  select $1, connection_id, $3, $4, $5, $6, $7,
         case when exists (select from delivery d
                            where d.workspace_id = $1 and d.connection_id = i.connection_id and d.object_id = $4
                              and d.state in ('dead', 'held'))
              then 'held' else 'pending' end
    from unnest($2::uuid[]) i (connection_id)
  returning connection_id, object_id, state
)
select count(queue.enqueue($8, $9, connection_id || ':' || object_id,
                           jsonb_build_object('workspace_id', $1::uuid, 'connection_id', connection_id, 'object_id', object_id)))
  from born
 where state = 'pending';

-- release_held --
-- What was held becomes pending where nothing dead stands before it; $3 narrows it to one object.
with freed as (
  update delivery d set state = 'pending', version = version + 1, updated_at = now()
   where d.workspace_id = $1 and d.connection_id = $2 and ($3::uuid is null or d.object_id = $3) and d.state = 'held'
     and not exists (select from delivery o
                      where o.workspace_id = $1 and o.connection_id = $2 and o.object_id = d.object_id and o.state = 'dead')
  returning connection_id, object_id
)
select count(queue.enqueue($4, $5, connection_id || ':' || object_id,
                           jsonb_build_object('workspace_id', $1::uuid, 'connection_id', connection_id, 'object_id', object_id)))
  from freed;

-- find_route --
select plugin, settings, secrets, enabled, deleted_at is not null as deleted,
       greatest(extract(epoch from paused_until - clock_timestamp()), 0)::float8 as pause
  from connection
 where workspace_id = $1 and id = $2
   for key share;

-- next_delivery --
-- The earliest that is not through: whichever job comes first, an object's deliveries keep their order.
select id, connection_id, moment, object_id, subject_id, facts, occurred_at, state, attempts
  from delivery
 where workspace_id = $1 and connection_id = $2 and object_id = $3 and state in ('pending', 'held', 'dead')
 order by id
 limit 1
   for update;

-- start_attempt --
update delivery set attempts = attempts + 1, version = version + 1, updated_at = now() where workspace_id = $1 and id = $2;

-- find_receipt --
select external_id, address, content_hash from copy where workspace_id = $1 and connection_id = $2 and object_id = $3;

-- confirm --
-- The attempt number fences off a worker that was thought dead. What was held or withdrawn during the call arrived all the same.
update delivery set state = 'confirmed', reason = null, version = version + 1, updated_at = now()
 where workspace_id = $1 and id = $2 and attempts = $3 and state in ('pending', 'held', 'withdrawn');

-- settle --
update delivery set state = $4, reason = $5, version = version + 1, updated_at = now()
 where workspace_id = $1 and id = $2 and attempts = $3 and state = 'pending';

-- hold_later --
update delivery set state = 'held', version = version + 1, updated_at = now()
 where workspace_id = $1 and connection_id = $2 and object_id = $3 and id > $4 and state = 'pending';

-- hold_all --
update delivery set state = 'held', version = version + 1, updated_at = now()
 where workspace_id = $1 and connection_id = $2 and state = 'pending';

-- withdraw_all --
update delivery set state = 'withdrawn', reason = $3, version = version + 1, updated_at = now()
 where workspace_id = $1 and connection_id = $2 and state in ('pending', 'held');

-- keep_copy --
insert into copy (workspace_id, connection_id, object_id, external_id, address, content_hash, delivery_id)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (workspace_id, connection_id, object_id)
do update set external_id = excluded.external_id, address = excluded.address, content_hash = excluded.content_hash,
              delivery_id = excluded.delivery_id, pushed_at = now();

-- note_success --
update connection set failures = 0, paused_until = null where workspace_id = $1 and id = $2 and failures > 0;

-- note_failure --
-- $3 is what the destination asked for in seconds; $4 doubles with each failure in a row up to $5.
update connection
   set failures = failures + 1,
       paused_until = clock_timestamp() + make_interval(secs => greatest($3::float8, least($4::float8 * 2 ^ least(failures, 20), $5::float8)))
 where workspace_id = $1 and id = $2
returning failures;

-- stop_connection --
update connection set enabled = false, reason = $3, version = version + 1
 where workspace_id = $1 and id = $2 and enabled and deleted_at is null;

-- list_deliveries --
select d.id, d.connection_id, c.plugin, d.moment, d.object_id, d.state, d.attempts, d.reason, d.created_at, d.updated_at,
       d.version
  from delivery d join connection c on (c.workspace_id, c.id) = (d.workspace_id, d.connection_id)
 where d.workspace_id = $1 and ($2::text is null or d.state = $2) and ($3::uuid is null or d.id < $3)
 order by d.id desc
 limit $4;

-- read_delivery --
select d.id, d.connection_id, c.plugin, d.moment, d.object_id, d.state, d.attempts, d.reason, d.created_at, d.updated_at,
       d.version
  from delivery d join connection c on (c.workspace_id, c.id) = (d.workspace_id, d.connection_id)
 where d.workspace_id = $1 and d.id = $2;

-- lock_for_replay --
-- Whoever publishes to this connection waits, so that no delivery is born held after the dead one was revived.
select enabled and deleted_at is null from connection where workspace_id = $1 and id = $2 for update;

-- revive --
with revived as (
  update delivery set state = 'pending', attempts = 0, reason = null, version = version + 1, updated_at = now()
   where workspace_id = $1 and id = $2
  returning connection_id, object_id
)
select count(queue.enqueue($3, $4, connection_id || ':' || object_id,
                           jsonb_build_object('workspace_id', $1::uuid, 'connection_id', connection_id, 'object_id', object_id)))
  from revived;

-- list_copies --
select connection_id, object_id, external_id, address, content_hash, delivery_id, pushed_at
  from copy
 where workspace_id = $1 and ($2::uuid is null or object_id = $2) and ($3::uuid is null or delivery_id > $3)
 order by delivery_id
 limit $4;

-- draw_id --
select uuidv7();

-- create_connection --
insert into connection (workspace_id, id, plugin, name, settings, secrets, secret_names, enabled, study_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- read_connection --
select id, plugin, name, settings, secret_names as secrets, study_id, enabled, reason, version, created_at
  from connection
 where workspace_id = $1 and id = $2 and deleted_at is null;

-- list_connections --
select id, plugin, name, settings, secret_names as secrets, study_id, enabled, reason, version, created_at
  from connection
 where workspace_id = $1 and deleted_at is null and ($2::uuid is null or id > $2)
 order by id
 limit $3;

-- lock_connection --
select 1 from connection where workspace_id = $1 and id = $2 for update;

-- find_sealed --
select secrets from connection where workspace_id = $1 and id = $2;

-- change_connection --
update connection set name = $3, settings = $4, enabled = $5, study_id = $6, reason = $7, version = version + 1
 where workspace_id = $1 and id = $2;

-- change_secrets --
update connection set secrets = $3, secret_names = $4 where workspace_id = $1 and id = $2;

-- forgive --
update connection set failures = 0, paused_until = null where workspace_id = $1 and id = $2;

-- delete_connection --
update connection set deleted_at = now(), secrets = null, secret_names = '{}', version = version + 1
 where workspace_id = $1 and id = $2;

-- study_exists --
select exists (select from study where workspace_id = $1 and id = $2);

-- notify --
-- The form is procrastinate's; the number of the job is not looked at.
select pg_notify('procrastinate_any_queue_v1', '{"type": "job_inserted", "job_id": 0}'),
       pg_notify('procrastinate_queue_v1#' || $1::text, '{"type": "job_inserted", "job_id": 0}');
