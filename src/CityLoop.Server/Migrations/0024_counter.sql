-- What a check is for, and the name as the document has it: without it nobody could be recognised at a counter again.
alter table pass.identity_check add column purpose text not null default 'identity'
  check (purpose in ('identity', 'recovery'));
alter table pass.identity_check add column name_seen text not null default '';

-- The code on a person's phone by which an officer finds them: eight digits, two minutes, once.
create table pass.counter_code (
  person uuid primary key references pass.person,
  code_hash bytea not null unique,
  expires_at timestamptz not null
);

-- Every step that an officer takes with a person: who, what, when. The person reads it on their own page.
create table pass.counter_step (
  id uuid primary key,
  person uuid not null references pass.person,
  officer uuid not null references pass.person,
  step text not null,
  at timestamptz not null
);
create index on pass.counter_step (person);
