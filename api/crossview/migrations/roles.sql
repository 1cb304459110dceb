-- Run before every migration, by the login that migrates. Roles belong to the whole server, so several databases share them.
-- crossview_owner owns the tables; crossview_app is what the API becomes: neither owner nor superuser, so that row-level
-- security holds for it; crossview_gate owns the few functions that look a secret up before the workspace is known;
-- crossview_queue owns the job queue; crossview_worker is what the worker of the queue becomes.
do $$
declare
  role_name text;
  -- From 16 on whoever creates a role is its administrator, and yet may not become it without a grant.
  usable constant text := case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end;
begin
  foreach role_name in array array['crossview_owner', 'crossview_app', 'crossview_gate', 'crossview_queue', 'crossview_worker'] loop
    begin
      if to_regrole(role_name) is null then
        execute format('create role %I nologin', role_name);
      end if;
    exception when duplicate_object or unique_violation then
      null;  -- Another database of this server is being migrated at the same moment.
    end;
    if not pg_has_role(current_user, role_name, usable) then
      execute format('grant %I to %I', role_name, current_user);
    end if;
  end loop;
  if not pg_has_role('crossview_owner', 'crossview_gate', usable) then
    grant crossview_gate to crossview_owner;
  end if;
  if not pg_has_role('crossview_owner', 'crossview_queue', usable) then
    grant crossview_queue to crossview_owner;
  end if;
end $$;

create schema if not exists crossview authorization crossview_owner;
create schema if not exists queue authorization crossview_queue;
grant usage on schema crossview to crossview_app, crossview_gate;
grant create on schema crossview to crossview_gate;
grant usage on schema queue to crossview_app, crossview_worker;

create table if not exists crossview.migration (
  number integer primary key,
  name text not null,
  checksum text not null,
  at timestamptz not null default now()
);
grant select on crossview.migration to crossview_app;
