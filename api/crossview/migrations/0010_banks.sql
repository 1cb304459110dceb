-- Question banks: their entries, every version of each, and from which version an item of a script was made.
-- The tables are new here, so their indexes block nobody.
-- squawk-ignore-file require-concurrent-index-creation

-- `language`, `setting` and `glossary` hold for every entry that says nothing else, as the heading of a file does.
create table bank (
  workspace_id uuid not null references workspace,
  namespace text collate "C" not null check (namespace ~ '^[a-z0-9][a-z0-9._-]{0,99}$'),
  id uuid not null default uuidv7(),
  title text not null check (length(title) between 1 and 2000),
  description text not null default '' check (length(description) <= 4000),
  language text check (length(language) <= 35),
  setting text not null default 'interview' check (setting in ('interview', 'survey')),
  glossary text[] not null default '{}',
  created_by uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  constraint bank_namespace_taken primary key (workspace_id, namespace),
  foreign key (workspace_id, created_by) references member
);
call raise_wall('bank', 'select, insert, update');

-- An id belongs to its question for good: the row stays when the question is withdrawn, so nobody can take the id again.
create table bank_entry (
  workspace_id uuid not null references workspace,
  namespace text collate "C" not null,
  id text collate "C" not null check (id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
  position integer not null,
  newest integer not null,
  withdrawn_at timestamptz,
  withdrawn_by uuid,
  note text not null default '' check (length(note) <= 2000),
  primary key (workspace_id, namespace, id),
  foreign key (workspace_id, namespace) references bank,
  foreign key (workspace_id, withdrawn_by) references member
);
call raise_wall('bank_entry', 'select, insert, update');

-- Written once: scripts hold on to a version, and an update is merged with what that version said.
create table bank_entry_version (
  workspace_id uuid not null references workspace,
  namespace text collate "C" not null,
  entry_id text collate "C" not null,
  number integer not null check (number > 0),
  text text not null check (length(text) between 1 and 20000),
  content jsonb not null,
  sha256 bytea not null check (length(sha256) = 32),
  author_id uuid not null,
  at timestamptz not null default now(),
  primary key (workspace_id, namespace, entry_id, number),
  foreign key (workspace_id, namespace, entry_id) references bank_entry,
  foreign key (workspace_id, author_id) references member
);
call raise_wall('bank_entry_version', 'select, insert');

-- `namespace/id@version`. A script that came from elsewhere may name a bank that is not here, so nothing refers to a row.
alter table item add column bank_ref text;
alter table item add constraint item_bank_ref_length check (length(bank_ref) between 5 and 220) not valid;
