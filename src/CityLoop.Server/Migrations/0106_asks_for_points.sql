-- A person asks whoever has proved a contact for points. What becomes of it the asker reads only when it is paid.
create table gifts.ask (
  id             uuid primary key,  -- the form's
  asked_by       uuid not null,
  to_whom        text not null,     -- as the asker may read it
  contact_print  bytea,             -- whose contact it is may pay it; gone when it has ended
  amount         bigint not null check (amount > 0),
  reason         text not null,
  made_at        timestamptz not null,
  until          timestamptz not null,
  read_by        uuid,              -- who has yet to be written to
  ending         text check (ending in ('paid', 'declined', 'withdrawn')),
  paid_by        uuid,
  check ((ending = 'paid') = (paid_by is not null))
);
create index on gifts.ask (asked_by, made_at);
create index on gifts.ask (contact_print) where ending is null;
create index on gifts.ask (until);
create index on gifts.ask (read_by) where read_by is not null;

-- Whose asks a person does not want to see any more.
create table gifts.block (
  person    uuid not null,
  asked_by  uuid not null,
  primary key (person, asked_by)
);
