create schema accounts;

-- What an officer asks of an account, and another one decides: only then does the ledger's own entry, under the same
-- id, change it. Freezing stops a loss and waits for nobody.
create table accounts.change (
  id uuid primary key,
  account int not null,
  status text not null check (status in ('open', 'frozen', 'closed')),
  minimum bigint,
  maximum bigint,
  reason text not null,
  asked_by uuid not null,
  asked_at timestamptz not null,
  decided_by uuid,
  decided_at timestamptz,
  is_approved boolean,
  posted_at timestamptz,
  check ((decided_by is null) = (decided_at is null) and (decided_by is null) = (is_approved is null)),
  -- Two people, but for a freeze; and who withdraws their own request approves nothing.
  check (decided_by <> asked_by or status = 'frozen' or not is_approved)
);
create index on accounts.change (account, asked_at);
-- The second officer decides over one thing at a time.
create unique index on accounts.change (account) where decided_at is null;
create index on accounts.change (decided_at) where is_approved and posted_at is null;
