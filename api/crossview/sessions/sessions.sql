-- create_session --
insert into session (workspace_id, study_id, script_id, script_version, title, starts_wall, zone, starts_at, minutes, place,
                     moderator_id, participant, observer_cap, created_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
returning id;

-- list_sessions --
select s.id, s.study_id, s.script_id, s.script_version, s.title, s.starts_wall as starts_at, s.zone, s.starts_at as instant,
       s.starts_at + s.minutes * interval '1 minute' as ends_at, s.minutes, s.place, s.moderator_id, s.participant,
       s.observer_cap, s.state, s.sequence, s.created_by, s.version, s.created_at
  from session s
 where s.workspace_id = $1
   and ($2 or $4::uuid in (s.moderator_id, s.created_by)
        or exists (select from study_department d
                    where (d.workspace_id, d.study_id, d.department_id) = (s.workspace_id, s.study_id, $3::uuid)))
   and s.study_id = $5
   and ($6::uuid is null or s.id < $6)
 order by s.id desc
 limit $7;

-- find_session --
select s.id, s.study_id, s.script_id, s.script_version, s.title, s.starts_wall as starts_at, s.zone, s.starts_at as instant,
       s.starts_at + s.minutes * interval '1 minute' as ends_at, s.minutes, s.place, s.moderator_id, s.participant,
       s.observer_cap, s.state, s.sequence, s.created_by, s.version, s.created_at
  from session s
 where s.workspace_id = $1
   and ($2 or $4::uuid in (s.moderator_id, s.created_by)
        or exists (select from study_department d
                    where (d.workspace_id, d.study_id, d.department_id) = (s.workspace_id, s.study_id, $3::uuid)))
   and s.id = $5;

-- lock_session --
select 1 from session where workspace_id = $1 and id = $2 for update;

-- move_session --
update session
   set title = $3, starts_wall = $4, zone = $5, starts_at = $6, minutes = $7, place = $8, moderator_id = $9,
       sequence = sequence + 1, version = version + 1
 where workspace_id = $1 and id = $2;

-- cancel_session --
update session set state = 'cancelled', sequence = sequence + 1, version = version + 1 where workspace_id = $1 and id = $2;

-- hold_script --
select 1 from script where workspace_id = $1 and study_id = $2 and id = $3 for share;

-- version_exists --
select exists (select from sealed_version where workspace_id = $1 and script_id = $2 and number = $3);

-- latest_version --
select max(v.number)
  from sealed_version v
 where v.workspace_id = $1 and v.script_id = $2
   and not exists (select from reopening r
                    where (r.workspace_id, r.script_id, r.number) = (v.workspace_id, v.script_id, v.number));

-- next_participant --
select coalesce(max(substr(participant, 2)::int), 0) + 1 from session where workspace_id = $1 and study_id = $2;

-- create_seat --
insert into seat (workspace_id, session_id, member_id, invited_by) values ($1, $2, $3, $4)
returning id, session_id, member_id, state, invited_by, version, created_at;

-- list_seats --
select id, session_id, member_id, state, invited_by, version, created_at
  from seat
 where workspace_id = $1 and session_id = $2 and state = 'invited' and ($3::uuid is null or id > $3)
 order by id
 limit $4;

-- count_seats --
select count(*) from seat where workspace_id = $1 and session_id = $2 and state = 'invited';

-- holds_seat --
select exists (select from seat where workspace_id = $1 and session_id = $2 and member_id = $3 and state = 'invited');

-- session_of_seat --
select session_id from seat where workspace_id = $1 and id = $2;

-- find_seat --
select id, session_id, member_id, state, invited_by, version, created_at
  from seat
 where workspace_id = $1 and id = $2 and state = 'invited';

-- release_seat --
update seat set state = 'released', version = version + 1 where workspace_id = $1 and id = $2;

-- find_script_item --
select i.bank_ref
  from session s join item i on (i.workspace_id, i.script_id) = (s.workspace_id, s.script_id)
 where s.workspace_id = $1 and s.id = $2 and i.id = $3;

-- record_asked --
insert into asked_item (workspace_id, session_id, item_id, outcome, minutes, namespace, entry_id, number, recorded_by, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (workspace_id, session_id, item_id) do update
   set outcome = excluded.outcome, minutes = excluded.minutes, namespace = excluded.namespace, entry_id = excluded.entry_id,
       number = excluded.number, recorded_by = excluded.recorded_by, at = excluded.at;

-- find_asked --
select a.session_id, a.item_id, a.outcome, a.minutes, a.namespace || '/' || a.entry_id || '@' || a.number as bank_ref,
       a.recorded_by, a.at
  from asked_item a
 where a.workspace_id = $1 and a.session_id = $2 and a.item_id = $3;

-- list_asked --
select a.session_id, a.item_id, a.outcome, a.minutes, a.namespace || '/' || a.entry_id || '@' || a.number as bank_ref,
       a.recorded_by, a.at
  from asked_item a
 where a.workspace_id = $1 and a.session_id = $2 and ($3::uuid is null or a.item_id > $3)
 order by a.item_id
 limit $4;

-- list_records --
-- A script may ask a question twice; a session counts once.
select entry_id, count(*)::integer as sessions, count(*) filter (where asked)::integer as asked,
       coalesce(array_agg(minutes) filter (where minutes is not null), '{}') as minutes
  from (select a.entry_id, a.session_id, bool_or(a.outcome = 'asked') as asked, sum(a.minutes) as minutes
          from asked_item a
          join session s on (s.workspace_id, s.id) = (a.workspace_id, a.session_id) and s.state <> 'cancelled'
         where a.workspace_id = $1 and a.namespace = $2 and ($3::text is null or a.entry_id > $3)
         group by a.entry_id, a.session_id) told
 group by entry_id
 order by entry_id
 limit $4;

-- tell_session --
select w.name as workspace_name, st.id as study_id, st.title as study_title, s.title, s.starts_wall as starts_at, s.zone,
       s.starts_at as instant, s.minutes, s.place, s.sequence, s.state = 'cancelled' as cancelled, s.script_id, sc.title as script_title, s.script_version,
       m.name as moderator_name, m.email as moderator_email, s.participant
  from session s
  join workspace w on w.workspace_id = s.workspace_id
  join study st on (st.workspace_id, st.id) = (s.workspace_id, s.study_id)
  join member m on (m.workspace_id, m.id) = (s.workspace_id, s.moderator_id)
  left join script sc on (sc.workspace_id, sc.id) = (s.workspace_id, s.script_id)
 where s.workspace_id = $1 and s.id = $2;

-- tell_observers --
select e.id::text as seat_id, m.name, m.email, coalesce(d.name, '') as department
  from seat e
  join member m on (m.workspace_id, m.id) = (e.workspace_id, e.member_id)
  left join department d on (d.workspace_id, d.id) = (m.workspace_id, m.department_id)
 where e.workspace_id = $1 and e.session_id = $2 and e.state = 'invited'
 order by e.id;

-- tell_observer --
select e.id::text as seat_id, m.name, m.email, coalesce(d.name, '') as department
  from seat e
  join member m on (m.workspace_id, m.id) = (e.workspace_id, e.member_id)
  left join department d on (d.workspace_id, d.id) = (m.workspace_id, m.department_id)
 where e.workspace_id = $1 and e.id = $2;
