-- Not children alone are represented: an adult under guardianship or assistance by a court's order, and whoever gives a
-- mandate. Such a representation has a last day; a child's ends with its age.
alter table pass.guardianship
  add column ground text not null default 'child' check (ground in ('child', 'guardianship', 'assistance', 'mandate')),
  add column last_day date,
  add check ((ground = 'child') = (last_day is null));
alter table pass.guardian_ask
  add column ground text not null default 'child' check (ground in ('child', 'mandate')),
  add column last_day date,
  add check ((ground = 'child') = (last_day is null));

-- Whether somebody represents somebody now.
create function pass.represents(one pass.guardianship, born_after date, today date) returns boolean
language sql stable as $$
  select one.ended_at is null and case one.ground
    when 'child' then exists (select from pass.person c where c.id = one.child and c.born > born_after)
    else one.last_day >= today
  end
$$;

-- An officer has seen a court's paper, or that somebody gives a mandate before them; another officer approves it.
create table pass.representation_check (
  id uuid primary key,
  person uuid not null references pass.person,
  representative uuid not null references pass.person,
  ground text not null check (ground in ('guardianship', 'assistance', 'mandate')),
  last_day date not null,
  first_officer uuid not null references pass.person,
  recorded_at timestamptz not null,
  second_officer uuid references pass.person,
  approved_at timestamptz,
  withdrawn_by uuid references pass.person,
  withdrawn_at timestamptz,
  check (person <> representative),
  check (first_officer not in (person, representative)),
  check (second_officer not in (person, representative)),
  check (second_officer <> first_officer),
  check (withdrawn_by <> representative),
  check ((second_officer is null) = (approved_at is null)),
  check ((withdrawn_by is null) = (withdrawn_at is null))
);
create index on pass.representation_check (person);
create index on pass.representation_check (recorded_at) where approved_at is null and withdrawn_at is null;
