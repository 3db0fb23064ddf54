-- A card for who has no phone: printed with a code that says nothing, bound to a person at a counter. The table holds
-- the code's SHA-256: a copy of it makes no card.
create table pass.card (
  serial bigint generated always as identity (start with 10000001) primary key,
  code_hash bytea not null unique,
  printed_by uuid not null references pass.person,
  printed_at timestamptz not null,
  person uuid references pass.person,
  -- A person who came to the city with this card: there was nothing yet that a wrong binding could take.
  is_first boolean not null default false,
  bound_by uuid references pass.person,
  bound_at timestamptz,
  -- A second officer, or the person from their own phone.
  confirmed_by uuid references pass.person,
  confirmed_at timestamptz,
  pin_salt bytea,
  pin_hash bytea,
  wrong_pins int not null default 0,
  pin_waits_until timestamptz,
  blocked_at timestamptz,
  blocked_why text check (blocked_why in ('lost', 'replaced', 'refused')),
  check ((person is null) = (bound_by is null) and (person is null) = (bound_at is null)),
  check ((confirmed_by is null) = (confirmed_at is null) and (confirmed_by is null or person is not null)),
  check (confirmed_by <> bound_by or is_first),
  check (bound_by <> person),
  check ((pin_salt is null) = (pin_hash is null)),
  check ((blocked_at is null) = (blocked_why is null))
);
create index on pass.card (person);
-- A new card takes the old one's place.
create unique index card_in_use on pass.card (person) where confirmed_at is not null and blocked_at is null;

-- What a card was let pay, before the ledger is asked: the day's sum without PIN, and a till that asks again.
create table pass.card_use (
  payment uuid primary key,
  serial bigint not null references pass.card,
  day date not null,
  amount bigint not null,
  with_pin boolean not null
);
create index on pass.card_use (serial, day);
