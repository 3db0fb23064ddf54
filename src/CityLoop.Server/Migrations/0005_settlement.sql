-- Half-months that have been closed, and what each shop got for them.
create table merchants.settlement (
  id         uuid not null primary key,
  currency   smallint not null,
  first_day  date not null,
  last_day   date not null,
  boundary   bigint not null,       -- the last journal entry before the window's end
  closed_at  timestamptz,           -- null while it is being made: a later run finishes it
  unique (currency, last_day)
);

-- One line for each shop that had anything to settle. Copies of name and bank account: a file made again a year
-- later has the same bytes.
create table merchants.settlement_line (
  settlement    uuid not null references merchants.settlement,
  merchant      uuid not null references merchants.merchant,
  code          text not null,
  name          text not null,
  bank_code     text not null,
  bank_account  text not null,
  account       int  not null,
  payout        int  not null,
  payments      int  not null,
  paid          bigint not null,
  refunds       int  not null,
  refunded      bigint not null,
  carried_in    bigint not null check (carried_in <= 0),
  amount        bigint generated always as (greatest(0, carried_in + paid - refunded)) stored,
  counted_to    bigint not null,    -- the last journal entry whose refunds are in this line
  is_posted     boolean not null default false,
  primary key (settlement, merchant)
);
