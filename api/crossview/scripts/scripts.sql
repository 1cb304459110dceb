-- create_script --
insert into script (workspace_id, study_id, title, language, session_minutes, created_by)
values ($1, $2, $3, $4, $5, $6)
returning id;

-- import_script --
insert into script (workspace_id, study_id, title, title_level, title_quoted, language, session_minutes, front_matter, created_by)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
returning id;

-- invite_departments --
insert into script_department (workspace_id, script_id, department_id, position)
select $1, $2, invited.id, invited.position
  from unnest($3::uuid[]) with ordinality as invited (id, position);

-- list_scripts --
select items, next_after from list_scripts($1, $2, $3, $4, $5, $6, $7, $8);

-- find_script --
-- $3 is true when the actor's rights reach the whole workspace; else only a script that invites the own department is found.
select id, study_id, title, language, session_minutes, phase, departments, created_by, version, created_at, updated_at
  from script
 where workspace_id = $1 and id = $2 and ($3 or $4 = any (departments));

-- lock_script --
select 1 from script where workspace_id = $1 and id = $2 for update;

-- touch_script --
update script set version = version + 1, updated_at = now() where workspace_id = $1 and id = $2;

-- change_script --
update script set title = $3, language = $4, session_minutes = $5, version = version + 1, updated_at = now()
 where workspace_id = $1 and id = $2;

-- enter_phase --
update script set phase = $3, version = version + 1, updated_at = now() where workspace_id = $1 and id = $2;

-- read_draft --
-- One statement, so that all parts are of one moment, whoever edits meanwhile. Exact numbers and bytes travel as text.
select (select row_to_json(part)
          from (select s.id, s.study_id, s.title, s.language, s.session_minutes, s.phase, s.departments, s.created_by, s.version,
                       s.created_at, s.updated_at) part) as script,
       (select row_to_json(part)
          from (select s.title, s.title_level, s.title_quoted, s.language, s.session_minutes, s.front_matter) part) as head,
       (select coalesce(json_agg(row_to_json(part)), '[]')
          from (select id, kind, heading, level, minutes::text, timing, alternative_of, ruled, version
                  from section c
                 where (c.workspace_id, c.script_id) = (s.workspace_id, s.id)
                 order by rank) part) as sections,
       (select coalesce(json_agg(row_to_json(part)), '[]')
          from (select id, parent_id, kind, text, revision, minutes::text, intent, pinned, priority, sensitivity, layout,
                       bank_ref, department_id, author_id, version, section_id, encode(wording, 'base64') as wording
                  from item i
                 where (i.workspace_id, i.script_id) = (s.workspace_id, s.id)
                 order by rank) part) as items,
       (select json_agg(row_to_json(part))
          from (select id, name from department d where d.workspace_id = s.workspace_id) part) as named
  from script s
 where s.workspace_id = $1 and s.id = $2 and ($3 or $4 = any (s.departments));

-- list_department_names --
select id, name from department where workspace_id = $1;

-- list_section_ranks --
-- The siblings of a section that is added ($3 null) or moved ($3 its id).
select id, rank from section
 where workspace_id = $1 and script_id = $2 and id is distinct from $3
 order by rank;

-- add_section --
insert into section (workspace_id, script_id, rank, kind, heading, level, minutes, timing, alternative_of, ruled)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
returning id;

-- set_alternative --
update section set alternative_of = $3 where workspace_id = $1 and id = $2;

-- find_section --
select c.id, c.script_id, c.kind, c.heading, c.level, c.minutes, c.alternative_of, c.version
  from section c join script s on (s.workspace_id, s.id) = (c.workspace_id, c.script_id)
 where c.workspace_id = $1 and c.id = $2 and ($3 or $4 = any (s.departments));

-- script_of_section --
select script_id from section where workspace_id = $1 and id = $2;

-- change_section --
-- $8 is the new rank of a section that moves, null for one that stays. New minutes make the writer's own line untrue.
update section
   set kind = $3, heading = $4, level = $5, minutes = $6, alternative_of = $7, rank = coalesce($8, rank), version = version + 1,
       timing = case when minutes is distinct from $6 then '' else timing end
 where workspace_id = $1 and id = $2;

-- remove_section --
delete from section where workspace_id = $1 and id = $2;

-- list_places --
select id, section_id, parent_id from item where workspace_id = $1 and script_id = $2;

-- list_item_ranks --
-- The siblings of an item that is added ($4 null) or moved ($4 its id).
select id, rank from item
 where workspace_id = $1 and section_id = $2 and parent_id is not distinct from $3 and id is distinct from $4
 order by rank;

-- add_item --
insert into item (workspace_id, script_id, section_id, parent_id, rank, kind, text, wording, minutes, intent, pinned, priority,
                  sensitivity, layout, bank_ref, department_id, author_id)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
returning id;

-- find_item --
select i.id, i.script_id, i.section_id, i.parent_id, i.kind, i.text, i.revision, i.minutes, i.intent, i.pinned, i.priority,
       i.sensitivity, i.layout, i.bank_ref, i.department_id, i.author_id, i.version, i.created_at
  from item i join script s on (s.workspace_id, s.id) = (i.workspace_id, i.script_id)
 where i.workspace_id = $1 and i.id = $2 and ($3 or $4 = any (s.departments));

-- item_of_script --
select exists (select from item where workspace_id = $1 and script_id = $2 and id = $3);

-- change_item --
select (item).id, (item).script_id, (item).section_id, (item).parent_id, (item).kind, (item).text, (item).revision,
       (item).minutes, (item).intent, (item).pinned, (item).priority, (item).sensitivity, (item).layout, (item).bank_ref,
       (item).department_id, (item).author_id, (item).version, (item).created_at, changed, script_phase
  from change_item($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- list_bank_items --
select id, text, bank_ref, version
  from item
 where workspace_id = $1 and script_id = $2 and bank_ref is not null
 order by id;

-- take_update --
-- $3 to $5 are the text, its fingerprint and its revision, as they are from now on.
update item set text = $3, wording = $4, revision = $5, bank_ref = $6, version = version + 1 where workspace_id = $1 and id = $2;

-- move_item --
update item set section_id = $3, parent_id = $4, rank = $5, version = version + 1 where workspace_id = $1 and id = $2;

-- move_subtree --
update item set section_id = $3 where workspace_id = $1 and id = any($2::uuid[]) and section_id <> $3;

-- remove_item --
delete from item where workspace_id = $1 and id = $2;

-- keep_revision --
insert into revision (workspace_id, item_id, number, script_id, text, wording, author_id, department_id)
values ($1, $2, $3, $4, $5, $6, $7, $8);

-- keep_first_revisions --
insert into revision (workspace_id, item_id, number, script_id, text, wording, author_id, department_id)
select workspace_id, id, 1, script_id, text, wording, author_id, department_id
  from item
 where workspace_id = $1 and script_id = $2;

-- list_revisions --
select number, text, author_id, department_id, at
  from revision
 where workspace_id = $1 and item_id = $2 and ($3::bigint is null or number < $3)
 order by number desc
 limit $4;

-- suppress --
-- What is kept is the wording of the item as it is now; the caller has locked the script and compared the revision.
insert into suppression (workspace_id, item_id, code, script_id, wording, revision, reason, until, member_id)
select i.workspace_id, i.id, $3, i.script_id, i.wording, i.revision, $4, $5, $6
  from item i
 where i.workspace_id = $1 and i.id = $2
on conflict (workspace_id, item_id, code) do update
   set wording = excluded.wording, revision = excluded.revision, reason = excluded.reason, until = excluded.until,
       member_id = excluded.member_id, at = now()
returning code, reason, until, revision, member_id, at;

-- import_suppressions --
insert into suppression (workspace_id, item_id, code, script_id, wording, revision, reason, until, member_id)
select i.workspace_id, i.id, given.code, i.script_id, i.wording, i.revision, given.reason, given.until, $6
  from unnest($2::uuid[], $3::text[], $4::text[], $5::date[]) as given (item_id, code, reason, until)
  join item i on i.workspace_id = $1 and i.id = given.item_id;

-- lift_suppression --
delete from suppression where workspace_id = $1 and item_id = $2 and code = $3;

-- list_suppressions --
select code, reason, until, revision, member_id, at, item_id, wording
  from suppression
 where workspace_id = $1 and script_id = $2
 order by item_id, code;

-- add_comment --
insert into comment (workspace_id, script_id, item_id, author_id, text) values ($1, $2, $3, $4, $5)
returning id, script_id, item_id, author_id, text, resolved_at, version, created_at;

-- list_comments --
select id, script_id, item_id, author_id, text, resolved_at, version, created_at
  from comment
 where workspace_id = $1 and script_id = $2 and ($3::uuid is null or id > $3)
 order by id
 limit $4;

-- lock_comment --
select id, script_id, item_id, author_id, text, resolved_at, version, created_at
  from comment
 where workspace_id = $1 and id = $2
   for update;

-- change_comment --
update comment set text = $3, resolved_at = $4, version = version + 1 where workspace_id = $1 and id = $2
returning id, script_id, item_id, author_id, text, resolved_at, version, created_at;

-- keep_version --
insert into sealed_version (workspace_id, script_id, number, sha256, content, record, finished_by, finished_at)
select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7
  from sealed_version
 where workspace_id = $1 and script_id = $2
returning number;

-- keep_reopening --
insert into reopening (workspace_id, script_id, number, reason, reopened_by, at)
select $1, $2, max(number), $3, $4, $5
  from sealed_version
 where workspace_id = $1 and script_id = $2
returning number;

-- list_versions --
select v.script_id, v.number, encode(v.sha256, 'hex') as sha256, v.finished_by, v.finished_at, r.at as reopened_at,
       r.reason as reopening_reason
  from sealed_version v
  left join reopening r on (r.workspace_id, r.script_id, r.number) = (v.workspace_id, v.script_id, v.number)
 where v.workspace_id = $1 and v.script_id = $2
 order by v.number desc;

-- read_version --
select v.script_id, v.number, encode(v.sha256, 'hex') as sha256, v.finished_by, v.finished_at, r.at as reopened_at,
       r.reason as reopening_reason
  from sealed_version v
  left join reopening r on (r.workspace_id, r.script_id, r.number) = (v.workspace_id, v.script_id, v.number)
 where v.workspace_id = $1 and v.script_id = $2 and v.number = $3;

-- read_kept_version --
select content, record from sealed_version where workspace_id = $1 and script_id = $2 and number = $3;
