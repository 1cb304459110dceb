-- open_round --
insert into round (workspace_id, script_id, number, settings, departments, lot, opened_by)
select $1, $2, (select coalesce(max(number), 0) + 1 from round where workspace_id = $1 and script_id = $2), $3, $4, $5, $6
returning id;

-- read_round --
select id, script_id, number, state, settings, departments, rosters, opened_by, opened_at, closed_by, closed_at, version
  from round
 where workspace_id = $1 and id = $2;

-- list_rounds --
select id, script_id, number, state, settings, departments, rosters, opened_by, opened_at, closed_by, closed_at, version
  from round
 where workspace_id = $1 and script_id = $2
 order by number desc;

-- newest_round --
select id, script_id, number, state, settings, departments, rosters, opened_by, opened_at, closed_by, closed_at, version
  from round
 where workspace_id = $1 and script_id = $2
 order by number desc
 limit 1;

-- read_lot --
select lot from round where workspace_id = $1 and id = $2;

-- lock_round --
select 1 from round where workspace_id = $1 and id = $2 for update;

-- close_round --
-- The time is the statement's own, after the ballots that were waited for.
update round r
   set state = 'closed', closed_by = $3, closed_at = clock_timestamp(), version = version + 1,
       rosters = (select coalesce(jsonb_object_agg(d.id, (select count(*) from member m
                                                           where m.workspace_id = $1 and m.department_id = d.id
                                                             and m.state = 'active')), '{}')
                    from unnest(r.departments) as d (id))
 where r.workspace_id = $1 and r.id = $2;

-- count_people --
select department_id, count(*)::int as people
  from member
 where workspace_id = $1 and department_id = any($2::uuid[]) and state = 'active'
 group by department_id;

-- share_open_round --
select 1
  from round r join item i on (i.workspace_id, i.script_id) = (r.workspace_id, r.script_id)
 where i.workspace_id = $1 and i.id = $2 and r.state = 'open'
   for share of r;

-- read_judged --
select i.script_id, s.study_id, i.kind, i.revision, i.wording,
       exists (select from script_department d
                where d.workspace_id = i.workspace_id and d.script_id = i.script_id and d.department_id = $3) as on_roster,
       (select r.id from round r where r.workspace_id = i.workspace_id and r.script_id = i.script_id and r.state = 'open') as open
  from item i join script s on (s.workspace_id, s.id) = (i.workspace_id, i.script_id)
 where i.workspace_id = $1 and i.id = $2;

-- cast_ballot --
select cast_ballot($1, $2, $3, $4, $5, $6, $7, $8, $9::smallint, $10);

-- read_own_ballot --
select b.item_id, b.revision, b.choice, b.grade, b.reason, b.wording <> i.wording as stale, b.at
  from ballot b join item i on (i.workspace_id, i.id) = (b.workspace_id, b.item_id)
 where b.workspace_id = $1 and b.script_id = i.script_id and b.item_id = $2 and b.member_id = $3;

-- list_own_ballots --
select b.item_id, b.revision, b.choice, b.grade, b.reason, b.wording <> i.wording as stale, b.at
  from ballot b join item i on (i.workspace_id, i.id) = (b.workspace_id, b.item_id)
 where b.workspace_id = $1 and b.script_id = $2 and b.member_id = $3;

-- list_tallies --
-- Only the current wording of an item counts.
select t.item_id, t.keep, t.dropped, t.pass as passed
  from tally t join item i on (i.workspace_id, i.id, i.wording) = (t.workspace_id, t.item_id, t.wording)
 where t.workspace_id = $1 and t.script_id = $2;

-- list_counted_ballots --
select b.member_id, b.department_id, b.item_id, b.choice, b.grade
  from ballot b join item i on (i.workspace_id, i.id, i.wording) = (b.workspace_id, b.item_id, b.wording)
 where b.workspace_id = $1 and b.script_id = $2;
