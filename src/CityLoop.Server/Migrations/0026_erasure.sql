-- Who has asked to be erased, from when it can no longer be taken back, and that it was done.
create table pass.erasure (
  person uuid primary key references pass.person,
  asked_at timestamptz not null,
  due_at timestamptz not null,
  done_at timestamptz
);
create index on pass.erasure (due_at) where done_at is null;
