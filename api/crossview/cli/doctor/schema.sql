-- unknown_migrations --
select name from crossview.migration where number > $1 order by number;

-- roles --
select wanted.name as name, r.oid is null as missing,
       coalesce(r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolcanlogin, false)
         as powerful,
       wanted.name = 'crossview_app' and exists (select from pg_auth_members m where m.member = r.oid) as joined
  from unnest(array['crossview_owner', 'crossview_app', 'crossview_gate', 'crossview_queue', 'crossview_worker']) wanted (name)
  left join pg_roles r on r.rolname = wanted.name
 order by 1;

-- walls --
-- Policies are compared as PostgreSQL writes them out. No other one may open a table to the application.
select c.relname as name,
       array_remove(array[
         case when not c.relrowsecurity then 'row security is disabled' end,
         case when not c.relforcerowsecurity then 'row security is not forced' end,
         case when not exists (
           select from pg_policy p
            where p.polrelid = c.oid and p.polname = 'wall' and p.polcmd = '*' and p.polpermissive and p.polroles = '{0}'
              and pg_get_expr(p.polqual, c.oid) like '(workspace_id = ( SELECT %current_setting(''cv.workspace''::text, true)%))'
              and pg_get_expr(p.polwithcheck, c.oid) = pg_get_expr(p.polqual, c.oid)) then 'the policy wall is not as it was made' end,
         case when not exists (
           select from pg_policy p
            where p.polrelid = c.oid and p.polname = 'owner' and p.polroles = array['crossview_owner'::regrole::oid]
              and pg_get_expr(p.polqual, c.oid) = 'true') then 'the policy owner is not as it was made' end,
         (select 'the policy ' || string_agg(p.polname, ', ') || ' opens it'
            from pg_policy p
           where p.polrelid = c.oid and p.polname <> 'wall' and p.polpermissive
             and p.polroles && array[0, 'crossview_app'::regrole::oid])
       ], null) as faults
  from pg_class c
 where c.relnamespace = 'crossview'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'migration'
 order by 1;

-- loose_keys --
select c.relname || ' has no primary key' as fault
  from pg_class c
 where c.relnamespace = 'crossview'::regnamespace and c.relkind in ('r', 'p')
   and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p')
union all
select 'the unique index ' || i.indexrelid::regclass || ' does not begin with workspace_id'
  from pg_index i
  join pg_class c on c.oid = i.indrelid
  left join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
 where c.relnamespace = 'crossview'::regnamespace and c.relname <> 'migration' and i.indisunique
   and a.attname is distinct from 'workspace_id'
union all
select 'the foreign key ' || k.conname || ' does not begin with workspace_id'
  from pg_constraint k
  join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
  join pg_attribute b on b.attrelid = k.confrelid and b.attnum = k.confkey[1]
 where k.contype = 'f' and k.connamespace = 'crossview'::regnamespace
   and (a.attname, b.attname) <> ('workspace_id', 'workspace_id')
 order by 1;

-- invalid_indexes --
-- One that is being built right now is invalid until it is whole. Which one that is, PostgreSQL tells only some; any may be it.
select i.indexrelid::regclass::text as name
  from pg_index i
  join pg_class c on c.oid = i.indexrelid
 where c.relnamespace in ('crossview'::regnamespace, 'queue'::regnamespace) and not i.indisvalid
   and not exists (select from pg_stat_progress_create_index p
                    where p.datname = current_database() and coalesce(p.index_relid, i.indexrelid) = i.indexrelid)
 order by 1;

-- functions --
-- What the service calls; those with rights of their own owner look a secret up, or enqueue.
select wanted.signature as name,
       case when p.oid is null then 'is missing'
            when p.prosecdef <> wanted.own_rights then 'runs with the rights of the wrong one'
            when p.prosecdef and array_to_string(p.proconfig, ' ') not like '%search_path=%, pg_temp%'
              then 'does not fix its search_path'
            when not has_function_privilege('crossview_app', p.oid, 'execute') then 'may not be called by crossview_app'
       end as fault
  from (values
    ('crossview.enter(bytea)', true),
    ('crossview.enter_by_invitation(bytea)', true),
    ('crossview.forget_kept_answers(interval)', true),
    ('crossview.admit(bytea,text,text[],text[],text[])', false),
    ('crossview.append_event(uuid,text,uuid,uuid,uuid,uuid,jsonb)', false),
    ('crossview.ballot_box(uuid)', false),
    ('crossview.count_ballot(uuid,uuid,uuid,bytea,uuid,text,integer)', false),
    ('crossview.cast_ballot(uuid,uuid,uuid,uuid,uuid,integer,bytea,text,smallint,text)', false),
    ('crossview.cast_ballot(bytea,text,text[],text[],text[],uuid,integer,text,smallint,text,text[])', false),
    ('crossview.change_item(bytea,text,text[],text[],text[],uuid,bigint,jsonb,text,bytea)', false),
    ('crossview.list_scripts(bytea,text,text[],text[],text[],uuid,uuid,integer)', false),
    ('crossview.look_at_script(bytea,text,text[],text[],text[],uuid,boolean)', false),
    ('queue.enqueue(text,text,text,jsonb,timestamp with time zone)', true)
  ) wanted (signature, own_rights)
  left join pg_proc p on p.oid = to_regprocedure(wanted.signature);

-- strangers --
-- What belongs to somebody else than it was made for, with the statement that hands it over.
with ours as (
  select case c.relkind when 'S' then 'sequence' else 'table' end as kind, format('%I.%I', n.nspname, c.relname) as name, c.relowner as has,
         case n.nspname when 'queue' then 'crossview_queue' else 'crossview_owner' end as wanted
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname in ('crossview', 'queue') and c.relkind in ('r', 'p', 'S') and (n.nspname, c.relname) <> ('crossview', 'migration')
  union all
  select case p.prokind when 'p' then 'procedure' else 'function' end, format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)), p.proowner,
         case when n.nspname = 'queue' then 'crossview_queue'
              when p.proname in ('enter', 'enter_by_invitation', 'forget_kept_answers') then 'crossview_gate'
              else 'crossview_owner' end
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
   where n.nspname in ('crossview', 'queue')
)
select format('alter %s %s owner to %s', kind, name, wanted) as mend
  from ours
 where has is distinct from to_regrole(wanted)
 order by kind, name;

-- missing_rights --
select format('%s may not %s on %s', who, action, c.oid::regclass) as fault
  from pg_class c
  join (values ('crossview', 'crossview_app', 'select'), ('crossview', 'crossview_app', 'insert'),
               ('queue', 'crossview_worker', 'select'), ('queue', 'crossview_worker', 'insert'),
               ('queue', 'crossview_worker', 'update'), ('queue', 'crossview_worker', 'delete')) wanted (room, who, action)
    on to_regnamespace(wanted.room) = c.relnamespace
 where c.relkind in ('r', 'p') and not has_table_privilege(who, c.oid, action)
   and not (c.relname = 'migration' and action = 'insert')
union all
select format('%s may not use %s', who, place)
  from (values ('crossview_app', 'crossview'), ('crossview_gate', 'crossview'), ('crossview_app', 'queue'),
               ('crossview_worker', 'queue')) wanted (who, place)
 where not has_schema_privilege(who, place, 'usage')
union all
select 'crossview_app may not use crossview.event_seq' where not has_sequence_privilege('crossview_app', 'crossview.event_seq', 'usage')
 order by 1;

-- excess_rights --
-- What was written once stays as it was written, for the application at least.
select format('%s on %s', action, c.oid::regclass) as fault
  from pg_class c
 cross join (values ('update'), ('delete'), ('truncate')) barred (action)
 where c.relnamespace = 'crossview'::regnamespace and c.relkind in ('r', 'p')
   and (action = 'truncate' or c.relname in ('event', 'revision', 'sealed_version', 'reopening', 'migration'))
   and has_table_privilege('crossview_app', c.oid, action)
union all
select format('%s on %s', action, c.oid::regclass)
  from pg_class c
 cross join (values ('select'), ('insert'), ('update'), ('delete')) barred (action)
 where c.relnamespace = 'queue'::regnamespace and c.relkind in ('r', 'p') and has_table_privilege('crossview_app', c.oid, action)
 order by 1;

-- queue_triggers --
select t.tgname as name, t.tgenabled <> 'D' as enabled
  from pg_trigger t
 where t.tgrelid = 'queue.procrastinate_jobs'::regclass and not t.tgisinternal
 order by 1;
