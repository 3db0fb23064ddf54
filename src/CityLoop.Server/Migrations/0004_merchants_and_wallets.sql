-- Shops that take points, and who works there. Their sales are not here: the journal is the sale.
create schema merchants;

create table merchants.merchant (
  id            uuid not null primary key,
  code          text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
  name          text not null,           -- in the city's first language
  names         jsonb not null,          -- in every language of the city
  district      text not null,
  category      text not null,
  bank_code     text not null,
  bank_account  text not null,
  account       int  not null unique,    -- what the shop has taken in
  payout        int  not null unique     -- what is settled and waits for the bank
);

create table merchants.worker (
  person    uuid not null,
  merchant  uuid not null references merchants.merchant,
  primary key (person, merchant)
);

create schema wallets;

-- The one secret behind all wallet codes. Who reads it can show anybody's code: see SECURITY.md.
create table wallets.code_key (
  is_the_one  boolean not null primary key default true check (is_the_one),
  key         bytea not null check (length(key) = 32),
  made_at     timestamptz not null
);
