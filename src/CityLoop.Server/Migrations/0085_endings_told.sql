-- Up to which day somebody has been told that points of theirs end, and when: the next letter comes a week later at the
-- earliest, and about later days.
create table pass.ending_told (
  person uuid not null references pass.person,
  currency smallint not null,
  until date not null,
  told_on date not null,
  primary key (person, currency)
);
