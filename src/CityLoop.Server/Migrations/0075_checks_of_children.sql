-- A check of a child ends on the day of majority, by nobody's hand, and is told beforehand.
alter table pass.identity_check drop constraint identity_check_check4;
alter table pass.identity_check
  add check (withdrawn_by is null or withdrawn_at is not null),
  add column end_told_at timestamptz;
-- Why an officer did something at a counter, where they choose it from a list.
alter table pass.counter_step add column reason text;
