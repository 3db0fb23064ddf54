-- When a child and its guardians were told that it is of age and acts alone. Who came of age before hears nothing now.
alter table pass.guardianship add column told_at timestamptz;
update pass.guardianship g set told_at = now() from pass.person c
  where c.id = g.child and c.born <= current_date - interval '18 years';
create index on pass.guardianship (child) where ground = 'child' and told_at is null;
