-- The ground: workspaces and their people, the second wall, events, and answers kept for safe retries.
-- The tables are new here, so their indexes block nobody.
-- squawk-ignore-file require-concurrent-index-creation

-- Row-level security as the second wall: a statement that forgets its workspace predicate sees nothing of other workspaces.
-- The sub-select makes the planner read the setting once (docs/decisions/0005-second-wall.md). Migrations may touch all rows.
create procedure raise_wall(walled regclass, app_may text) language plpgsql as $$
declare
  own constant text := 'workspace_id = (select nullif(current_setting(''cv.workspace'', true), '''')::uuid)';
begin
  execute format('alter table %s enable row level security', walled);
  execute format('alter table %s force row level security', walled);
  execute format('create policy wall on %s to public using (%s) with check (%s)', walled, own, own);
  execute format('create policy owner on %s to crossview_owner using (true) with check (true)', walled);
  execute format('grant %s on %s to crossview_app', app_may, walled);
end $$;

alter default privileges for role crossview_owner revoke execute on functions from public;

-- PostgreSQL 18 brings uuidv7(); older servers get a namesake with 12 bits of sub-millisecond time.
do $$
begin
  if to_regprocedure('pg_catalog.uuidv7()') is null then
    create function crossview.uuidv7() returns uuid language plpgsql volatile parallel safe as $body$
    declare
      microseconds constant bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
      fraction constant integer := ((microseconds % 1000) * 4096 / 1000)::integer;
      bytes bytea := uuid_send(gen_random_uuid());
    begin
      bytes := overlay(bytes placing substring(int8send(microseconds / 1000) from 3) from 1 for 6);
      bytes := set_byte(bytes, 6, 112 | (fraction >> 8));
      bytes := set_byte(bytes, 7, fraction & 255);
      return encode(bytes, 'hex')::uuid;
    end $body$;
    grant execute on function crossview.uuidv7() to public;
  end if;
end $$;

create table workspace (
  workspace_id uuid primary key default uuidv7(),
  name text not null check (length(name) between 1 and 200),
  version bigint not null default 1,
  created_at timestamptz not null default now()
);
call raise_wall('workspace', 'select, insert, update');

create table department (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  name text not null check (length(name) between 1 and 200),
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  constraint department_name_taken unique (workspace_id, name)
);
call raise_wall('department', 'select, insert, update');

create table member (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  department_id uuid,
  name text not null check (length(name) between 1 and 200),
  email text not null check (length(email) between 3 and 254),
  role text not null check (role in ('owner', 'administrator', 'lead', 'editor', 'member', 'researcher', 'privacy',
                                     'auditor', 'observer', 'service', 'plugin')),
  state text not null default 'active' check (state in ('active', 'left')),
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, department_id) references department,
  constraint member_email_taken unique (workspace_id, email)
);
call raise_wall('member', 'select, insert, update');

create table api_token (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  member_id uuid not null,
  name text not null check (length(name) between 1 and 200),
  hash bytea not null check (length(hash) = 32),
  prefix text not null,
  scopes text[],
  expires_at timestamptz not null,
  revoked_at timestamptz,
  last_used_on date,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, member_id) references member
);
create index api_token_hash on api_token (hash);
call raise_wall('api_token', 'select, insert, update');

create table invitation (
  workspace_id uuid not null references workspace,
  id uuid not null default uuidv7(),
  email text not null check (length(email) between 3 and 254),
  department_id uuid,
  role text not null,
  hash bytea not null check (length(hash) = 32),
  invited_by uuid,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, department_id) references department
);
create index invitation_hash on invitation (hash);
call raise_wall('invitation', 'select, insert, update');

-- Before a workspace is known, only crossview_gate may look a secret up, and only in these two tables and their member.
create policy gate on api_token to crossview_gate using (true);
create policy gate on member for select to crossview_gate using (true);
create policy gate on invitation for select to crossview_gate using (true);
grant select, update (last_used_on) on api_token to crossview_gate;
grant select on member, invitation to crossview_gate;

-- The first statement of every request: who is this, and which workspace may the transaction see?
create function enter(token_hash bytea, out workspace_id uuid, out member_id uuid, out department_id uuid, out role text,
                      out scopes text[])
language plpgsql volatile security definer set search_path = crossview, pg_temp as $$
declare
  used_on date;
  token_id uuid;
begin
  select t.workspace_id, t.member_id, m.department_id, m.role, t.scopes, t.last_used_on, t.id
    into workspace_id, member_id, department_id, role, scopes, used_on, token_id
    from api_token t join member m on (m.workspace_id, m.id) = (t.workspace_id, t.member_id)
   where t.hash = token_hash and t.revoked_at is null and t.expires_at > now() and m.state = 'active';
  if not found then
    raise exception 'unknown token' using errcode = 'invalid_authorization_specification';
  end if;
  if used_on is distinct from current_date then
    update api_token t set last_used_on = current_date where (t.workspace_id, t.id) = (enter.workspace_id, token_id);
  end if;
  perform set_config('cv.workspace', workspace_id::text, true);
end $$;
alter function enter(bytea) owner to crossview_gate;
grant execute on function enter(bytea) to crossview_app;

-- The holder of an invitation link has no token yet; the link itself says which workspace it opens.
create function enter_by_invitation(link_hash bytea, out workspace_id uuid, out invitation_id uuid)
language plpgsql volatile security definer set search_path = crossview, pg_temp as $$
begin
  select i.workspace_id, i.id into workspace_id, invitation_id
    from invitation i
   where i.hash = link_hash and i.accepted_at is null and i.revoked_at is null and i.expires_at > now();
  if not found then
    raise exception 'unknown invitation' using errcode = 'invalid_authorization_specification';
  end if;
  perform set_config('cv.workspace', workspace_id::text, true);
end $$;
alter function enter_by_invitation(bytea) owner to crossview_gate;
grant execute on function enter_by_invitation(bytea) to crossview_app;

-- What happened, in order: audit, replay, webhooks and deliveries read it. It names things and holds no content.
-- A position is drawn after the transaction has its id, so that a reader behind a fence misses nothing
-- (docs/decisions/0006-events.md); the CASE fixes that order.
create sequence event_seq;
create table event (
  workspace_id uuid not null references workspace,
  seq bigint not null default (case when pg_current_xact_id() is not null then nextval('event_seq') end),
  kind text not null,
  actor_id uuid,
  study_id uuid,
  script_id uuid,
  subject_id uuid not null,
  facts jsonb not null default '{}',
  at timestamptz not null default now(),
  primary key (workspace_id, seq)
);
create index event_tail on event (seq);
call raise_wall('event', 'select, insert');
grant usage on sequence event_seq to crossview_app;

-- The answer to a POST with an Idempotency-Key, kept in the transaction of the change itself.
create table kept_answer (
  workspace_id uuid not null references workspace,
  member_id uuid not null,
  operation text not null,
  key text not null check (length(key) between 1 and 200),
  request_hash bytea not null,
  status integer not null,
  headers jsonb not null,
  body bytea not null,
  at timestamptz not null default now(),
  primary key (workspace_id, member_id, operation, key)
);
create index kept_answer_age on kept_answer (at);
call raise_wall('kept_answer', 'select, insert');
create policy gate on kept_answer to crossview_gate using (true);
grant select (at), delete on kept_answer to crossview_gate;

create function forget_kept_answers(older_than interval) returns bigint
language sql volatile security definer set search_path = crossview, pg_temp as $$
  with gone as (delete from kept_answer where at < now() - older_than returning 1) select count(*) from gone;
$$;
alter function forget_kept_answers(interval) owner to crossview_gate;
grant execute on function forget_kept_answers(interval) to crossview_app;
