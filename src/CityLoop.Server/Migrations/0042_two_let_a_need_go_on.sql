-- A need that was stopped goes on when a second officer agrees; until then the line waits. Who stops one decides alone.
alter table credentials.need_stop
  add column decided_by uuid,
  add column decided_at timestamptz,
  add column is_approved boolean;
update credentials.need_stop set decided_by = officer, decided_at = at, is_approved = true;
alter table credentials.need_stop
  add check ((decided_by is null) = (decided_at is null) and (decided_by is null) = (is_approved is null)),
  -- Lines from before were decided by one.
  add check (is_approved is not true or is_suspended or decided_by <> officer) not valid;
create unique index on credentials.need_stop (need) where decided_at is null;
