-- What a department says against a question that is in, and what it is answered.
-- The tables are new here, so their indexes block nobody.
-- squawk-ignore-file require-concurrent-index-creation

-- A department with too few votes for statistics objects by name: one objection a department, question and round.
create table objection (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  script_id uuid not null,
  round_id uuid not null,
  item_id uuid not null,
  department_id uuid not null,
  filed_by uuid not null,
  reason text not null check (length(reason) between 1 and 4000),
  filed_at timestamptz not null default now(),
  primary key (workspace_id, id),
  constraint objection_exists unique (workspace_id, round_id, item_id, department_id),
  foreign key (workspace_id, script_id) references script,
  foreign key (workspace_id, round_id) references round,
  foreign key (workspace_id, item_id) references item on delete cascade,
  foreign key (workspace_id, department_id) references department,
  foreign key (workspace_id, filed_by) references member
);
call raise_wall('objection', 'select, insert');

-- The owner's answer to one department about one question, in one round.
create table dissent_answer (
  workspace_id uuid not null references workspace,
  round_id uuid not null,
  item_id uuid not null,
  department_id uuid not null,
  text text not null check (length(text) between 1 and 4000),
  outcome text not null check (outcome in ('kept_with_note', 'reworded', 'split', 'dropped', 'asked_as_probe')),
  answered_by uuid not null,
  answered_at timestamptz not null default now(),
  version bigint not null default 1,
  constraint dissent_answered_already primary key (workspace_id, round_id, item_id, department_id),
  foreign key (workspace_id, round_id) references round,
  foreign key (workspace_id, item_id) references item on delete cascade,
  foreign key (workspace_id, department_id) references department,
  foreign key (workspace_id, answered_by) references member
);
call raise_wall('dissent_answer', 'select, insert, update');
