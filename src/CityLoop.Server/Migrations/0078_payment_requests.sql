-- A payment that a till asks for by showing a code with the amount in it. Its id is that of the payment: the journal
-- says whether it was paid, and it is paid once.
create table merchants.payment_request (
  id        uuid primary key,
  merchant  uuid not null references merchants.merchant,
  amount    bigint not null check (amount > 0),
  asked_at  timestamptz not null,
  until     timestamptz not null
);
create index on merchants.payment_request (until);
