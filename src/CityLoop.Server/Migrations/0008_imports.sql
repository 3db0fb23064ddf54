-- What imports of other schemes have decided. The ledger has the points; here stands which row led to what, so that
-- a second run decides nothing anew.
create schema imports;

-- Members of another scheme are no persons of the pass: they have a name there, and here accounts in its currency.
create table imports.member (
  scheme text not null,
  member text not null,
  is_registered boolean not null,
  account integer,
  escrow integer,
  primary key (scheme, member)
);

-- One line per row that had a meaning. The id and the content follow from the row; outcome is RowOutcome's number.
create table imports.row (
  scheme text not null,
  id uuid not null,
  content uuid not null,
  outcome smallint not null,
  primary key (scheme, id)
);

-- Gifts that entered escrow; released when a later row showed their receiver registered.
create table imports.held_gift (
  scheme text not null,
  id uuid not null,
  member text not null,
  units bigint not null check (units > 0),
  given_at timestamptz not null,
  is_released boolean not null,
  primary key (scheme, id)
);

-- Transfers that were decided and whose answer nobody has seen: the next run posts them first. Empty between runs.
create table imports.unanswered_transfer (
  scheme text not null,
  ordinal integer not null,
  id uuid not null,
  debit integer not null,
  credit integer not null,
  amount bigint not null,
  code smallint not null,
  reference uuid not null,
  effective_at timestamptz not null,
  primary key (scheme, ordinal)
);

-- Who ran what when: for the auditor.
create table imports.run (
  id uuid primary key,
  scheme text not null,
  folder text not null,
  decided_at timestamptz not null,
  posted_at timestamptz,
  summary jsonb not null
);
