create schema gifts;

-- Points from a person to a person. Who is named by a contact finds them waiting, in escrow, until they take them.
create table gifts.gift (
  id             uuid primary key,  -- the form's
  given_by       uuid not null,
  received_by    uuid,              -- null until somebody has taken it
  to_whom        text not null,     -- as the giver may read it
  contact_print  bytea,             -- whose contact it is may take it
  slot           smallint check (slot between 1 and 5),
  amount         bigint not null check (amount > 0),
  message        text not null,
  made_at        timestamptz not null,
  posted_at      timestamptz,       -- in the books; before that it is what somebody wants
  until          timestamptz,
  read_by        uuid,              -- who has yet to be written to
  ending         text check (ending in ('taken', 'declined', 'cancelled', 'returned')),
  ended_at       timestamptz,
  moved          bigint,            -- what was left of it: points that end meanwhile end
  closed_at      timestamptz,       -- what the ending moves is in the books
  check ((slot is null) = (until is null)),
  check (slot is not null or received_by is not null),
  check ((ending is null) = (ended_at is null))
);
create unique index on gifts.gift (given_by, slot) where closed_at is null and slot is not null;
create index on gifts.gift (given_by, made_at);
create index on gifts.gift (received_by, made_at);
create index on gifts.gift (contact_print) where ending is null;
create index on gifts.gift (until) where ending is null;
create index on gifts.gift (made_at) where closed_at is null;
create index on gifts.gift (read_by) where read_by is not null;

-- What a person shows to be given points by name: a new one takes the place of the one before.
create table gifts.code (
  person  uuid primary key,
  code    text not null unique,
  until   timestamptz not null
);
