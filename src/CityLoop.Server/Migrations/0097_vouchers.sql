-- Vouchers: series with a currency for each part of a book, who wants how many, and who may have how many.
create schema vouchers;

create table vouchers.series (
  id             uuid primary key,
  names          jsonb not null,
  goods          jsonb not null,                -- what it does not pay for, as people read it
  kind           text not null check (kind in ('sale', 'list')),
  price          bigint not null check (price >= 0),
  books          int not null check (books > 0),
  most_each      int not null check (most_each > 0),
  needs_level    int not null,
  residents_only boolean not null,
  age_from       int,
  age_to         int,
  opens_on       date not null,
  closes_on      date not null,                 -- the last day to apply
  buy_until      date not null,
  last_day       date not null,
  allotment      text not null check (allotment in ('share', 'draw')),
  budget         text not null,                 -- pays what people do not, and gets back what is left
  seed           bytea not null,                -- told when it has been used; its hash before
  asked_by       uuid not null,
  asked_at       timestamptz not null,
  decided_by     uuid,
  decided_at     timestamptz,
  is_approved    boolean,
  opened_at      timestamptz,                   -- the books have its currencies and its worth
  drawn_at       timestamptz,
  closed_at      timestamptz,                   -- what was left is with its budget again
  check (opens_on <= closes_on and closes_on <= buy_until and buy_until <= last_day),
  check (is_approved is not true or decided_by <> asked_by),
  check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (is_approved is null))
);

create table vouchers.part (
  series   uuid not null references vouchers.series,
  number   int not null,
  currency smallint not null unique,
  amount   bigint not null check (amount > 0),
  rule     jsonb not null,
  primary key (series, number)
);

create table vouchers.application (
  id         uuid primary key,                  -- by which an applicant finds their line in the published result
  series     uuid not null references vouchers.series,
  person     uuid not null,
  books      int not null check (books > 0),
  made_at    timestamptz not null,
  withdrawn_at timestamptz,
  allotted   int,
  told_at    timestamptz,
  unique (series, person)
);
create index on vouchers.application (person);
