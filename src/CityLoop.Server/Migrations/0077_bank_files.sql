-- A bank's file that an officer sent at the desk: it is imported when another one agrees, for it says who is paid again.
create table merchants.bank_file (
  id          uuid primary key,
  name        text not null,
  sha256      text not null,
  bytes       bytea,              -- gone when it is decided on: people's names stand in it
  entries     int not null,
  matched     int not null,       -- of them, when it was imported; before that, when it was sent
  asked_by    uuid not null,
  asked_at    timestamptz not null,
  decided_by  uuid,
  decided_at  timestamptz,
  is_approved boolean,
  check (is_approved is not true or decided_by <> asked_by),
  check ((decided_at is null) = (bytes is not null))
);
create unique index on merchants.bank_file (sha256) where decided_at is null;
