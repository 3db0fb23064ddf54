-- A guardian asks that a small child's pass is erased; where there are two, the other one has to agree. Nothing is erased
-- by this line: agreeing makes the child's own line in pass.erasure, and the week begins.
create table pass.erasure_ask (
  child uuid primary key references pass.person,
  asked_by uuid not null references pass.person,
  asked_at timestamptz not null
);
