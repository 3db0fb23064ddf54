-- What a shop's workers have seen and confirmed of a day: its sums, up to an entry of the journal. A day that grows
-- afterwards (a refund, an entry that was written late) can be confirmed again.
create table merchants.day_closing (
  merchant     uuid not null references merchants.merchant,
  day          date not null,
  last_entry   bigint not null,
  payments     integer not null,
  paid         bigint not null,
  refunds      integer not null,
  refunded     bigint not null,
  rebates      bigint not null,
  confirmed_by uuid not null,
  confirmed_at timestamptz not null,
  primary key (merchant, day, last_entry)
);
