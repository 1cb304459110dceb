-- create_study --
insert into study (workspace_id, title, goal, stage, created_by) values ($1, $2, $3, $4, $5) returning id;

-- list_studies --
select s.id, s.title, s.goal, s.stage,
       array(select d.department_id from study_department d where (d.workspace_id, d.study_id) = (s.workspace_id, s.id) order by 1)
         as departments,
       s.created_by, s.version, s.created_at
  from study s
 where s.workspace_id = $1
   and ($2 or exists (select from study_department d where (d.workspace_id, d.study_id, d.department_id) = (s.workspace_id, s.id, $3::uuid)))
   and ($4::uuid is null or s.id < $4)
 order by s.id desc
 limit $5;

-- find_study --
select s.id, s.title, s.goal, s.stage,
       array(select d.department_id from study_department d where (d.workspace_id, d.study_id) = (s.workspace_id, s.id) order by 1)
         as departments,
       s.created_by, s.version, s.created_at
  from study s
 where s.workspace_id = $1
   and ($2 or exists (select from study_department d where (d.workspace_id, d.study_id, d.department_id) = (s.workspace_id, s.id, $3::uuid)))
   and s.id = $4;

-- lock_study --
select 1 from study where workspace_id = $1 and id = $2 for update;

-- change_study --
update study set title = $3, goal = $4, stage = $5, version = version + 1 where workspace_id = $1 and id = $2;

-- all_departments --
select coalesce(array_agg(id), '{}') from department where workspace_id = $1;

-- first_unknown_department --
-- The place in the list, from 0, of the first id that is not a department here.
select min(named.place)::int - 1
  from unnest($2::uuid[]) with ordinality as named (id, place)
 where not exists (select from department d where d.workspace_id = $1 and d.id = named.id);

-- invite_departments --
insert into study_department (workspace_id, study_id, department_id)
select $1, $2, named.id from unnest($3::uuid[]) as named (id)
on conflict do nothing;

-- withdraw_departments --
delete from study_department where workspace_id = $1 and study_id = $2 and department_id <> all ($3::uuid[]);

-- create_card --
insert into context_card (workspace_id, study_id, department_id, author_id, kind, text, expires_on)
values ($1, $2, $3, $4, $5, $6, $7)
returning id, study_id, department_id, author_id, kind, text, expires_on, version, created_at;

-- list_cards --
select id, study_id, department_id, author_id, kind, text, expires_on, version, created_at
  from context_card
 where workspace_id = $1 and study_id = $2 and ($3::uuid is null or id > $3)
 order by id
 limit $4;

-- find_card --
select id, study_id, department_id, author_id, kind, text, expires_on, version, created_at
  from context_card
 where workspace_id = $1 and id = $2;

-- lock_card --
select 1 from context_card where workspace_id = $1 and id = $2 for update;

-- change_card --
update context_card set kind = $3, text = $4, expires_on = $5, version = version + 1 where workspace_id = $1 and id = $2;

-- remove_card --
delete from context_card where workspace_id = $1 and id = $2;
