-- A person's identity can also be proved by a credential that an office issued to their own key. Two officers mark the
-- types that do so.
alter table credentials.credential_type add column proves_identity boolean not null default false;

-- By what a person has proved who they are. Of the document that the credential names only the fingerprint stays, as at
-- a counter: one document proves one pass.
create table pass.identity_proof (
  id uuid primary key,
  person uuid not null references pass.person,
  office text not null,
  type text not null,
  document text not null,
  document_print bytea not null,
  -- Where the office says whether it has taken the credential back, and when it last said that it has not.
  status_list text not null,
  status_index int not null,
  seen_at timestamptz not null,
  proved_at timestamptz not null,
  until timestamptz not null,
  ended_at timestamptz,
  end_reason text check (end_reason in ('replaced', 'expired', 'revoked', 'unmarked', 'silent', 'given_up')),
  check ((ended_at is null) = (end_reason is null))
);
create unique index on pass.identity_proof (person) where ended_at is null;
create unique index on pass.identity_proof (document_print) where ended_at is null;
create index on pass.identity_proof (person);

-- Which documents stand behind whom, from counters and from credentials.
create view pass.known_document as
  select person, document, document_print, approved_at as known_since, true as is_live from pass.identity_check
  where purpose = 'identity' and document_print is not null and approved_at is not null and withdrawn_at is null
  union all
  select person, document, document_print, proved_at, ended_at is null from pass.identity_proof;

create or replace function pass.level_of(who uuid) returns int language sql stable parallel safe as $$
  select case
    when exists (select from pass.identity_check c
                 where c.person = who and c.approved_at is not null and c.withdrawn_at is null)
      or exists (select from pass.identity_proof p where p.person = who and p.ended_at is null) then 2
    when exists (select from pass.contact c where c.person = who and c.verified_at is not null) then 1
    else 0
  end
$$;
create trigger level_may_have_changed after insert or delete or update of person, ended_at on pass.identity_proof
  for each row execute function pass.level_may_have_changed();

-- The city asks a person's wallet for such a credential, once, for one session. What the wallet showed waits here until
-- the person says yes in that same session.
create table credentials.identity_request (
  hash bytea primary key,
  person uuid not null references pass.person,
  session uuid not null,
  type text not null,
  nonce text not null,
  until timestamptz not null,
  answered_at timestamptz,
  code_hash bytea,
  document text,
  document_print bytea,
  proved_until timestamptz,
  status_list text,
  status_index int,
  check ((answered_at is null) = (code_hash is null))
);
create index on credentials.identity_request (until);
