-- Turning numbers into fingerprints takes two officers: of the file its SHA-256 and its lines stand in the change, no
-- number, and the fingerprints are made of that file once.
alter table credentials.office_change
  drop constraint office_change_kind_check,
  add check (kind in ('office', 'type', 'register', 'suspend', 'resume', 'fingerprints')),
  add column used_at timestamptz,
  add check (used_at is null or (is_approved and kind = 'fingerprints'));
create index on credentials.office_change (asked_at) where kind = 'fingerprints';
