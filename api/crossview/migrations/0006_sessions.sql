-- Interviews and the people who watch them.
-- The tables are new here, so their indexes block nobody.
-- squawk-ignore-file require-concurrent-index-creation

-- `starts_wall` and `zone` are what was agreed; `starts_at` is the instant that follows from them.
create table session (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  study_id uuid not null,
  script_id uuid,
  script_version integer,
  title text not null check (length(title) between 1 and 300),
  -- squawk-ignore prefer-timestamp-tz
  starts_wall timestamp not null,
  zone text not null,
  starts_at timestamptz not null,
  minutes integer not null check (minutes between 5 and 1440),
  place text not null default '' check (length(place) <= 2000),
  moderator_id uuid not null,
  participant text not null check (participant ~ '^P[1-9][0-9]{0,4}$'),
  observer_cap integer not null default 4 check (observer_cap between 0 and 50),
  state text not null default 'scheduled' check (state in ('scheduled', 'cancelled')),
  sequence integer not null default 0,
  created_by uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, study_id) references study,
  foreign key (workspace_id, script_id, script_version) references sealed_version,
  foreign key (workspace_id, moderator_id) references member
);
create index session_of_study on session (workspace_id, study_id, id);
call raise_wall('session', 'select, insert, update');

create table seat (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  session_id uuid not null,
  member_id uuid not null,
  state text not null default 'invited' check (state in ('invited', 'released')),
  invited_by uuid not null,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, session_id) references session,
  foreign key (workspace_id, member_id) references member
);
create unique index seat_taken_already on seat (workspace_id, session_id, member_id) where state = 'invited';
call raise_wall('seat', 'select, insert, update');
