-- claim_key --
select pg_try_advisory_xact_lock(hashtextextended($1, 0));

-- find_answer --
select request_hash, status, headers, body
  from kept_answer
 where workspace_id = $1 and member_id = $2 and operation = $3 and key = $4;

-- keep_answer --
insert into kept_answer (workspace_id, member_id, operation, key, request_hash, status, headers, body)
values ($1, $2, $3, $4, $5, $6, $7, $8);
