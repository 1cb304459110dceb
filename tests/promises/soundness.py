"""What must hold of a database at every moment between two transactions, asked of the tables themselves."""

import asyncpg

TALLY_IS_A_RECOUNT = """
    with counted as (
      select script_id, item_id, wording, department_id, choice, count(*)::integer as ballots
        from ballot group by 1, 2, 3, 4, 5
    ), told as (
      select t.script_id, t.item_id, t.wording, s.departments[place] as department_id, choice, ballots
        from tally t
        join script s on (s.workspace_id, s.id) = (t.workspace_id, t.script_id),
             lateral (values ('keep', t.keep), ('drop', t.dropped), ('pass', t.pass)) as column_of(choice, counts),
             lateral unnest(counts) with ordinality as one(ballots, place)
       where ballots <> 0
    )
    (select 'only in the ballots', * from counted except all select 'only in the ballots', * from told)
    union all
    (select 'only in the tally', * from told except all select 'only in the tally', * from counted)
"""
ONE_OPEN_ROUND = "select script_id from round where state = 'open' group by script_id having count(*) > 1"
CHILDREN_STAND_WITH_THEIR_PARENTS = """
    select child.id from item child join item parent on (parent.workspace_id, parent.id) = (child.workspace_id, child.parent_id)
     where (child.section_id, child.script_id) <> (parent.section_id, parent.script_id) or parent.parent_id = child.id
"""
REVISIONS_HAVE_NO_GAPS = """
    select i.id from item i
     where i.revision <> (select max(r.number) from revision r where (r.workspace_id, r.item_id) = (i.workspace_id, i.id))
        or i.revision <> (select count(*) from revision r where (r.workspace_id, r.item_id) = (i.workspace_id, i.id))
"""
FINISHED_SCRIPTS_ARE_SEALED = """
    select s.id from script s
     where (s.phase = 'finished') <> exists (
             select from sealed_version v
              where (v.workspace_id, v.script_id) = (s.workspace_id, s.id)
                and v.number > (select count(*) from reopening o where (o.workspace_id, o.script_id) = (s.workspace_id, s.id)))
"""
ADDED_ITEMS_ARE_THERE_OR_WERE_REMOVED = """
    select i.id from item i
     where not exists (select from event e where e.workspace_id = i.workspace_id and e.subject_id = i.id)
       and not exists (select from event e where e.workspace_id = i.workspace_id and e.script_id = i.script_id
                          and e.kind = 'script.imported')
"""

CHECKS = {
    "the tally is a recount of the ballots": TALLY_IS_A_RECOUNT,
    "a script has one open round at most": ONE_OPEN_ROUND,
    "children stand with their parents": CHILDREN_STAND_WITH_THEIR_PARENTS,
    "revisions have no gaps": REVISIONS_HAVE_NO_GAPS,
    "finished scripts are sealed, others are not": FINISHED_SCRIPTS_ARE_SEALED,
    "every item has an event": ADDED_ITEMS_ARE_THERE_OR_WERE_REMOVED,
}


async def unsound(owner: "asyncpg.Connection[asyncpg.Record]") -> dict[str, list[tuple[object, ...]]]:
    """The checks that fail, with the rows that show it. `owner` is a connection of the schema's owner, whom no wall stops."""
    await owner.execute("set search_path = crossview")
    found = {name: [tuple(row) for row in await owner.fetch(check)] for name, check in CHECKS.items()}
    return {name: rows for name, rows in found.items() if rows}
