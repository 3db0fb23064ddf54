-- What waits for a second officer holds each text with its three languages together.
update credentials.office_change set content = content - '{Name,NameEn,NameJa,Source,SourceEn,SourceJa}'::text[]
  || jsonb_build_object(
    'Name', jsonb_build_object(
      'Chinese', content->'Name', 'English', content->'NameEn', 'Japanese', content->'NameJa'))
  || case when kind = 'type' then '{}' else jsonb_build_object(
    'Source', jsonb_build_object(
      'Chinese', content->'Source', 'English', content->'SourceEn', 'Japanese', content->'SourceJa')) end
where kind in ('office', 'type');
