-- A contact that was new when its person recovered their pass at a counter may be a thief's: it signs nobody in and gets no
-- letter until its owner says that it is theirs.
alter table pass.contact
  add column set_aside_at timestamptz,
  add check (set_aside_at is null or verified_at is null);
