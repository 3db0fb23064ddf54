create schema missions;

-- A published mission, byte for byte. A row is never changed: a change is the next version.
create table missions.version (
  id            uuid primary key,        -- derived from mission and version
  mission       text not null,
  version       int not null check (version > 0),
  document      bytea not null,
  published_at  timestamptz not null,
  unique (mission, version)
);

-- What a person has done in a mission, all versions together. Two acts at once: the one with the older revision
-- is told so and looks again.
create table missions.progress (
  person    uuid not null,
  mission   text not null,
  revision  bigint not null,
  state     jsonb not null,
  primary key (person, mission)
);

-- Acts that changed a person's state, under the id that the person's device gave them.
create table missions.act (
  person    uuid not null,
  id        uuid not null,
  version   uuid not null references missions.version,
  activity  text not null,
  answer    int,
  verdict   smallint not null,
  sentence  text not null,               -- the explanation's key
  numbers   bigint[] not null,           -- and its arguments
  at        timestamptz not null,
  primary key (person, id)
);

-- Points to be paid: the intent, committed with the act, before the ledger is asked. Outcome 0 is open.
create table missions.payment (
  id          uuid primary key,          -- the transfer's id in the ledger
  claim       uuid not null unique,
  person      uuid not null,
  act         uuid not null,
  version     uuid not null references missions.version,
  reward      text not null,
  amount      bigint not null check (amount > 0),
  currency    smallint not null,
  budget      text not null,
  last_day    date,
  outcome     smallint not null default 0,
  intended_at timestamptz not null,
  decided_at  timestamptz
);
create index payment_of_person on missions.payment (person, version);
create index payment_open on missions.payment (intended_at) where outcome = 0;

-- Entries in a draw; they need no ledger, so they stand as soon as the act does.
create table missions.ticket (
  id        uuid primary key,
  claim     uuid not null unique,
  person    uuid not null,
  act       uuid not null,
  mission   text not null,
  draw      text not null,
  reward    text not null,
  count     int not null check (count > 0),
  given_at  timestamptz not null
);
create index ticket_of_person on missions.ticket (person, mission);
create index ticket_of_draw on missions.ticket (mission, draw);

-- The secret that the codes printed at spots follow from. One row; changing it makes every printed code void.
create table missions.spot_secret (
  one     boolean primary key default true check (one),
  secret  bytea not null check (octet_length(secret) = 32)
);
