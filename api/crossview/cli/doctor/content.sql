-- sealed_secrets --
select workspace_id::text, id::text, secrets from connection where secrets is not null and deleted_at is null order by id desc limit $1;

-- zones --
select distinct zone from session order by 1;

-- sealed_versions --
select script_id, number, sha256, content from sealed_version order by finished_at desc, script_id, number limit $1;

-- tallies_that_are_no_recount --
with newest as (
  select workspace_id, id, departments from script order by id desc limit $1
), counted as (
  select b.script_id, b.item_id, b.wording, b.department_id, b.choice, count(*)::integer as ballots
    from ballot b join newest n on (n.workspace_id, n.id) = (b.workspace_id, b.script_id)
   group by 1, 2, 3, 4, 5
), told as (
  select t.script_id, t.item_id, t.wording, n.departments[place] as department_id, choice, ballots
    from tally t
    join newest n on (n.workspace_id, n.id) = (t.workspace_id, t.script_id),
         lateral (values ('keep', t.keep), ('drop', t.dropped), ('pass', t.pass)) as column_of(choice, counts),
         lateral unnest(counts) with ordinality as one(ballots, place)
   where ballots <> 0
)
(select script_id, item_id, 'only in the ballots' as fault, wording, department_id, choice, ballots from counted
 except all
 select script_id, item_id, 'only in the ballots', wording, department_id, choice, ballots from told)
union all
(select script_id, item_id, 'only in the tally', wording, department_id, choice, ballots from told
 except all
 select script_id, item_id, 'only in the tally', wording, department_id, choice, ballots from counted);

-- scripts_with_two_open_rounds --
select script_id from round where state = 'open' group by script_id having count(*) > 1 limit $1;

-- children_away_from_their_parents --
with newest as (select workspace_id, id from script order by id desc limit $1)
select child.script_id, child.id as item_id
  from item child
  join newest n on (n.workspace_id, n.id) = (child.workspace_id, child.script_id)
  join item parent on (parent.workspace_id, parent.id) = (child.workspace_id, child.parent_id)
 where (child.section_id, child.script_id) <> (parent.section_id, parent.script_id) or parent.parent_id = child.id;

-- items_whose_revisions_have_gaps --
with newest as (select workspace_id, id from script order by id desc limit $1)
select i.script_id, i.id as item_id
  from item i
  join newest n on (n.workspace_id, n.id) = (i.workspace_id, i.script_id)
  left join lateral (select max(r.number) as last, count(*) as number
                       from revision r where (r.workspace_id, r.item_id) = (i.workspace_id, i.id)) kept on true
 where (i.revision, i.revision) is distinct from (kept.last, kept.number);

-- scripts_finished_and_not_sealed --
-- Or sealed and not finished: each version that was not reopened belongs to a finished script.
with newest as (select workspace_id, id, phase from script order by id desc limit $1)
select n.id as script_id
  from newest n
 where (n.phase = 'finished') <> exists (
         select from sealed_version v
          where (v.workspace_id, v.script_id) = (n.workspace_id, n.id)
            and v.number > (select count(*) from reopening o where (o.workspace_id, o.script_id) = (n.workspace_id, n.id)));

-- items_without_an_event --
with newest as (select workspace_id, id from script order by id desc limit $1)
select i.script_id, i.id as item_id
  from item i
  join newest n on (n.workspace_id, n.id) = (i.workspace_id, i.script_id)
 where not exists (select from event e where e.workspace_id = i.workspace_id and e.subject_id = i.id)
   and not exists (select from event e where e.workspace_id = i.workspace_id and e.script_id = i.script_id
                      and e.kind = 'script.imported');
