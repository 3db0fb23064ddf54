-- What banks have reported of the city's account and its orders, once each: an entry that is imported again, with the
-- same file or another, is the same row.
create table merchants.bank_entry (
  id           uuid primary key,        -- follows from what the bank says
  file         text not null,
  element      text not null,           -- where it stands in the file
  kind         text not null check (kind in ('credit', 'debit', 'status')),
  account      text not null,           -- as the bank writes it; empty in a report of orders
  amount       numeric not null,
  currency     text not null,
  booked_on    date,
  status       text not null,           -- BOOK, PDNG; or RJCT, ACSC and so on
  reference    text not null,           -- the bank's number, or what it says the entry is about
  remittance   text not null,           -- what a payer wrote; gone when the entry is done with
  outcome      text not null,           -- matched, or why it is not
  imported_at  timestamptz not null,
  done_at      timestamptz,             -- an officer has looked at an entry that matches nothing
  done_by      uuid,
  note         text not null default ''
);
create index on merchants.bank_entry (imported_at) where outcome <> 'matched' and done_at is null;

-- What the bank has made of a line.
alter table merchants.settlement_line
  add column state text not null default 'closed'
    check (state in ('closed', 'paid', 'confirmed', 'rejected', 'returned')),
  add column state_at timestamptz,
  add column reason text not null default '',         -- the bank's, for rejected and returned
  add column debit_entry uuid references merchants.bank_entry,   -- the booking by which the money left
  add column return_entry uuid references merchants.bank_entry,  -- and the one by which it came back
  add column carried_to uuid references merchants.settlement;   -- the half-month that pays it instead
create index on merchants.settlement_line (merchant) where state in ('rejected', 'returned') and carried_to is null;
