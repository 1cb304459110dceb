-- Rounds, ballots and their tallies.
-- The tables are new here, so their indexes block nobody.
-- squawk-ignore-file require-concurrent-index-creation

-- `settings` are those of the choice, fixed before the first ballot. `lot` is the random seed of the last tie-break: items stand
-- in the order of SHA-256(lot, item id), so one that is born in an open round joins by lot. `rosters` says how many people each
-- department had when the round was closed.
create table round (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  script_id uuid not null,
  number integer not null,
  state text not null default 'open' check (state in ('open', 'closed')),
  settings jsonb not null,
  departments uuid[] not null,
  lot bytea not null check (length(lot) = 32),
  rosters jsonb,
  opened_by uuid not null,
  opened_at timestamptz not null default now(),
  closed_by uuid,
  closed_at timestamptz,
  version bigint not null default 1,
  primary key (workspace_id, id),
  constraint round_number_taken unique (workspace_id, script_id, number),
  foreign key (workspace_id, script_id) references script,
  foreign key (workspace_id, opened_by) references member
);
create unique index round_open_already on round (workspace_id, script_id) where state = 'open';
call raise_wall('round', 'select, insert, update');

-- One ballot a person and item, by its key alone: it answers "my ballots" and "all ballots of this script", and changing a
-- ballot touches no other index. `was_*` is what it said before its last change: only the update itself knows that for sure,
-- and the tally has to give back exactly what it counted.
create table ballot (
  workspace_id uuid not null,
  script_id uuid not null,
  member_id uuid not null,
  item_id uuid not null,
  department_id uuid not null,
  revision integer not null,
  wording bytea not null,
  choice text not null check (choice in ('keep', 'drop', 'pass')),
  grade smallint check (grade between 0 and 5),
  reason text not null default '' check (length(reason) <= 4000),
  at timestamptz not null default now(),
  was_choice text,
  was_wording bytea,
  was_department_id uuid,
  primary key (workspace_id, script_id, member_id, item_id),
  foreign key (workspace_id, item_id) references item on delete cascade,
  foreign key (workspace_id, member_id) references member
) with (fillfactor = 80);
call raise_wall('ballot', 'select, insert, update, delete');

-- One row an item and wording; the arrays are indexed by script_department.position.
create table tally (
  workspace_id uuid not null,
  script_id uuid not null,
  item_id uuid not null,
  wording bytea not null,
  keep integer[] not null,
  dropped integer[] not null,
  pass integer[] not null,
  primary key (workspace_id, script_id, item_id, wording),
  foreign key (workspace_id, item_id) references item on delete cascade
) with (fillfactor = 60);
call raise_wall('tally', 'select, insert, update, delete');

-- Count one ballot (`step` 1) or give it back (-1).
create function count_ballot(ballot_workspace uuid, ballot_script uuid, ballot_item uuid, ballot_wording bytea,
                             ballot_department uuid, ballot_choice text, step integer)
returns void language plpgsql volatile as $$
declare
  place smallint;
  places integer;
begin
  select d.position, (select count(*) from script_department n
                       where n.workspace_id = ballot_workspace and n.script_id = ballot_script)
    into strict place, places
    from script_department d
   where d.workspace_id = ballot_workspace and d.script_id = ballot_script and d.department_id = ballot_department;
  insert into tally (workspace_id, script_id, item_id, wording, keep, dropped, pass)
  values (ballot_workspace, ballot_script, ballot_item, ballot_wording,
          array_fill(0, array[places]), array_fill(0, array[places]), array_fill(0, array[places]))
  on conflict do nothing;
  update tally t
     set keep[place] = t.keep[place] + case ballot_choice when 'keep' then step else 0 end,
         dropped[place] = t.dropped[place] + case ballot_choice when 'drop' then step else 0 end,
         pass[place] = t.pass[place] + case ballot_choice when 'pass' then step else 0 end
   where t.workspace_id = ballot_workspace and t.script_id = ballot_script and t.item_id = ballot_item
     and t.wording = ballot_wording;
end $$;
grant execute on function count_ballot(uuid, uuid, uuid, bytea, uuid, text, integer) to crossview_app;

-- Write a ballot and move its count, whatever it said before and however many requests of one person arrive at once.
create function cast_ballot(ballot_workspace uuid, ballot_script uuid, ballot_member uuid, ballot_item uuid,
                            ballot_department uuid, ballot_revision integer, ballot_wording bytea, ballot_choice text,
                            ballot_grade smallint, ballot_reason text)
returns void language plpgsql volatile as $$
declare
  was record;
begin
  insert into ballot as old (workspace_id, script_id, member_id, item_id, department_id, revision, wording, choice, grade, reason)
  values (ballot_workspace, ballot_script, ballot_member, ballot_item, ballot_department, ballot_revision, ballot_wording,
          ballot_choice, ballot_grade, ballot_reason)
  on conflict (workspace_id, script_id, member_id, item_id) do update
     set department_id = excluded.department_id, revision = excluded.revision, wording = excluded.wording,
         choice = excluded.choice, grade = excluded.grade, reason = excluded.reason, at = now(),
         was_choice = old.choice, was_wording = old.wording, was_department_id = old.department_id
  returning was_choice, was_wording, was_department_id into was;
  if was.was_choice is not null then
    perform count_ballot(ballot_workspace, ballot_script, ballot_item, was.was_wording, was.was_department_id, was.was_choice, -1);
  end if;
  perform count_ballot(ballot_workspace, ballot_script, ballot_item, ballot_wording, ballot_department, ballot_choice, 1);
end $$;
grant execute on function cast_ballot(uuid, uuid, uuid, uuid, uuid, integer, bytea, text, smallint, text) to crossview_app;
