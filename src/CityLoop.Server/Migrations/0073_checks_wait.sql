-- Two officers have agreed, but what they saw is not what the pass is known by: until this moment its owner, who is told,
-- can stop it. An identity check counts once nothing is left to wait for; after a recovery's wait the person comes again.
alter table pass.identity_check
  add column waits_until timestamptz,
  add column stop_hash bytea;
create index on pass.identity_check (waits_until) where waits_until is not null and withdrawn_at is null;
create unique index on pass.identity_check (stop_hash) where stop_hash is not null;

create or replace function pass.level_of(who uuid) returns int language sql stable parallel safe as $$
  select case
    when exists (select from pass.identity_check c
                 where c.person = who and c.purpose = 'identity' and c.approved_at is not null
                   and c.waits_until is null and c.withdrawn_at is null)
      or exists (select from pass.identity_proof p where p.person = who and p.ended_at is null) then 2
    when exists (select from pass.contact c where c.person = who and c.verified_at is not null) then 1
    else 0
  end
$$;
drop trigger level_may_have_changed on pass.identity_check;
create trigger level_may_have_changed
  after insert or delete or update of person, approved_at, waits_until, withdrawn_at
  on pass.identity_check for each row execute function pass.level_may_have_changed();

create or replace view pass.known_document as
  select person, document, document_print, approved_at as known_since, true as is_live,
    pass.document_taken_until(null) as taken_until
  from pass.identity_check
  where purpose = 'identity' and document_print is not null and approved_at is not null and waits_until is null
    and withdrawn_at is null
  union all
  select person, document, document_print, proved_at, ended_at is null, pass.document_taken_until(ended_at)
  from pass.identity_proof where end_reason is distinct from 'recovered'
  union all
  select null, null, document_print, null, false, pass.document_taken_until(ended_at) from pass.erased_document;

drop trigger document_outlives_its_person on pass.identity_check;
create trigger document_outlives_its_person after delete on pass.identity_check
  for each row when (old.purpose = 'identity' and old.document_print is not null and old.approved_at is not null
    and old.waits_until is null and old.withdrawn_at is null)
  execute function pass.document_outlives_its_person();
