-- Trips that partners confirm, and what each saved under every rule set of that day.
create schema carbon;

-- A partner signs with this key (HMAC), so the key itself is needed and cannot be kept as a digest.
create table carbon.partner (
  id       text        not null primary key,
  key      bytea       not null,
  made_at  timestamptz not null
);

-- A person's link to a partner: the partner knows the rider's name only, never the person.
create table carbon.rider (
  partner    text        not null,
  rider      text        not null,
  person     uuid        not null,
  linked_at  timestamptz not null,
  primary key (partner, rider),
  unique (partner, person)
);

-- Codes with which a person asks a partner to link; kept as digests until they are used or end.
create table carbon.link_code (
  digest   bytea       not null primary key,
  partner  text        not null,
  person   uuid        not null,
  ends_at  timestamptz not null,
  unique (partner, person)
);

create table carbon.trip (
  id          uuid             not null primary key,
  person      uuid             not null,
  started_at  timestamptz      not null,
  ended_at    timestamptz      not null,
  taken_at    timestamptz      not null,
  kilometres  double precision not null check (kilometres > 0),
  day         date             not null,  -- on which it began, in the city
  mode        smallint         not null,  -- CityLoop.Carbon.TravelMode
  segments    smallint,
  partner     text             not null,
  trip        text             not null,  -- as the partner calls it
  rider       text             not null,
  unique (partner, trip)
);

create index trip_of_person on carbon.trip (person, day);
create index trip_of_day on carbon.trip (day);

-- The factor is copied as it was on that day: a later version of the rule set changes no past trip.
create table carbon.saving (
  trip                   uuid             not null references carbon.trip,
  rule_set               text             not null,
  version                text             not null,
  factor                 text             not null,
  kilograms              double precision not null,  -- of CO2e per unit
  deviation              double precision not null,
  deviation_is_default   boolean          not null,
  unit                   text             not null,
  year                   text             not null,
  source                 text             not null,
  confirmed              boolean          not null,
  note                   text             not null,
  amount                 double precision not null,
  amount_is_estimated    boolean          not null,
  grams                  double precision not null,
  measurement_deviation  double precision not null,  -- in grams, of this trip alone
  factor_deviation       double precision not null,  -- in grams, shared by all trips under the factor
  primary key (trip, rule_set)
);

-- Messages that were taken: the same one again counts once, another one under its id is refused.
create table carbon.message (
  partner   text        not null,
  id        text        not null,
  digest    bytea       not null,
  trip      uuid        not null,
  taken_at  timestamptz not null,
  primary key (partner, id)
);
