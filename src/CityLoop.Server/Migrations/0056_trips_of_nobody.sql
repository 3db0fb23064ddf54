-- Trips of people who were erased still bore the partner's name for them, by which they were one person's.
update carbon.trip t set rider = gen_random_uuid()::text, trip = gen_random_uuid()::text
where not exists (select from pass.person p where p.id = t.person)
  and not exists (select from carbon.rider r where r.person = t.person);
