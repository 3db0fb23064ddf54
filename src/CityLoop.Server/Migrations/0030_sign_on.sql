-- By which way somebody came in, and which sessions of one person followed each other in one browser: what a service
-- was given under the one holds on under the next, until the last of them ends.
alter table pass.session add column method text not null default 'code' check (method in ('code', 'passkey'));
alter table pass.session alter column method drop default;
alter table pass.session add column browser uuid;
update pass.session set browser = id;
alter table pass.session alter column browser set not null;
create index on pass.session (browser) where ended_at is null;

create schema sign_on;

-- Another office's site or app where people sign in with the pass, and its registered program.
create table sign_on.service (
  id uuid primary key,
  name text not null,
  name_en text not null,
  name_ja text not null,
  purpose text not null,
  purpose_en text not null,
  purpose_ja text not null,
  -- Services of one sector know a person by the same name; others cannot compare.
  sector text not null,
  redirect_uris text[] not null,
  sign_out_uris text[] not null,
  scopes text[] not null,
  level_min smallint not null check (level_min between 0 and 2),
  consent_days int not null check (consent_days between 1 and 3650),
  -- Rises when what people agreed to changes: they are asked again.
  terms int not null,
  authentication text not null check (authentication in ('none', 'client_secret_basic', 'private_key_jwt')),
  secret_hash bytea,
  public_keys text,
  made_at timestamptz not null,
  suspended_at timestamptz
);

-- What officers changed of a service, and who did.
create table sign_on.service_change (
  number bigint generated always as identity primary key,
  service uuid not null references sign_on.service,
  at timestamptz not null,
  officer uuid not null,
  change text not null,
  detail text not null
);
create index on sign_on.service_change (service);

-- A sign-in that a service has asked for and that waits: pushed by its program, or for the person's answer. The name
-- is a random one, and only its SHA-256 stands here.
create table sign_on.request (
  hash bytea primary key,
  service uuid not null references sign_on.service,
  asked text not null,
  until timestamptz not null,
  opened_at timestamptz,
  session_before uuid,
  consented_by uuid,
  declined_at timestamptz,
  answered_at timestamptz
);
create index on sign_on.request (until);

-- What a person has agreed to give a service, until when; one line each, kept when it ends.
create table sign_on.consent (
  person uuid not null,
  service uuid not null references sign_on.service,
  scopes text[] not null,
  terms int not null,
  given_at timestamptz not null,
  until timestamptz not null,
  ended_at timestamptz,
  primary key (person, service)
);

-- What one sign-in gave a service: first a code, for it an access token and perhaps a refresh token. All three are
-- random; their SHA-256 stands here. The row is the whole family: when it ends, everything in it ends.
create table sign_on.service_grant (
  id uuid primary key,
  service uuid not null references sign_on.service,
  person uuid not null,
  session uuid not null,
  browser uuid not null,
  scopes text[] not null,
  nonce text,
  signed_in_at timestamptz not null,
  method text not null,
  level smallint not null,
  -- Until when the person has agreed: nothing in the family lives longer.
  until timestamptz not null,
  redirect_uri text not null,
  challenge text not null,
  code_hash bytea not null,
  code_until timestamptz not null,
  exchanged_at timestamptz,
  access_hash bytea,
  access_until timestamptz,
  refresh_hash bytea,
  refresh_until timestamptz,
  used_at timestamptz,
  ended_at timestamptz,
  end_reason text
) with (fillfactor = 70);
create index on sign_on.service_grant (person);

-- A program's signed proof of who it is counts once.
create table sign_on.used_assertion (
  hash bytea primary key,
  until timestamptz not null
);

-- The keys that ID tokens are signed with; the private half is sealed by the framework's data protection.
create table sign_on.signing_key (
  kid text primary key,
  sealed_key text not null,
  signs_from timestamptz not null,
  signs_until timestamptz not null
);

-- What a person's names at the services are made with, sealed likewise. Whoever loses it loses every name.
create table sign_on.name_key (
  only_one boolean primary key default true check (only_one),
  sealed_key text not null
);
