-- append --
select append_event($1, $2, $3, $4, $5, $6, $7);

-- list --
select seq, kind, actor_id, study_id, script_id, subject_id, facts, at
  from event
 where workspace_id = $1 and ($2::bigint is null or seq < $2)
 order by seq desc
 limit $3;
