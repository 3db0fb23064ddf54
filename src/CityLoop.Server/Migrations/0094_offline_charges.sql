-- What a shop's tills charge while they have no network. A till makes a key of its own and is lent, while it is online,
-- a sum that it may charge without asking; each charge is signed, numbered, and answered once.
alter table merchants.merchant add column offline_limit bigint check (offline_limit >= 0);

-- The city's key under which tills keep the codes that they have scanned; one row.
create table merchants.offline_key (
  id           boolean primary key default true check (id),
  private_key  bytea not null,
  made_at      timestamptz not null
);

create table merchants.offline_till (
  id           uuid primary key,
  merchant     uuid not null references merchants.merchant,
  public_key   bytea not null,
  since        timestamptz not null,
  until        timestamptz not null,
  allowance    bigint not null check (allowance >= 0),
  used         bigint not null check (used >= 0),
  last_number  bigint not null,
  last_hash    text not null,
  last_at      timestamptz not null
);
create index on merchants.offline_till (merchant, until);

create table merchants.offline_charge (
  till         uuid not null references merchants.offline_till,
  number       bigint not null,
  id           uuid not null,
  hash         text not null,
  amount       bigint not null,
  charged_at   timestamptz not null,
  answered_at  timestamptz not null,
  refusal      text,
  account      int,
  primary key (till, number)
);
create index on merchants.offline_charge (account, charged_at) where refusal is null;
create index on merchants.offline_charge (answered_at);
