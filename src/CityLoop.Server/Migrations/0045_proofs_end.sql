-- A consent that has run out says so, and what was issued under it is revoked.
alter table credentials.consent drop constraint consent_end_reason_check;
alter table credentials.consent add constraint consent_end_reason_check
  check (end_reason in ('revoked', 'replaced', 'finished', 'expired'));
with over as (
  update credentials.consent set ended_at = until, end_reason = 'expired'
  where ended_at is null and until <= now() returning id, until)
insert into credentials.consent_event (consent, at, event) select id, until, 'expired' from over;

-- One person and one need have one open consent: the newest.
with older as (
  update credentials.consent c set ended_at = now(), end_reason = 'replaced'
  where ended_at is null and exists (
    select from credentials.consent n where n.person = c.person and n.need = c.need and n.ended_at is null
      and (n.given_at, n.id) > (c.given_at, c.id))
  returning id)
insert into credentials.consent_event (consent, at, event) select id, now(), 'replaced' from older;
create unique index on credentials.consent (person, need) where ended_at is null;
create index on credentials.consent (until) where ended_at is null;

-- A person's line stays when they are erased; their consents go before.
alter table credentials.consent add foreign key (person) references pass.person;
alter table credentials.entitlement add foreign key (person) references pass.person;

-- What was issued leads to its place in its office's list: a place that is set, or that stands on a document whose check
-- was withdrawn, ends a ticket, and both lines are forgotten together.
alter table credentials.given add column status_number int;
update credentials.given set status_number = substring(status_list from '/status/([0-9]+)$')::int;
alter table credentials.given alter column status_number set not null;
alter table credentials.given drop column status_list;
create index on credentials.given (type, status_number, status_index);
create index on credentials.status_place (until);

-- At which counter a ticket's code of one half minute counted. A keyed hash, gone a minute later: it leads to nobody.
create table credentials.checked_code (
  hash bytea primary key,
  counter bytea not null,
  until timestamptz not null
);
create index on credentials.checked_code (until);
