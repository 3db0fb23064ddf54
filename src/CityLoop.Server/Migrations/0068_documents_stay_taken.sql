-- A document that stood behind a pass by a credential, or behind one that is erased, stays taken for anybody else's
-- pass: one credential could else prove one pass after the other. Two officers at a counter can look past it.
create function pass.document_taken_until(ended timestamptz) returns timestamptz language sql stable as $$
  select coalesce(ended + interval '180 days', 'infinity')
$$;

-- Whose it was goes with the person.
create table pass.erased_document (
  document_print bytea primary key,
  ended_at timestamptz not null
);

create or replace view pass.known_document as
  select person, document, document_print, approved_at as known_since, true as is_live,
    pass.document_taken_until(null) as taken_until
  from pass.identity_check
  where purpose = 'identity' and document_print is not null and approved_at is not null and withdrawn_at is null
  union all
  select person, document, document_print, proved_at, ended_at is null, pass.document_taken_until(ended_at)
  from pass.identity_proof where end_reason is distinct from 'recovered'
  union all
  select null, null, document_print, null, false, pass.document_taken_until(ended_at) from pass.erased_document;
create index on pass.identity_proof (document_print);

create function pass.document_outlives_its_person() returns trigger language plpgsql as $$
begin
  insert into pass.erased_document (document_print, ended_at)
  values (old.document_print, coalesce((to_jsonb(old) ->> 'ended_at')::timestamptz,
    (select due_at from pass.erasure where person = old.person), now()))
  on conflict (document_print) do update set ended_at = greatest(erased_document.ended_at, excluded.ended_at);
  return null;
end
$$;
create trigger document_outlives_its_person after delete on pass.identity_proof
  for each row when (old.end_reason is distinct from 'recovered')
  execute function pass.document_outlives_its_person();
create trigger document_outlives_its_person after delete on pass.identity_check
  for each row when (old.purpose = 'identity' and old.document_print is not null and old.approved_at is not null
    and old.withdrawn_at is null)
  execute function pass.document_outlives_its_person();
