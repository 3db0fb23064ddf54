-- A browser in which a contact's owner signed in before has codes of its own: whoever else asks for that contact neither
-- uses them up nor replaces them. Wrong tries are remembered for a month, whoever came in meanwhile: while there are
-- many, codes are longer.
alter table pass.one_time_code
  add column is_known_browser boolean not null default false,
  add column wrong int not null default 0,
  add column wrong_counted_from timestamptz not null default 'epoch',
  drop constraint one_time_code_pkey,
  add primary key (contact, is_known_browser);

-- A guardian asks for another one by a contact. Whose it is, and whether it is anybody's, the asker does not learn.
create table pass.guardian_ask (
  id uuid primary key,
  child uuid not null references pass.person,
  contact text not null,
  asked_by uuid not null references pass.person,
  asked_at timestamptz not null,
  ended_at timestamptz
);
create unique index on pass.guardian_ask (child) where ended_at is null;
create index on pass.guardian_ask (contact) where ended_at is null;
create index on pass.guardian_ask (asked_by, asked_at);

insert into pass.guardian_ask (id, child, contact, asked_by, asked_at)
  select gen_random_uuid(), g.child, min(c.value), g.asked_by, g.asked_at
  from pass.guardianship g join pass.contact c on c.person = g.guardian and c.verified_at is not null
  where g.accepted_at is null and g.ended_at is null and g.asked_by is not null
  group by g.child, g.guardian, g.asked_by, g.asked_at
  on conflict do nothing;
delete from pass.guardianship where accepted_at is null;
alter table pass.guardianship alter column accepted_at set not null;
