-- A shop applies on its phone; two officers let it in, because its bank account is where the city's money goes.
create table merchants.application (
  id              uuid primary key,
  code            text not null unique,       -- the shop's, once it is let in
  person          uuid not null,              -- who applied
  made_at         timestamptz not null,
  name            text not null,
  name_en         text not null,
  address         text not null,
  district        text not null,
  category        text not null,
  tax_id          text not null,
  bank_code       text not null,
  bank_account    text not null,
  account_holder  text not null,
  opening_hours   text[] not null check (cardinality(opening_hours) = 7),  -- from Monday; empty where it is closed
  reached_at      text not null,              -- gone when it is decided on: who applied is reached by their pass
  first_officer   uuid,
  first_at        timestamptz,
  decided_by      uuid,
  decided_at      timestamptz,
  is_approved     boolean,
  reason          text not null default '',   -- of a refusal, as the applicant reads it
  withdrawn_at    timestamptz,
  check (is_approved is not true
    or (first_officer is not null and decided_by <> first_officer and person not in (first_officer, decided_by))),
  check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (is_approved is null)),
  check (decided_at is null or withdrawn_at is null),
  check ((decided_at is null and withdrawn_at is null) or reached_at = '')
);
create unique index on merchants.application (tax_id) where decided_at is null and withdrawn_at is null;
create index on merchants.application (person);

alter table merchants.merchant
  add column tax_id text not null default '',
  add column address text not null default '',
  add column opening_hours text[] not null default '{}';
