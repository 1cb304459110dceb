-- people --
-- A company of 8 departments and 200 people. Everything is numbered, so that a load generator can name any part of it. Run by
-- the login that owns the server, so no wall stands in the way.
with company as (
  insert into workspace (workspace_id, name) values ('00000000-0000-7000-8000-000000000001', 'Load') returning workspace_id
), departments as (
  insert into department (workspace_id, id, name)
  select workspace_id, ('00000000-0000-7000-8000-0000000001' || to_char(n, 'FM00'))::uuid, 'Department ' || n
    from company, generate_series(1, 8) n
  returning id, name
), members as (
  insert into member (workspace_id, id, department_id, name, email, role)
  select workspace_id, ('00000000-0000-7000-8000-000000001' || to_char(n, 'FM000'))::uuid,
         ('00000000-0000-7000-8000-0000000001' || to_char(n % 8 + 1, 'FM00'))::uuid,
         'Member ' || n, 'member' || n || '@load.test', 'editor'
    from company, generate_series(1, 200) n
  returning id
)
insert into api_token (workspace_id, member_id, name, hash, prefix, expires_at)
select workspace_id, ('00000000-0000-7000-8000-000000001' || to_char(n, 'FM000'))::uuid, 'load',
       sha256(convert_to('cv_load' || to_char(n, 'FM000'), 'UTF8')), 'cv_load', now() + interval '30 days'
  from company, generate_series(1, 200) n;

-- study --
with opened as (
  insert into study (workspace_id, id, title, stage, created_by)
  values ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', 'Why exports fail', 'live',
          '00000000-0000-7000-8000-000000001001')
  returning workspace_id, id
)
insert into study_department (workspace_id, study_id, department_id)
select workspace_id, opened.id, ('00000000-0000-7000-8000-0000000001' || to_char(n, 'FM00'))::uuid
  from opened, generate_series(1, 8) n;

-- scripts --
insert into script (workspace_id, id, study_id, title, session_minutes, phase, created_by, departments)
select '00000000-0000-7000-8000-000000000001', ('00000000-0000-7000-8001-' || to_char(n, 'FM000000000000'))::uuid,
       '00000000-0000-7000-8000-000000000002', 'Interview guide ' || n, 60, case when n % 10 = 0 then 'judge' else 'propose' end,
       '00000000-0000-7000-8000-000000001001',
       array(select ('00000000-0000-7000-8000-0000000001' || to_char(d, 'FM00'))::uuid from generate_series(1, 8) d)
  from generate_series(1, $1) n;

-- invited --
insert into script_department (workspace_id, script_id, department_id, position)
select '00000000-0000-7000-8000-000000000001', ('00000000-0000-7000-8001-' || to_char(n, 'FM000000000000'))::uuid,
       ('00000000-0000-7000-8000-0000000001' || to_char(d, 'FM00'))::uuid, d
  from generate_series(1, $1) n, generate_series(1, 8) d;

-- sections --
insert into section (workspace_id, id, script_id, rank, kind, heading, minutes)
select '00000000-0000-7000-8000-000000000001', ('00000000-0000-7000-8002-' || to_char(n * 10 + s, 'FM000000000000'))::uuid,
       ('00000000-0000-7000-8001-' || to_char(n, 'FM000000000000'))::uuid, s,
       (array['warm_up', 'core', 'core', 'task', 'wrap_up'])[s], 'Part ' || s, 12
  from generate_series(1, $1) n, generate_series(1, 5) s;

-- items --
insert into item (workspace_id, id, script_id, section_id, rank, kind, text, wording, minutes, intent, layout, department_id,
                  author_id)
select '00000000-0000-7000-8000-000000000001', ('00000000-0000-7000-8003-' || to_char(n * 100 + q, 'FM000000000000'))::uuid,
       ('00000000-0000-7000-8001-' || to_char(n, 'FM000000000000'))::uuid,
       ('00000000-0000-7000-8002-' || to_char(n * 10 + (q - 1) / 10 + 1, 'FM000000000000'))::uuid, q, 'question', said.text,
       sha256(convert_to(said.text, 'UTF8')), 1 + q % 4, 'What happened before they gave up.', '{"style": "bullet"}',
       ('00000000-0000-7000-8000-0000000001' || to_char(q % 8 + 1, 'FM00'))::uuid, '00000000-0000-7000-8000-000000001001'
  from generate_series(1, $1) n, generate_series(1, 50) q,
       lateral (select format('Tell me about time %s that an export of report %s did not end as you had expected.', q, n)) said (text);

-- revisions --
insert into revision (workspace_id, item_id, number, script_id, text, wording, author_id, department_id)
select workspace_id, id, 1, script_id, text, wording, author_id, department_id from item;

-- rounds --
-- Each tenth script is judged.
insert into round (workspace_id, script_id, number, settings, departments, lot, opened_by)
select s.workspace_id, s.id, 1, '{}',
       s.departments,
       sha256(s.id::text::bytea), '00000000-0000-7000-8000-000000001001'
  from script s
 where s.phase = 'judge';

-- ballots --
insert into ballot (workspace_id, script_id, member_id, item_id, department_id, revision, wording, choice)
select i.workspace_id, i.script_id, m.id, i.id, m.department_id, 1, i.wording,
       (array['keep', 'keep', 'keep', 'drop', 'pass'])[(hashtext(m.id::text || i.id::text) & 65535) % 5 + 1]
  from script s
  join item i on (i.workspace_id, i.script_id) = (s.workspace_id, s.id),
       generate_series(0, $1 - 1) v
  join member m on m.id = ('00000000-0000-7000-8000-000000001' || to_char((v * 9) % 200 + 1, 'FM000'))::uuid
 where s.phase = 'judge';

-- tallies --
insert into tally (workspace_id, script_id, item_id, wording, keep, dropped, pass)
select c.workspace_id, c.script_id, c.item_id, c.wording, array_agg(c.kept order by c.position),
       array_agg(c.dropped order by c.position), array_agg(c.passed order by c.position)
  from (select b.workspace_id, b.script_id, b.item_id, b.wording, d.position,
               count(*) filter (where b.choice = 'keep' and b.department_id = d.department_id)::integer as kept,
               count(*) filter (where b.choice = 'drop' and b.department_id = d.department_id)::integer as dropped,
               count(*) filter (where b.choice = 'pass' and b.department_id = d.department_id)::integer as passed
          from ballot b join script_department d on (d.workspace_id, d.script_id) = (b.workspace_id, b.script_id)
         group by b.workspace_id, b.script_id, b.item_id, b.wording, d.position) c
 group by c.workspace_id, c.script_id, c.item_id, c.wording;
