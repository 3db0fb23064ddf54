-- What waits for a second officer holds each text with its three languages together.
update credentials.office_change set content = content - '{Name,NameEn,NameJa,Source,SourceEn,SourceJa}'::text[]
  || jsonb_build_object(
    'Name', jsonb_build_object(
      'Chinese', content->'Name', 'English', content->'NameEn', 'Japanese', content->'NameJa'))
  || case when kind = 'type' then '{}' else jsonb_build_object(
    'Source', jsonb_build_object(
      'Chinese', content->'Source', 'English', content->'SourceEn', 'Japanese', content->'SourceJa')) end
where kind in ('office', 'type');

-- What an officer asks of a service waits for another one; who suspends one decides alone. A service that is to be
-- registered stands here before it is one.
alter table sign_on.service_change
  drop constraint service_change_service_fkey,
  add column content jsonb,
  add column decided_by uuid,
  add column decided_at timestamptz,
  add column is_approved boolean;
update sign_on.service_change set decided_by = officer, decided_at = at, is_approved = true;
alter table sign_on.service_change
  add check ((decided_by is null) = (decided_at is null) and (decided_by is null) = (is_approved is null)),
  -- Lines from before were decided by one.
  add check (is_approved is not true or change = 'suspended' or decided_by <> officer) not valid;
create unique index on sign_on.service_change (service) where decided_at is null;
