-- durability --
-- What this session gets, so that the settings of the login and of the database count.
select current_setting('fsync') as fsync, current_setting('full_page_writes') as full_page_writes,
       current_setting('synchronous_commit') as synchronous_commit;

-- instant --
select clock_timestamp();

-- login --
-- Until 15 a member may become the role it belongs to; from 16 on that is a right of its own.
with may as (
  select case when current_setting('server_version_num')::integer >= 160000 then 'set' else 'member' end as become
)
select r.rolname as name, r.rolsuper as superuser, r.rolbypassrls as bypasses,
       coalesce(pg_has_role(r.oid, to_regrole('crossview_owner'), become), false)
         or exists (select from pg_class c where c.relowner = r.oid and c.relnamespace = to_regnamespace('crossview')) as owns,
       array(select wanted from unnest(array['crossview_app', 'crossview_worker']) wanted
              where not coalesce(pg_has_role(r.oid, to_regrole(wanted), become), false)) as lacks
  from pg_roles r, may
 where r.rolname = session_user;
