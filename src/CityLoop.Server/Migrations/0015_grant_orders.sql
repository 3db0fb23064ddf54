-- One order that gives everybody the same: the intent is here before the first point moves, and how far it has come.
create table ledger.grant_order (
  id        uuid        not null primary key,
  budget    int         not null,
  amount    bigint      not null check (amount > 0),
  last_day  date,
  accounts  int         not null,            -- people's accounts up to this number get it
  done      int         not null default 0,  -- up to this number they have got it
  given     bigint      not null default 0,  -- how many got it
  refused   bigint      not null default 0,  -- frozen, closed or full: these went without
  placed    timestamptz not null,
  finished  timestamptz
);
