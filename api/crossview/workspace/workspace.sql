-- draw_workspace_id --
select uuidv7();

-- create_workspace --
insert into workspace (workspace_id, name) values ($1, $2);

-- read_workspace --
select workspace_id as id, name, version, created_at from workspace where workspace_id = $1;

-- read_self --
select m.id as member_id, m.name, m.email, m.role, m.department_id, w.workspace_id, w.name as workspace_name
  from member m join workspace w using (workspace_id)
 where m.workspace_id = $1 and m.id = $2;

-- create_department --
insert into department (workspace_id, name) values ($1, $2)
returning id, name, 0 as people, version, created_at;

-- list_departments --
select d.id, d.name,
       (select count(*)::int from member m where (m.workspace_id, m.department_id) = (d.workspace_id, d.id) and m.state = 'active')
         as people,
       d.version, d.created_at
  from department d
 where d.workspace_id = $1 and ($2::uuid is null or d.id > $2)
 order by d.id
 limit $3;

-- read_department --
select d.id, d.name,
       (select count(*)::int from member m where (m.workspace_id, m.department_id) = (d.workspace_id, d.id) and m.state = 'active')
         as people,
       d.version, d.created_at
  from department d
 where d.workspace_id = $1 and d.id = $2;

-- lock_department --
select 1 from department where workspace_id = $1 and id = $2 for update;

-- change_department --
update department set name = $3, version = version + 1 where workspace_id = $1 and id = $2;

-- department_exists --
select exists (select from department where workspace_id = $1 and id = $2);

-- create_member --
insert into member (workspace_id, department_id, name, email, role) values ($1, $2, $3, $4, $5)
returning id;

-- list_members --
select id, name, email, role, department_id, version, created_at
  from member
 where workspace_id = $1 and state = 'active' and ($2::uuid is null or id > $2)
 order by id
 limit $3;

-- read_member --
select id, name, email, role, department_id, version, created_at
  from member
 where workspace_id = $1 and id = $2 and state = 'active';

-- lock_member --
select 1 from member where workspace_id = $1 and id = $2 for update;

-- lock_owners --
select id, name, email, role, department_id, version, created_at
  from member
 where workspace_id = $1 and role = 'owner' and state = 'active'
 order by id
   for update;

-- count_owners --
select count(*) from member where workspace_id = $1 and role = 'owner' and state = 'active';

-- change_member --
update member set name = $3, role = $4, department_id = $5, version = version + 1 where workspace_id = $1 and id = $2;

-- create_invitation --
insert into invitation (workspace_id, email, role, department_id, hash, invited_by, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)
returning id, email, role, department_id, expires_at, accepted_at, revoked_at, created_at, 1 as version;

-- list_invitations --
select id, email, role, department_id, expires_at, accepted_at, revoked_at, created_at,
       case when accepted_at is null and revoked_at is null then 1 else 2 end as version
  from invitation
 where workspace_id = $1 and ($2::uuid is null or id < $2)
 order by id desc
 limit $3;

-- lock_invitation --
select id, email, role, department_id, expires_at, accepted_at, revoked_at, created_at,
       case when accepted_at is null and revoked_at is null then 1 else 2 end as version
  from invitation
 where workspace_id = $1 and id = $2
   for update;

-- settle_invitation --
update invitation set accepted_at = $3 where workspace_id = $1 and id = $2;

-- revoke_invitation --
update invitation set revoked_at = $3 where workspace_id = $1 and id = $2;

-- create_token --
insert into api_token (workspace_id, member_id, name, hash, prefix, scopes, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)
returning id, name, prefix, scopes, expires_at, last_used_on, created_at, 1 as version;

-- list_tokens --
select id, name, prefix, scopes, expires_at, last_used_on, created_at, 1 as version
  from api_token
 where workspace_id = $1 and member_id = $2 and ($3::uuid is null or id < $3) and revoked_at is null and expires_at > $5
 order by id desc
 limit $4;

-- lock_token --
select id, name, prefix, scopes, expires_at, last_used_on, created_at, 1 as version
  from api_token
 where workspace_id = $1 and member_id = $2 and id = $3 and revoked_at is null
   for update;

-- revoke_token --
update api_token set revoked_at = $3 where workspace_id = $1 and id = $2;
