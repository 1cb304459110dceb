-- create_bank --
insert into bank (workspace_id, namespace, title, description, created_by) values ($1, $2, $3, $4, $5);

-- list_banks --
select namespace, title, description, language, setting, glossary,
       (select count(*)::integer from bank_entry e
         where (e.workspace_id, e.namespace) = (b.workspace_id, b.namespace) and e.withdrawn_at is null) as entries,
       created_by, version, created_at
  from bank b
 where b.workspace_id = $1 and ($2::text is null or b.namespace > $2)
 order by b.namespace
 limit $3;

-- find_bank --
select namespace, title, description, language, setting, glossary,
       (select count(*)::integer from bank_entry e
         where (e.workspace_id, e.namespace) = (b.workspace_id, b.namespace) and e.withdrawn_at is null) as entries,
       created_by, version, created_at
  from bank b
 where b.workspace_id = $1 and b.namespace = $2;

-- lock_bank --
-- Imports and changes of one bank take turns. The id is what events name.
select id from bank where workspace_id = $1 and namespace = $2 for update;

-- change_bank --
update bank set title = $3, description = $4, version = version + 1 where workspace_id = $1 and namespace = $2;

-- change_heading --
update bank
   set title = $3, language = $4, setting = $5, glossary = $6, version = version + 1
 where workspace_id = $1 and namespace = $2;

-- list_entries --
-- Here and below, the newest version is looked up by its whole key, entry by entry: `limit` keeps the planner from joining a bank
-- of a size it does not know yet with all versions of it.
select e.namespace, e.id, concat(e.namespace, '/', e.id, '@', v.number) as bank_ref, v.number, v.content,
       encode(v.sha256, 'hex') as sha256, e.withdrawn_at, e.note, v.author_id, v.at
  from bank_entry e
  cross join lateral (
    select v.* from bank_entry_version v
     where (v.workspace_id, v.namespace, v.entry_id, v.number) = (e.workspace_id, e.namespace, e.id, e.newest)
     limit 1) v
 where e.workspace_id = $1 and e.namespace = $2 and ($3::text is null or e.id > $3)
 order by e.id
 limit $4;

-- find_entry --
select e.namespace, e.id, concat(e.namespace, '/', e.id, '@', v.number) as bank_ref, v.number, v.content,
       encode(v.sha256, 'hex') as sha256, e.withdrawn_at, e.note, v.author_id, v.at
  from bank_entry e
  cross join lateral (
    select v.* from bank_entry_version v
     where (v.workspace_id, v.namespace, v.entry_id, v.number) = (e.workspace_id, e.namespace, e.id, e.newest)
     limit 1) v
 where e.workspace_id = $1 and e.namespace = $2 and e.id = $3;

-- list_entry_versions --
select concat(v.namespace, '/', v.entry_id, '@', v.number) as bank_ref, v.number, v.content, encode(v.sha256, 'hex') as sha256,
       v.author_id, v.at
  from bank_entry_version v
 where v.workspace_id = $1 and v.namespace = $2 and v.entry_id = $3 and ($4::bigint is null or v.number < $4)
 order by v.number desc
 limit $5;

-- read_content --
select v.content
  from bank_entry_version v
 where v.workspace_id = $1 and v.namespace = $2 and v.entry_id = $3 and v.number = $4;

-- read_texts --
-- The text of each version that is named and is here.
select v.namespace, v.entry_id, v.number, v.text
  from unnest($2::text[], $3::text[], $4::integer[]) as named (namespace, entry_id, number)
  join bank_entry_version v
    on v.namespace = named.namespace and v.entry_id = named.entry_id and v.number = named.number
 where v.workspace_id = $1;

-- list_states --
select e.namespace, e.id as entry_id, e.newest, e.withdrawn_at, e.note
  from unnest($2::text[], $3::text[]) as named (namespace, entry_id)
  join bank_entry e on e.namespace = named.namespace and e.id = named.entry_id
 where e.workspace_id = $1;

-- list_asked --
-- Every question that can be asked today, in all banks.
select v.namespace, v.entry_id, v.number, v.text
  from bank_entry e
  cross join lateral (
    select v.* from bank_entry_version v
     where (v.workspace_id, v.namespace, v.entry_id, v.number) = (e.workspace_id, e.namespace, e.id, e.newest)
     limit 1) v
 where e.workspace_id = $1 and e.withdrawn_at is null
 order by v.namespace, v.entry_id;

-- list_known --
select e.id, e.position, e.newest, e.withdrawn_at is not null as withdrawn, v.sha256
  from bank_entry e
  cross join lateral (
    select v.* from bank_entry_version v
     where (v.workspace_id, v.namespace, v.entry_id, v.number) = (e.workspace_id, e.namespace, e.id, e.newest)
     limit 1) v
 where e.workspace_id = $1 and e.namespace = $2
 order by e.position, e.id;

-- list_contents --
select v.content
  from bank_entry e
  cross join lateral (
    select v.* from bank_entry_version v
     where (v.workspace_id, v.namespace, v.entry_id, v.number) = (e.workspace_id, e.namespace, e.id, e.newest)
     limit 1) v
 where e.workspace_id = $1 and e.namespace = $2 and e.withdrawn_at is null
 order by e.position, e.id;

-- place_entries --
-- New entries, and where those stand that were there; one that came back is withdrawn no more.
insert into bank_entry as e (workspace_id, namespace, id, position, newest)
select $1, $2, placed.id, placed.position, placed.newest
  from unnest($3::text[], $4::integer[], $5::integer[]) as placed (id, position, newest)
on conflict (workspace_id, namespace, id) do update
   set position = excluded.position, newest = excluded.newest, withdrawn_at = null, withdrawn_by = null, note = '';

-- keep_versions --
insert into bank_entry_version (workspace_id, namespace, entry_id, number, text, content, sha256, author_id)
select $1, $2, kept.id, kept.number, kept.text, kept.content::jsonb, kept.sha256, $8
  from unnest($3::text[], $4::integer[], $5::text[], $6::text[], $7::bytea[]) as kept (id, number, text, content, sha256);

-- withdraw_entries --
update bank_entry
   set withdrawn_at = $4, withdrawn_by = $5, note = $6
 where workspace_id = $1 and namespace = $2 and id = any ($3::text[]);
