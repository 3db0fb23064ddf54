create schema if not exists credentials;

-- What a service needs of people, and why. Its code is what its program and its posters call it.
create table credentials.need (
  id uuid primary key,
  service uuid not null references sign_on.service,
  code text not null unique,
  suspended_at timestamptz
);

-- Each wording of a need: written by one officer, decided by another, never changed afterwards.
create table credentials.need_version (
  need uuid not null references credentials.need,
  version int not null,
  -- Rises when what people agreed to changes: they are asked again.
  terms int not null,
  name text not null,
  name_en text not null,
  name_ja text not null,
  purpose text not null,
  purpose_en text not null,
  purpose_ja text not null,
  basis text not null check (basis in ('consent', 'law', 'public_task')),
  asked jsonb not null,
  level_min smallint not null check (level_min between 0 and 2),
  consent_days int not null check (consent_days between 1 and 3650),
  kept_days int not null check (kept_days between 0 and 3650),
  return_addresses text[] not null,
  -- What answers are encrypted to: a public JWK set. Of a hosted service the private key lies here as well, sealed.
  encryption_key text not null,
  sealed_key text,
  rule jsonb,
  written_by uuid not null,
  written_at timestamptz not null,
  decided_by uuid,
  decided_at timestamptz,
  is_approved boolean,
  primary key (need, version),
  check (is_approved is not true or decided_by <> written_by),
  check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (is_approved is null)),
  check ((sealed_key is null) = (rule is null))
);
-- One wording at a time waits for the second officer.
create unique index on credentials.need_version (need) where decided_at is null;

-- Who stopped a need and who let it go on.
create table credentials.need_stop (
  number bigint generated always as identity primary key,
  need uuid not null references credentials.need,
  at timestamptz not null,
  officer uuid not null,
  is_suspended boolean not null
);

-- A wish of a service that waits for a person, or has been answered. Its name is random; its SHA-256 stands here.
create table credentials.request (
  hash bytea primary key,
  service uuid not null references sign_on.service,
  need uuid not null,
  version int not null,
  nonce text not null,
  return_address text,
  state text,
  made_at timestamptz not null,
  until timestamptz not null,
  -- Who opened it first, so that they find it again by its name; then who answered.
  person uuid,
  name text,
  declined_at timestamptz,
  answered_at timestamptz,
  -- Goes back through the browser that approved, so that nobody collects what another person gave.
  code_hash bytea,
  -- Encrypted to the service, and gone when it has been fetched.
  answer text,
  fetched_at timestamptz,
  consent uuid,
  foreign key (need, version) references credentials.need_version,
  -- A service that says the same number twice may be replaying.
  unique (service, nonce)
);
create index on credentials.request (until);
create index on credentials.request (person) where person is not null;

-- What a person agreed to give a service; kept when it ends.
create table credentials.consent (
  id uuid primary key,
  person uuid not null,
  need uuid not null,
  version int not null,
  given_at timestamptz not null,
  until timestamptz not null,
  ended_at timestamptz,
  end_reason text check (end_reason in ('revoked', 'replaced', 'finished')),
  -- Only the service knows the handle.
  handle_hash bytea not null unique,
  -- The passkey that approved, and when.
  passkey bytea not null,
  approved_at timestamptz not null,
  -- What stood on the page.
  notice jsonb not null,
  foreign key (need, version) references credentials.need_version,
  check ((ended_at is null) = (end_reason is null))
);
create index on credentials.consent (person, given_at);
create index on credentials.consent (need) where ended_at is null;

-- What became of a consent: given, fetched, refused, ended.
create table credentials.consent_event (
  number bigint generated always as identity primary key,
  consent uuid not null references credentials.consent on delete cascade,
  at timestamptz not null,
  event text not null
);
create index on credentials.consent_event (consent);

-- The credentials that were issued under a consent, so that they can be revoked; what they say is kept nowhere. A line
-- without a consent is of somebody who was erased, or of an answer that broke off.
create table credentials.given (
  number bigint generated always as identity primary key,
  consent uuid references credentials.consent on delete set null,
  type text not null,
  status_list text not null,
  status_index int not null,
  issued_at timestamptz not null,
  until timestamptz not null,
  revoked_at timestamptz
);
create index on credentials.given (consent);
create index on credentials.given (until) where revoked_at is null;

-- What a hosted service decided. The fields by which it decided are kept nowhere.
create table credentials.entitlement (
  id uuid primary key,
  person uuid not null,
  consent uuid not null unique references credentials.consent on delete cascade,
  given_at timestamptz not null,
  last_day date not null
);
create index on credentials.entitlement (person);
