-- What each department says to the script as it will be sealed.
-- The tables are new here, so their indexes block nobody.
-- squawk-ignore-file require-concurrent-index-creation

-- The departments of a closed round are asked once, until a deadline that may be moved.
create table sign_off_request (
  workspace_id uuid not null references workspace,
  round_id uuid not null,
  script_id uuid not null,
  deadline timestamptz not null,
  asked_by uuid not null,
  asked_at timestamptz not null default now(),
  primary key (workspace_id, round_id),
  foreign key (workspace_id, round_id) references round,
  foreign key (workspace_id, script_id) references script,
  foreign key (workspace_id, asked_by) references member
);
call raise_wall('sign_off_request', 'select, insert, update');

-- One word a department and round, the last one counts. `seal` is the SHA-256 of what was read: whatever changes afterwards was
-- not signed.
create table sign_off (
  workspace_id uuid not null references workspace,
  round_id uuid not null,
  department_id uuid not null,
  seal bytea not null check (length(seal) = 32),
  decision text not null check (decision in ('approved', 'approved_with_note', 'objected')),
  note text not null check (length(note) <= 4000),
  signed_by uuid not null,
  signed_at timestamptz not null default now(),
  answer text check (length(answer) between 1 and 4000),
  primary key (workspace_id, round_id, department_id),
  foreign key (workspace_id, round_id) references sign_off_request,
  foreign key (workspace_id, department_id) references department,
  foreign key (workspace_id, signed_by) references member,
  constraint sign_off_says_why check (decision = 'approved' or length(note) > 0)
);
call raise_wall('sign_off', 'select, insert, update');
