-- Calls: the operations that everybody waits for, each as one function that enters the workspace, decides, writes and answers
-- in one round trip (docs/decisions/0011-calls.md). They run with the caller's rights, behind the wall like every statement.
-- squawk-ignore-file require-concurrent-index-creation

-- A change of `roster_version` says that what a score is computed with has changed: a department, or who belongs to it.
alter table workspace add column roster_version bigint not null default 1;

create function count_roster_change() returns trigger language plpgsql as $$
begin
  update workspace w set roster_version = w.roster_version + 1 where w.workspace_id = new.workspace_id;
  return null;
end $$;
create trigger roster_changed after insert or update of department_id, state on member
  for each row execute function count_roster_change();
create trigger roster_changed after insert or update of name on department
  for each row execute function count_roster_change();

-- The workspace of an event is the one that its transaction entered. Checking the reference would lock the one row of the
-- workspace for every ballot that anybody casts.
-- squawk-ignore ban-drop-constraint
alter table event drop constraint event_workspace_id_fkey;

-- The departments invited to a script, by position: every list of scripts shows them and every rule of reach asks for them, so
-- they stand in the script itself. The rows of script_department remain what they are made from.
alter table script add column departments uuid[] not null default '{}';
update script s
   set departments = array(select d.department_id from script_department d
                            where (d.workspace_id, d.script_id) = (s.workspace_id, s.id) order by d.position);
create function keep_departments() returns trigger language plpgsql as $$
begin
  update script s
     set departments = array(select d.department_id from script_department d
                              where (d.workspace_id, d.script_id) = (s.workspace_id, s.id) order by d.position)
   where (s.workspace_id, s.id) in (select workspace_id, script_id from invited);
  return null;
end $$;
create trigger departments_kept after insert on script_department
  referencing new table as invited for each statement execute function keep_departments();

-- Two lookups by key: a join of the two tables is planned as a scan of all members while they are few.
create or replace function enter(token_hash bytea, out workspace_id uuid, out member_id uuid, out department_id uuid,
                                 out role text, out scopes text[])
language plpgsql volatile security definer set search_path = crossview, pg_temp as $$
declare
  token record;
begin
  select t.workspace_id, t.id, t.member_id, t.scopes, t.last_used_on into token
    from api_token t
   where t.hash = token_hash and t.revoked_at is null and t.expires_at > now();
  select m.workspace_id, m.id, m.department_id, m.role, token.scopes into workspace_id, member_id, department_id, role, scopes
    from member m
   where m.workspace_id = token.workspace_id and m.id = token.member_id and m.state = 'active';
  if not found then
    raise exception 'unknown token' using errcode = 'invalid_authorization_specification';
  end if;
  if token.last_used_on is distinct from current_date then
    update api_token t set last_used_on = current_date where (t.workspace_id, t.id) = (token.workspace_id, token.id);
  end if;
  perform set_config('cv.workspace', workspace_id::text, true);
end $$;

-- Enter, and go no further without the permission: its roles come from the one permission table in the code, by reach.
-- `everywhere` tells whether the member's rights reach the whole workspace.
create function admit(token_hash bytea, permission text, roles_everywhere text[], roles_own text[], roles_scoped text[],
                      out workspace_id uuid, out member_id uuid, out department_id uuid, out everywhere boolean)
language plpgsql volatile as $$
declare
  visitor record;
  named boolean;
begin
  select * into strict visitor from enter(token_hash);
  named := permission = any (visitor.scopes);
  everywhere := visitor.role = any (roles_everywhere) or (named and visitor.role = any (roles_scoped));
  if not coalesce(named, true) or not (coalesce(everywhere, false) or visitor.role = any (roles_own)) then
    raise exception using errcode = 'CV403', message = visitor.role;
  end if;
  workspace_id := visitor.workspace_id;
  member_id := visitor.member_id;
  department_id := visitor.department_id;
end $$;
grant execute on function admit(bytea, text, text[], text[], text[]) to crossview_app;

create function append_event(event_workspace uuid, event_kind text, event_actor uuid, event_study uuid, event_script uuid,
                             event_subject uuid, event_facts jsonb)
returns bigint language plpgsql volatile as $$
declare
  position bigint;
begin
  insert into event (workspace_id, kind, actor_id, study_id, script_id, subject_id, facts)
  values (event_workspace, event_kind, event_actor, event_study, event_script, event_subject, event_facts)
  returning seq into position;
  return position;
end $$;
grant execute on function append_event(uuid, text, uuid, uuid, uuid, uuid, jsonb) to crossview_app;

-- The lock that voters of a script share and that a close holds alone. It lives in memory: a shared lock on the row of the round
-- would write that row once for every ballot.
create function ballot_box(script uuid) returns bigint language sql immutable parallel safe as $$
  select uuid_hash_extended(script, 1);
$$;
grant execute on function ballot_box(uuid) to crossview_app;

-- Write a ballot and move its count, whatever it said before and however many requests of one person arrive at once. The answer
-- is what a refusal is decided by; `cast_at` is null when nothing was written, and all is null when there is no such item. Its
-- namesake of fewer words stays for servers of the release before, while they are being replaced.
create function cast_ballot(token_hash bytea, permission text, roles_everywhere text[], roles_own text[], roles_scoped text[],
                            ballot_item uuid, ballot_revision integer, ballot_choice text, ballot_grade smallint,
                            ballot_reason text, judged_kinds text[],
                            out kind text, out revision integer, out on_roster boolean, out round_open boolean,
                            out cast_at timestamptz)
language plpgsql volatile as $$
declare
  voter record;
  judged record;
  was record;
begin
  select * into strict voter from admit(token_hash, permission, roles_everywhere, roles_own, roles_scoped);
  select i.script_id, s.study_id, i.kind, i.revision, i.wording,
         array_position(s.departments, voter.department_id) as place
    into judged
    from item i join script s on (s.workspace_id, s.id) = (i.workspace_id, i.script_id)
   where i.workspace_id = voter.workspace_id and i.id = ballot_item;
  if not found or not (voter.everywhere or judged.place is not null) then
    return;
  end if;
  -- A close waits for the ballots that are being written, and a ballot that waited for a close finds the round closed.
  perform pg_advisory_xact_lock_shared(ballot_box(judged.script_id));
  kind := judged.kind;
  revision := judged.revision;
  on_roster := judged.place is not null;
  round_open := exists (select from round r
                         where r.workspace_id = voter.workspace_id and r.script_id = judged.script_id and r.state = 'open');
  if not (kind = any (judged_kinds) and on_roster and round_open and revision = ballot_revision) then
    return;
  end if;
  insert into ballot as old (workspace_id, script_id, member_id, item_id, department_id, revision, wording, choice, grade, reason)
  values (voter.workspace_id, judged.script_id, voter.member_id, ballot_item, voter.department_id, ballot_revision,
          judged.wording, ballot_choice, ballot_grade, ballot_reason)
  on conflict (workspace_id, script_id, member_id, item_id) do update
     set department_id = excluded.department_id, revision = excluded.revision, wording = excluded.wording,
         choice = excluded.choice, grade = excluded.grade, reason = excluded.reason, at = now(),
         was_choice = old.choice, was_wording = old.wording, was_department_id = old.department_id
  returning was_choice as choice, was_wording as wording, was_department_id as department_id, at into was;
  cast_at := was.at;
  if was.choice is not null and (was.wording, was.department_id) is distinct from (judged.wording, voter.department_id) then
    perform count_ballot(voter.workspace_id, judged.script_id, ballot_item, was.wording, was.department_id, was.choice, -1);
    was.choice := null;
  end if;
  update tally t
     set keep[judged.place] = t.keep[judged.place]
           + (ballot_choice = 'keep')::integer - (was.choice is not distinct from 'keep')::integer,
         dropped[judged.place] = t.dropped[judged.place]
           + (ballot_choice = 'drop')::integer - (was.choice is not distinct from 'drop')::integer,
         pass[judged.place] = t.pass[judged.place]
           + (ballot_choice = 'pass')::integer - (was.choice is not distinct from 'pass')::integer
   where t.workspace_id = voter.workspace_id and t.script_id = judged.script_id and t.item_id = ballot_item
     and t.wording = judged.wording;
  if not found then
    perform count_ballot(voter.workspace_id, judged.script_id, ballot_item, judged.wording, voter.department_id,
                         ballot_choice, 1);
  end if;
  perform append_event(voter.workspace_id, 'ballot.cast', voter.member_id, judged.study_id, judged.script_id, ballot_item, '{}');
end $$;
grant execute on function cast_ballot(bytea, text, text[], text[], text[], uuid, integer, text, smallint, text, text[])
  to crossview_app;

-- Change an item: `changes` names the fields that change; a new text comes with its fingerprint. The answer is the item as it is
-- now, `changed` tells whether that is the change's doing, and all is null when there is no such item.
create function change_item(token_hash bytea, permission text, roles_everywhere text[], roles_own text[], roles_scoped text[],
                            wanted uuid, based_on bigint, changes jsonb, new_text text, new_wording bytea,
                            out changed boolean, out script_phase text, out item item)
language plpgsql volatile as $$
declare
  editor record;
  script record;
begin
  select * into strict editor from admit(token_hash, permission, roles_everywhere, roles_own, roles_scoped);
  -- Edits, rounds and finishing take turns at the row of the script.
  select s.id, s.study_id, s.phase into script
    from script s
   where s.workspace_id = editor.workspace_id
     and s.id = (select i.script_id from item i where i.workspace_id = editor.workspace_id and i.id = wanted)
     and (editor.everywhere or editor.department_id = any (s.departments))
     for update of s;
  select i.* into item from item i where i.workspace_id = editor.workspace_id and i.id = wanted and i.script_id = script.id;
  if not found then
    return;
  end if;
  script_phase := script.phase;
  changed := script.phase <> 'finished' and item.version = based_on;
  if not changed then
    return;
  end if;
  if new_text <> item.text then
    insert into revision (workspace_id, item_id, number, script_id, text, wording, author_id, department_id)
    values (editor.workspace_id, wanted, item.revision + 1, script.id, new_text, new_wording, editor.member_id,
            editor.department_id);
  end if;
  update item i
     set kind = coalesce(changes ->> 'kind', i.kind),
         text = coalesce(new_text, i.text),
         wording = coalesce(new_wording, i.wording),
         revision = i.revision + coalesce(new_text <> i.text, false)::integer,
         minutes = case when changes ? 'minutes' then (changes ->> 'minutes')::numeric else i.minutes end,
         intent = coalesce(changes ->> 'intent', i.intent),
         pinned = coalesce((changes ->> 'pinned')::boolean, i.pinned),
         priority = coalesce(changes ->> 'priority', i.priority),
         sensitivity = coalesce(changes ->> 'sensitivity', i.sensitivity),
         version = i.version + 1
   where i.workspace_id = editor.workspace_id and i.id = wanted
  returning i.* into item;
  update script s set version = s.version + 1, updated_at = now()
   where s.workspace_id = editor.workspace_id and s.id = script.id;
  perform append_event(editor.workspace_id, 'item.changed', editor.member_id, script.study_id, script.id, wanted,
                       jsonb_build_object('revision', item.revision));
end $$;
grant execute on function change_item(bytea, text, text[], text[], text[], uuid, bigint, jsonb, text, bytea) to crossview_app;

-- A page of scripts, newest first.
create function list_scripts(token_hash bytea, permission text, roles_everywhere text[], roles_own text[], roles_scoped text[],
                             of_study uuid, before uuid, at_most integer)
returns table (id uuid, study_id uuid, title text, language text, session_minutes integer, phase text, departments uuid[],
               created_by uuid, version bigint, created_at timestamptz, updated_at timestamptz)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  reader record;
  -- Behind the wall only a plain comparison is looked up in an index, so that what stands for "no cursor" is settled here.
  older_than constant uuid := coalesce(before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
begin
  select * into strict reader from admit(token_hash, permission, roles_everywhere, roles_own, roles_scoped);
  return query
    select s.id, s.study_id, s.title, s.language, s.session_minutes, s.phase, s.departments, s.created_by, s.version, s.created_at,
           s.updated_at
      from script s
     where s.workspace_id = reader.workspace_id
       and s.id < older_than
       and (of_study is null or s.study_id = of_study)
       and (reader.everywhere or reader.department_id = any (s.departments))
     order by s.id desc
     limit at_most;
end $$;
grant execute on function list_scripts(bytea, text, text[], text[], text[], uuid, uuid, integer) to crossview_app;

-- What of a script changes often, with the versions of what changes seldom: the counts as one line an item and wording, and the
-- reader's own ballots. All is null when there is no such script.
create function look_at_script(token_hash bytea, permission text, roles_everywhere text[], roles_own text[], roles_scoped text[],
                               wanted uuid, with_tally boolean,
                               out workspace_id uuid, out version bigint, out roster_version bigint, out round_id uuid,
                               out round_version bigint, out counts text, out own text)
language plpgsql volatile as $$
#variable_conflict use_column
declare
  reader record;
begin
  select * into strict reader from admit(token_hash, permission, roles_everywhere, roles_own, roles_scoped);
  select s.workspace_id, s.version, w.roster_version into workspace_id, version, roster_version
    from script s join workspace w on w.workspace_id = s.workspace_id
   where s.workspace_id = reader.workspace_id and s.id = wanted
     and (reader.everywhere or reader.department_id = any (s.departments));
  if not found or not with_tally then
    return;
  end if;
  select r.id, r.version into round_id, round_version
    from round r
   where r.workspace_id = reader.workspace_id and r.script_id = wanted
   order by r.number desc
   limit 1;
  if not found then
    return;
  end if;
  select string_agg(concat_ws(' ', t.item_id, encode(t.wording, 'hex'), t.keep, t.dropped, t.pass), E'\n'
                    order by t.item_id, t.wording)
    into counts
    from tally t
   where t.workspace_id = reader.workspace_id and t.script_id = wanted;
  select json_agg(row_to_json(mine)) into own
    from (select b.item_id, b.revision, b.choice, b.grade, b.reason, encode(b.wording, 'hex') as wording, b.at
            from ballot b
           where b.workspace_id = reader.workspace_id and b.script_id = wanted and b.member_id = reader.member_id) mine;
end $$;
grant execute on function look_at_script(bytea, text, text[], text[], text[], uuid, boolean) to crossview_app;
