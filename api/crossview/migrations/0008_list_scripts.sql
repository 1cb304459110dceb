-- A page of scripts as PostgreSQL writes it, newest first. Fifty rows name six hundred ids, and to read each of them in Python
-- only to write it again took longer than all the rest of the request. `next_after` is null on the last page.
-- No release has called its namesake of rows.
-- squawk-ignore ban-drop-function
drop function list_scripts(bytea, text, text[], text[], text[], uuid, uuid, integer);
create function list_scripts(token_hash bytea, permission text, roles_everywhere text[], roles_own text[], roles_scoped text[],
                             of_study uuid, before uuid, at_most integer,
                             out items text, out next_after uuid)
language plpgsql volatile as $$
declare
  reader record;
  -- Behind the wall only a plain comparison is looked up in an index, so that what stands for "no cursor" is settled here.
  older_than constant uuid := coalesce(before, 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  -- The same form of an instant as everywhere else in an answer.
  instant constant text := 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';
begin
  select * into strict reader from admit(token_hash, permission, roles_everywhere, roles_own, roles_scoped);
  select coalesce(string_agg(row_to_json(page)::text, ',' order by page.id desc), ''),
         (array_agg(page.id order by page.id desc))[at_most]
    into items, next_after
    from (select s.id, s.study_id, s.title, s.language, s.session_minutes, s.phase, s.departments, s.created_by, s.version,
                 to_char(s.created_at at time zone 'UTC', instant) as created_at,
                 to_char(s.updated_at at time zone 'UTC', instant) as updated_at
            from script s
           where s.workspace_id = reader.workspace_id
             and s.id < older_than
             and (of_study is null or s.study_id = of_study)
             and (reader.everywhere or reader.department_id = any (s.departments))
           order by s.id desc
           limit at_most) page;
  if not exists (select from script s
                  where s.workspace_id = reader.workspace_id
                    and s.id < next_after
                    and (of_study is null or s.study_id = of_study)
                    and (reader.everywhere or reader.department_id = any (s.departments))) then
    next_after := null;
  end if;
end $$;
grant execute on function list_scripts(bytea, text, text[], text[], text[], uuid, uuid, integer) to crossview_app;
