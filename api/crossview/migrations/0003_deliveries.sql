-- Connections to other tools, what is on its way to them, and what lies there.
-- The tables are new here, so their indexes block nobody.
-- squawk-ignore-file require-concurrent-index-creation

create table connection (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  plugin text not null,
  name text not null check (length(name) between 1 and 200),
  settings jsonb not null,
  secrets bytea,
  secret_names text[] not null default '{}',
  enabled boolean not null default true,
  reason text,
  failures integer not null default 0,
  paused_until timestamptz,
  study_id uuid,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (workspace_id, id)
);
create unique index connection_name_taken on connection (workspace_id, name) where deleted_at is null;
call raise_wall('connection', 'select, insert, update');

create table delivery (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  connection_id uuid not null,
  moment text not null,
  object_id uuid not null,
  subject_id uuid not null,
  facts jsonb not null default '{}',
  occurred_at timestamptz not null,
  state text not null default 'pending' check (state in ('pending', 'confirmed', 'held', 'dead', 'withdrawn')),
  attempts integer not null default 0,
  reason text,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, connection_id) references connection
);
create index delivery_of_object on delivery (workspace_id, connection_id, object_id, id);
create index delivery_in_state on delivery (workspace_id, state, id);
call raise_wall('delivery', 'select, insert, update');

create table copy (
  workspace_id uuid not null references workspace,
  connection_id uuid not null,
  object_id uuid not null,
  external_id text not null,
  address text not null,
  content_hash text not null,
  delivery_id uuid not null,
  pushed_at timestamptz not null default now(),
  primary key (workspace_id, connection_id, object_id),
  foreign key (workspace_id, connection_id) references connection,
  foreign key (workspace_id, delivery_id) references delivery
);
call raise_wall('copy', 'select, insert, update');
