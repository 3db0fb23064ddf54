-- Who acts for somebody who cannot yet: one or two guardians of a child. The second one was asked by the first and says
-- yes. What a guardian may do follows from the child's age on the day, so nothing has to be ended on a birthday.
create table pass.guardianship (
  child uuid not null references pass.person,
  guardian uuid not null references pass.person,
  asked_by uuid references pass.person,
  asked_at timestamptz not null,
  accepted_at timestamptz,
  ended_at timestamptz,
  primary key (child, guardian),
  check (child <> guardian),
  check (asked_by <> guardian)
);
create index on pass.guardianship (guardian) where ended_at is null;

insert into pass.guardianship (child, guardian, asked_at, accepted_at)
  select id, guardian, created_at, created_at from pass.person where guardian is not null;
alter table pass.person drop column guardian;

-- Whom a session acts for just now, and each time that somebody began to: the other guardian and the child, once it is
-- old enough, read it.
alter table pass.session add column acts_for uuid references pass.person;
create table pass.acted_for (
  child uuid not null references pass.person,
  guardian uuid not null references pass.person,
  at timestamptz not null,
  primary key (child, at, guardian)
);
