-- Each agreement of a person to sign in at a service, as they read it, for its receipt. sign_on.consent says what holds
-- now; of what was agreed to before this nobody kept the page, so it has no line here until it is agreed to anew.
create table sign_on.agreement (
  id uuid primary key,
  person uuid not null,
  service uuid not null references sign_on.service,
  -- All that the service may be told from then on, what was agreed to before included.
  scopes text[] not null,
  -- What stood on the page.
  notice jsonb not null,
  -- By which sign-in it was agreed to.
  method text not null,
  signed_in_at timestamptz not null,
  given_at timestamptz not null,
  until timestamptz not null,
  ended_at timestamptz,
  end_reason text check (end_reason in ('withdrawn', 'replaced', 'expired', 'terminated')),
  check ((ended_at is null) = (end_reason is null))
);
create index on sign_on.agreement (person, given_at);
create unique index on sign_on.agreement (person, service) where ended_at is null;
create index on sign_on.agreement (service) where ended_at is null;
