-- Codes on paper, or handed over at a counter, that sign in once. A code is a handle, by which its owner is found and
-- warned when somebody guesses, and a secret of 75 bits, of which the table holds the SHA-256.
create table pass.recovery_code (
  hash bytea primary key,
  handle text not null,
  person uuid not null references pass.person,
  origin text not null check (origin in ('paper', 'counter')),
  made_at timestamptz not null,
  expires_at timestamptz,
  used_at timestamptz
);
create index on pass.recovery_code (person);
create index on pass.recovery_code (handle);

-- Wrong tries under a person's handle, so that they can be told; they lock nobody out.
create table pass.recovery_guess (
  person uuid primary key references pass.person,
  tries int not null,
  since timestamptz not null
);
