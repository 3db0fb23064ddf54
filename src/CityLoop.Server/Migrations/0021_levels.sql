-- An officer has seen a person's document at a counter; another officer approves it. The document's number is not kept:
-- it has so few digits that any hash of it could be undone.
create table pass.identity_check (
  id uuid primary key,
  person uuid not null references pass.person,
  document text not null,
  first_officer uuid not null references pass.person,
  recorded_at timestamptz not null,
  second_officer uuid references pass.person,
  approved_at timestamptz,
  withdrawn_by uuid references pass.person,
  withdrawn_at timestamptz,
  check (first_officer <> person),
  check (second_officer <> person),
  check (second_officer <> first_officer),
  check ((second_officer is null) = (approved_at is null)),
  check ((withdrawn_by is null) = (withdrawn_at is null))
);
create index on pass.identity_check (person);

-- How sure the city is of who somebody is: 2 identity checked, 1 contact verified, 0 as they say themselves.
create function pass.level_of(who uuid) returns int language sql stable parallel safe as $$
  select case
    when exists (select from pass.identity_check c
                 where c.person = who and c.approved_at is not null and c.withdrawn_at is null) then 2
    when exists (select from pass.contact c where c.person = who and c.verified_at is not null) then 1
    else 0
  end
$$;
