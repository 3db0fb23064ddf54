-- Of the number of the document that an officer saw, only an HMAC-SHA-256 under a key of the city's stands here.
-- Without the key nobody works back to the number, though it has few digits; the key is sealed by the framework's data
-- protection.
alter table pass.identity_check add column document_print bytea;

create table pass.document_key (
  only_one boolean primary key default true check (only_one),
  sealed_key text not null
);

create schema credentials;

-- An office that certifies something about people. One with a system of its own has an address and its public keys;
-- of the others the city keeps the registers and the keys.
create table credentials.office (
  id uuid primary key,
  code text not null unique,
  name text not null,
  name_en text not null,
  name_ja text not null,
  -- Where it knows it from, as people read it.
  source text not null,
  source_en text not null,
  source_ja text not null,
  refresh text not null check (refresh in ('at_once', 'daily', 'weekly', 'monthly', 'yearly')),
  address text,
  public_keys text,
  made_at timestamptz not null,
  suspended_at timestamptz,
  check ((address is null) = (public_keys is null))
);

-- One kind of credential and the fields in it.
create table credentials.credential_type (
  code text primary key,
  office uuid not null references credentials.office,
  name text not null,
  name_en text not null,
  name_ja text not null,
  fields jsonb not null,
  valid_days int not null check (valid_days between 1 and 365),
  -- The import whose rows are the register now.
  register uuid,
  made_at timestamptz not null
);

-- What one officer asked for and another one decides. Only a suspension holds at once.
create table credentials.office_change (
  id uuid primary key,
  office uuid not null,
  kind text not null check (kind in ('office', 'type', 'register', 'suspend', 'resume')),
  -- What of: two changes of one thing do not wait at once.
  target text not null,
  content jsonb not null,
  detail text not null,
  asked_by uuid not null references pass.person,
  asked_at timestamptz not null,
  decided_by uuid references pass.person,
  decided_at timestamptz,
  is_approved boolean,
  check ((decided_by is null) = (decided_at is null) and (decided_by is null) = (is_approved is null)),
  check (is_approved is not true or kind = 'suspend' or decided_by <> asked_by)
);
create unique index on credentials.office_change (target) where decided_at is null;
create index on credentials.office_change (office);

-- A register that the city keeps for an office. Whose a row is says the document's fingerprint alone.
create table credentials.register_row (
  import uuid not null,
  print bytea not null,
  fields jsonb not null,
  valid_until date not null,
  primary key (import, print)
);
create index on credentials.register_row (print);

-- The keys that the city keeps for an office; the private half is sealed by the framework's data protection.
create table credentials.office_key (
  kid text primary key,
  office uuid not null,
  sealed_key text not null,
  signs_from timestamptz not null,
  signs_until timestamptz not null
);
create index on credentials.office_key (office);

create table credentials.status_list (
  office uuid not null references credentials.office,
  number int not null,
  taken int not null,
  primary key (office, number)
);

-- Each credential's own place in its office's list, drawn at random. It says whose it is by the fingerprint alone, so
-- that what is not in the register any more can be taken back.
create table credentials.status_place (
  office uuid not null,
  number int not null,
  place int not null,
  type text not null,
  print bytea not null,
  until timestamptz not null,
  revoked_at timestamptz,
  primary key (office, number, place),
  foreign key (office, number) references credentials.status_list
);
create index on credentials.status_place (type, print) where revoked_at is null;
create index on credentials.status_place (print);
