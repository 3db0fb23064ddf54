-- The journal: what every balance, receipt and report is made of. Appended to, never changed.
create schema ledger;

-- Widest columns first: no byte is lost to alignment. Columns that a kind of entry does not use are null and cost a bit.
create table ledger.journal (
  sequence         bigint      not null primary key,
  at               timestamptz not null,
  id               uuid        not null,
  amount           bigint,
  debit_previous   bigint,
  credit_previous  bigint,
  debit            int,
  credit           int,
  kind             smallint    not null,  -- 1 currency defined, 2 account opened, 3 day begun, 4 transfer
  code             smallint,              -- of a transfer: CityLoop.Ledger.TransferCode
  ends_batch       boolean     not null,
  day              date,                  -- the last day of a transfer's points, or the day that began
  reverses         uuid,
  claim            uuid,
  reference        uuid,
  effective_at     timestamptz,
  currency         smallint,
  account_kind     smallint,
  currency_code    text,
  scale            smallint
);

create function ledger.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'The journal is only appended to: post a reversal instead.' using errcode = 'restrict_violation';
end $$;

create trigger journal_is_append_only before update or delete or truncate on ledger.journal
  for each statement execute function ledger.refuse_change();

-- Books as of a journal entry, in parts: restart reads the newest and then the journal's tail.
create table ledger.snapshot (
  sequence  bigint not null primary key,
  digest    bytea  not null,  -- SHA-256 of all parts in order
  parts     int    not null,
  at        timestamptz not null default now()
);

create table ledger.snapshot_part (
  sequence  bigint not null references ledger.snapshot on delete cascade,
  part      int    not null,
  bytes     bytea  not null,
  primary key (sequence, part)
);

alter table ledger.snapshot_part alter column bytes set storage external;

-- Who writes the journal now, and where it takes posts from other servers.
create table ledger.writer (
  is_the_one  boolean not null primary key default true check (is_the_one),
  server      uuid not null,
  address     text not null,
  since       timestamptz not null default now()
);

-- Names of accounts that belong to no person: issuing, outside, budgets, shops, payouts.
create table ledger.account_name (
  account  int  not null primary key,
  name     text not null unique
);
