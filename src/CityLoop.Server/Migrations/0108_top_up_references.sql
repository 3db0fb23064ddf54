-- By what a person's bank transfers are known: they write it, and the bank hands it on.
create table topups.reference (
  person   uuid primary key,
  number   text not null unique,
  made_at  timestamptz not null
);

-- Points bought by a bank transfer: one for each booking, whichever file brings it.
create table topups.bank_transfer (
  entry      uuid primary key,  -- the booking's, as merchants.bank_entry has it
  person     uuid not null,
  amount     bigint not null check (amount > 0),
  made_at    timestamptz not null,
  posted_at  timestamptz        -- in the books; before that it is what is to be
);
create index on topups.bank_transfer (person, made_at);
create index on topups.bank_transfer (made_at) where posted_at is null;
