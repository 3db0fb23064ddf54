-- Whose check has been withdrawn lately: what offices certified by it is taken back.
create index on pass.identity_check (withdrawn_at) where withdrawn_at is not null;
