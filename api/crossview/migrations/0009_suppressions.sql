-- Findings that are meant to be. A suppression holds for the wording that it was given for: after a substantive edit it is there and
-- holds for nothing, as a ballot does, and whoever brings the wording back brings it back.
-- The table is new here, so its index blocks nobody.
-- squawk-ignore-file require-concurrent-index-creation
create table suppression (
  workspace_id uuid not null references workspace,
  item_id uuid not null,
  code text not null check (code ~ '^[A-Z]{2,8}[0-9]{3}$'),
  script_id uuid not null,
  wording bytea not null check (length(wording) = 32),
  revision integer not null,
  reason text not null check (length(reason) between 1 and 2000),
  until date,
  member_id uuid not null,
  at timestamptz not null default now(),
  primary key (workspace_id, item_id, code),
  foreign key (workspace_id, script_id) references script,
  foreign key (workspace_id, item_id) references item on delete cascade,
  foreign key (workspace_id, member_id) references member
);
create index suppression_of_script on suppression (workspace_id, script_id);
call raise_wall('suppression', 'select, insert, update, delete');
