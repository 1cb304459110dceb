-- Studies, what each department brings to them, and the scripts with their parts.
-- The tables are new here, so their indexes block nobody.
-- squawk-ignore-file require-concurrent-index-creation

create table study (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  title text not null check (length(title) between 1 and 300),
  goal text not null default '',
  stage text not null check (stage in ('discovery', 'concept', 'prototype', 'beta', 'live')),
  created_by uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, created_by) references member
);
call raise_wall('study', 'select, insert, update');

create table study_department (
  workspace_id uuid not null references workspace,
  study_id uuid not null,
  department_id uuid not null,
  primary key (workspace_id, study_id, department_id),
  foreign key (workspace_id, study_id) references study,
  foreign key (workspace_id, department_id) references department
);
call raise_wall('study_department', 'select, insert, delete');

create table context_card (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  study_id uuid not null,
  department_id uuid not null,
  author_id uuid not null,
  kind text not null check (kind in ('pressure', 'signal', 'learning')),
  text text not null check (length(text) between 1 and 4000),
  expires_on date,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, study_id) references study,
  foreign key (workspace_id, department_id) references department,
  foreign key (workspace_id, author_id) references member
);
create index context_card_of_study on context_card (workspace_id, study_id, id);
call raise_wall('context_card', 'select, insert, update, delete');

create table script (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  study_id uuid not null,
  title text not null check (length(title) between 1 and 2000),
  title_level smallint not null default 1 check (title_level between 0 and 6),
  title_quoted boolean not null default false,
  language text not null default 'en',
  session_minutes integer check (session_minutes between 1 and 1440),
  front_matter text not null default '',
  phase text not null default 'propose' check (phase in ('propose', 'judge', 'decide', 'finished')),
  created_by uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, study_id) references study,
  foreign key (workspace_id, created_by) references member
);
call raise_wall('script', 'select, insert, update');

-- `position` is where the department stands in the arrays of a tally; it is never given to another department.
create table script_department (
  workspace_id uuid not null references workspace,
  script_id uuid not null,
  department_id uuid not null,
  position smallint not null check (position between 1 and 100),
  primary key (workspace_id, script_id, department_id),
  constraint script_department_position_taken unique (workspace_id, script_id, position),
  foreign key (workspace_id, script_id) references script,
  foreign key (workspace_id, department_id) references department
);
call raise_wall('script_department', 'select, insert');

-- `timing` is the writer's own line below the heading, where an imported guide states the minutes there.
create table section (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  script_id uuid not null,
  rank numeric not null,
  kind text not null check (kind in ('introduction', 'consent', 'warm_up', 'core', 'task', 'wrap_up', 'debrief', 'logistics')),
  heading text not null default '' check (length(heading) <= 2000),
  level smallint not null default 2 check (level between 1 and 6),
  minutes numeric check (minutes > 0 and minutes <= 1440 and scale(minutes) <= 2),
  timing text not null default '' check (length(timing) <= 2000),
  alternative_of uuid,
  ruled boolean not null default false,
  version bigint not null default 1,
  primary key (workspace_id, id),
  constraint section_rank_taken unique (workspace_id, script_id, rank),
  foreign key (workspace_id, script_id) references script,
  foreign key (workspace_id, alternative_of) references section on delete set null (alternative_of)
);
call raise_wall('section', 'select, insert, update, delete');

-- `wording` is the fingerprint of the text without case, blanks and final punctuation: ballots hold on to it, so a cosmetic
-- edit keeps them and a return to an earlier wording revives them.
create table item (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  script_id uuid not null,
  section_id uuid not null,
  parent_id uuid,
  rank numeric not null,
  kind text not null check (kind in ('question', 'probe', 'statement', 'instruction', 'transition', 'task')),
  text text not null check (length(text) <= 20000),
  wording bytea not null check (length(wording) = 32),
  revision integer not null default 1,
  minutes numeric check (minutes > 0 and minutes <= 1440 and scale(minutes) <= 2),
  intent text not null default '' check (length(intent) <= 2000),
  pinned boolean not null default false,
  priority text not null default 'should' check (priority in ('must', 'should', 'could')),
  sensitivity text not null default '' check (length(sensitivity) <= 2000),
  layout jsonb not null default '{}',
  department_id uuid,
  author_id uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  constraint item_rank_taken unique nulls not distinct (workspace_id, section_id, parent_id, rank),
  foreign key (workspace_id, script_id) references script,
  foreign key (workspace_id, section_id) references section on delete cascade,
  foreign key (workspace_id, parent_id) references item on delete cascade,
  foreign key (workspace_id, department_id) references department,
  foreign key (workspace_id, author_id) references member
);
create index item_of_script on item (workspace_id, script_id);
create index item_of_parent on item (workspace_id, parent_id) where parent_id is not null;
call raise_wall('item', 'select, insert, update, delete');

create table revision (
  workspace_id uuid not null references workspace,
  item_id uuid not null,
  number integer not null,
  script_id uuid not null,
  text text not null,
  wording bytea not null,
  author_id uuid not null,
  department_id uuid,
  at timestamptz not null default now(),
  primary key (workspace_id, item_id, number),
  foreign key (workspace_id, script_id) references script
);
call raise_wall('revision', 'select, insert');

create table comment (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  script_id uuid not null,
  item_id uuid,
  author_id uuid not null,
  text text not null check (length(text) between 1 and 10000),
  resolved_at timestamptz,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, script_id) references script,
  foreign key (workspace_id, item_id) references item on delete set null (item_id),
  foreign key (workspace_id, author_id) references member
);
create index comment_of_script on comment (workspace_id, script_id, id);
call raise_wall('comment', 'select, insert, update');

-- A sealed version is written once; reopening is a fact of its own beside it.
create table sealed_version (
  workspace_id uuid not null references workspace,
  script_id uuid not null,
  number integer not null,
  sha256 bytea not null check (length(sha256) = 32),
  content bytea not null,
  record jsonb not null,
  finished_by uuid not null,
  finished_at timestamptz not null default now(),
  primary key (workspace_id, script_id, number),
  foreign key (workspace_id, script_id) references script,
  foreign key (workspace_id, finished_by) references member
);
call raise_wall('sealed_version', 'select, insert');

create table reopening (
  workspace_id uuid not null references workspace,
  script_id uuid not null,
  number integer not null,
  reason text not null check (length(reason) between 1 and 4000),
  reopened_by uuid not null,
  at timestamptz not null default now(),
  primary key (workspace_id, script_id, number),
  foreign key (workspace_id, script_id, number) references sealed_version,
  foreign key (workspace_id, reopened_by) references member
);
call raise_wall('reopening', 'select, insert');
