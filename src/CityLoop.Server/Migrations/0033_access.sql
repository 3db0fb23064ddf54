-- Whoever sees or is given something about a person leaves a row here: who, what, why, when, and whether they were
-- given it or refused. It is kept for the person, so nobody changes it. No foreign key to the person: an erased one's
-- rows go on counting under an id that is nobody's.
create table pass.access (
  id uuid primary key,
  person uuid not null,
  kind text not null check (kind in ('officer', 'service', 'office')),
  officer uuid references pass.person,
  -- The service or issuing office.
  by_whom text,
  what text[] not null check (cardinality(what) > 0),
  purpose text not null check (purpose <> ''),
  is_given boolean not null,
  -- What the person had agreed to, where they were asked.
  consent uuid,
  at timestamptz not null,
  check ((kind = 'officer') = (officer is not null)),
  check ((officer is null) = (by_whom is not null))
);
create index on pass.access (person, at desc);
create index on pass.access (at);

-- Rows are added and stay as they are. One change is let through: an erasure that is under way takes the person off.
create function pass.keep_access() returns trigger language plpgsql as $$
declare
  unlinked pass.access;
begin
  if tg_op = 'UPDATE' and exists (select from pass.erasure where person = old.person and done_at is null)
    and not exists (select from pass.person where id = new.person)
  then
    unlinked := old;
    unlinked.person := new.person;
    unlinked.consent := new.consent;
    if new is not distinct from unlinked then
      new.consent := null;
      return new;
    end if;
  end if;
  raise exception 'pass.access is added to and never changed' using errcode = 'insufficient_privilege';
end $$;
create trigger kept before update or delete on pass.access for each row execute function pass.keep_access();
create trigger kept_whole before truncate on pass.access for each statement execute function pass.keep_access();

-- Why an officer looked for somebody: each page of that visit is an access for this purpose.
alter table pass.counter_step add column purpose text;
