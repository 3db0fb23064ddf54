create schema topups;

-- An officer's cash: what was in it, what came and went, what was counted at the end, and who saw that.
create table topups.drawer (
  id            uuid primary key,
  officer       uuid not null,
  opened_at     timestamptz not null,
  opening       bigint not null check (opening >= 0),
  closed_at     timestamptz,
  expected      bigint,
  counted       bigint check (counted >= 0),
  note          text not null default '',
  confirmed_by  uuid,
  confirmed_at  timestamptz,
  check ((closed_at is null) = (counted is null) and (closed_at is null) = (expected is null)),
  check (confirmed_by is null or (closed_at is not null and confirmed_by <> officer)),
  check ((confirmed_by is null) = (confirmed_at is null))
);
create unique index on topups.drawer (officer) where closed_at is null;
create index on topups.drawer (closed_at);

-- Points that somebody has bought, one for one.
create table topups.top_up (
  id         uuid primary key,  -- the form's
  person     uuid not null,
  officer    uuid not null,
  drawer     uuid not null references topups.drawer,
  amount     bigint not null check (amount > 0),
  made_at    timestamptz not null,
  posted_at  timestamptz        -- in the books; before that it is what an officer wants
);
create index on topups.top_up (person, made_at);
create index on topups.top_up (drawer);
create index on topups.top_up (made_at) where posted_at is null;

-- A top-up that was wrong is taken back by two officers; the cash leaves the drawer of whoever asked.
create table topups.correction (
  top_up       uuid primary key references topups.top_up,
  drawer       uuid not null references topups.drawer,
  reason       text not null,
  asked_by     uuid not null,
  asked_at     timestamptz not null,
  decided_by   uuid,
  decided_at   timestamptz,
  is_approved  boolean,
  posted_at    timestamptz,
  check (is_approved is not true or decided_by <> asked_by),
  check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (is_approved is null))
);
create index on topups.correction (drawer);
