-- What was asked in a session and what was passed over, as somebody in the room wrote it down.
-- The table is new here, so its index blocks nobody.
-- squawk-ignore-file require-concurrent-index-creation

-- An item may be removed from its script later; that it was asked stays true, and so does the version that it came from.
create table asked_item (
  workspace_id uuid not null references workspace,
  session_id uuid not null,
  item_id uuid not null,
  outcome text not null check (outcome in ('asked', 'skipped')),
  minutes numeric check (minutes > 0 and minutes <= 1440 and scale(minutes) <= 2),
  namespace text collate "C",
  entry_id text collate "C",
  number integer,
  recorded_by uuid not null,
  at timestamptz not null default now(),
  primary key (workspace_id, session_id, item_id),
  foreign key (workspace_id, session_id) references session,
  foreign key (workspace_id, recorded_by) references member,
  check (outcome = 'asked' or minutes is null),
  check ((namespace is null) = (entry_id is null) and (entry_id is null) = (number is null))
);
create index asked_item_of_entry on asked_item (workspace_id, namespace, entry_id) where namespace is not null;
call raise_wall('asked_item', 'select, insert, update');
