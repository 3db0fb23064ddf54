create schema pass;

create table pass.person (
  id uuid primary key,
  name text not null,
  language text not null,
  roles text[] not null,
  born date,
  district text,
  guardian uuid references pass.person,
  created_at timestamptz not null
);

-- Where a person can be reached; the value is normalised, so that one contact leads to one person.
create table pass.contact (
  value text primary key,
  kind text not null check (kind in ('email', 'phone')),
  person uuid not null references pass.person,
  verified_at timestamptz
);
create index on pass.contact (person);

create table pass.passkey (
  credential_id bytea primary key,
  person uuid not null references pass.person,
  name text not null,
  public_key bytea not null,
  sign_count bigint not null,
  transports text[] not null,
  is_user_verified boolean not null,
  is_backup_eligible boolean not null,
  is_backed_up boolean not null,
  attestation_object bytea not null,
  client_data_json bytea not null,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index on pass.passkey (person);

-- An answered passkey challenge is kept until it would have run out, so that the same answer is not taken twice.
create table pass.used_challenge (
  hash bytea primary key,
  until timestamptz not null
);

-- The browser holds the key; this table holds its SHA-256, so that a copy of the table signs nobody in.
create table pass.session (
  id uuid primary key,
  key_hash bytea not null unique,
  person uuid not null references pass.person,
  device text not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  ended_at timestamptz
);
create index on pass.session (person) where ended_at is null;

-- One live code per contact. The code is hashed together with a ticket that only the asking browser holds: a million
-- codes are quickly tried against a copied table, a million codes times 2^128 tickets are not.
create table pass.one_time_code (
  contact text primary key,
  ticket_hash bytea not null,
  code_hash bytea not null,
  expires_at timestamptz not null,
  tries_left int not null,
  sends int not null,
  sends_counted_from timestamptz not null
);

-- Letters that the demo shows on a page instead of sending them.
create table pass.outbox (
  number bigint generated always as identity primary key,
  contact text not null,
  subject text not null,
  body text not null,
  sent_at timestamptz not null
);
create index on pass.outbox (sent_at);

-- The only link between a person and an account. The row is the intent: the ledger opens the account under its key,
-- and opens none twice for the same key.
create table pass.account (
  person uuid not null references pass.person,
  currency smallint not null,
  key uuid not null unique,
  account int unique,
  primary key (person, currency)
);

create table pass.data_protection_key (
  name text primary key,
  xml text not null
);
