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

-- close_ballot_box --
-- Waits for the ballots that are being written; those that come meanwhile wait for the close and find it done.
select pg_advisory_xact_lock(ballot_box($1));

-- close_round --
-- The time is the statement's own, after the ballots that were waited for. Whoever judged belongs to the roster of the department
-- that the ballot counts for, even after leaving it.
update round r
   set state = 'closed', closed_by = $3, closed_at = clock_timestamp(), version = version + 1,
       rosters = (select coalesce(jsonb_object_agg(d.id, (select count(*)
                                                            from (select m.id from member m
                                                                   where m.workspace_id = $1 and m.department_id = d.id
                                                                     and m.state = 'active'
                                                                  union
                                                                  select b.member_id from ballot b
                                                                   where b.workspace_id = $1 and b.script_id = r.script_id
                                                                     and b.department_id = d.id) people)), '{}')
                    from unnest(r.departments) as d (id))
 where r.workspace_id = $1 and r.id = $2;

-- count_people --
select department_id, count(*)::int as people
  from member
 where workspace_id = $1 and department_id = any($2::uuid[]) and state = 'active'
 group by department_id;

-- cast_ballot --
select kind, revision, on_roster, round_open, cast_at
  from cast_ballot($1, $2, $3, $4, $5, $6, $7, $8, $9::smallint, $10, $11);

-- read_own_ballot --
select b.item_id, b.revision, b.choice, b.grade, b.reason, b.wording <> i.wording as stale, b.at
  from ballot b join item i on (i.workspace_id, i.id) = (b.workspace_id, b.item_id)
 where b.workspace_id = $1 and b.script_id = i.script_id and b.item_id = $2 and b.member_id = $3;

-- look_at_script --
select workspace_id, version, roster_version, round_id, round_version, counts, own
  from look_at_script($1, $2, $3, $4, $5, $6, $7);

-- list_tallies --
-- Only the current wording of an item counts.
select t.item_id, t.keep, t.dropped, t.pass as passed
  from tally t join item i on (i.workspace_id, i.id, i.wording) = (t.workspace_id, t.item_id, t.wording)
 where t.workspace_id = $1 and t.script_id = $2;

-- list_counted_ballots --
select b.member_id, b.department_id, b.item_id, b.choice, b.grade
  from ballot b join item i on (i.workspace_id, i.id, i.wording) = (b.workspace_id, b.item_id, b.wording)
 where b.workspace_id = $1 and b.script_id = $2;

-- list_reasons --
-- The first reason that each department gave on either side, on the wording as it is.
select distinct on (b.item_id, b.department_id, b.choice) b.item_id, b.department_id, b.choice, b.reason
  from ballot b join item i on (i.workspace_id, i.id, i.wording) = (b.workspace_id, b.item_id, b.wording)
 where b.workspace_id = $1 and b.script_id = $2 and b.choice in ('keep', 'drop') and b.reason <> ''
 order by b.item_id, b.department_id, b.choice, b.at, b.member_id;

-- list_objections --
select id, script_id, round_id, item_id, department_id, reason, filed_at
  from objection
 where workspace_id = $1 and round_id = $2
 order by item_id, department_id;

-- file_objection --
insert into objection (workspace_id, script_id, round_id, item_id, department_id, filed_by, reason)
values ($1, $2, $3, $4, $5, $6, $7)
returning id, script_id, round_id, item_id, department_id, reason, filed_at;

-- drop_of_member --
-- The department that a member's drop counts for, on the wording as it is.
select b.department_id
  from ballot b join item i on (i.workspace_id, i.id, i.wording) = (b.workspace_id, b.item_id, b.wording)
 where b.workspace_id = $1 and b.script_id = $2 and b.item_id = $3 and b.member_id = $4 and b.choice = 'drop';

-- list_dissent_answers --
select item_id, department_id, text, outcome, answered_by, answered_at, version
  from dissent_answer
 where workspace_id = $1 and round_id = $2
 order by item_id, department_id;

-- answer_dissent --
insert into dissent_answer (workspace_id, round_id, item_id, department_id, text, outcome, answered_by)
values ($1, $2, $3, $4, $5, $6, $7);

-- change_dissent_answer --
update dissent_answer
   set text = $5, outcome = $6, answered_by = $7, answered_at = now(), version = version + 1
 where workspace_id = $1 and round_id = $2 and item_id = $3 and department_id = $4;

-- ask_for_sign_off --
insert into sign_off_request (workspace_id, round_id, script_id, deadline, asked_by)
values ($1, $2, $3, $4, $5)
on conflict (workspace_id, round_id) do update set deadline = excluded.deadline;

-- read_sign_off_request --
select deadline, asked_at, deadline <= now() as is_over from sign_off_request where workspace_id = $1 and round_id = $2;

-- list_sign_offs --
select department_id, seal, decision, note, signed_at, answer
  from sign_off
 where workspace_id = $1 and round_id = $2
 order by department_id;

-- sign_off --
insert into sign_off (workspace_id, round_id, department_id, seal, decision, note, signed_by)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (workspace_id, round_id, department_id) do update
   set seal = excluded.seal, decision = excluded.decision, note = excluded.note, signed_by = excluded.signed_by,
       signed_at = now(), answer = null;

-- answer_sign_off --
update sign_off set answer = $4
 where workspace_id = $1 and round_id = $2 and department_id = $3 and decision = 'objected';

-- is_ahead --
select $1::timestamptz > now();
