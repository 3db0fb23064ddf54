-- Wrong one-time codes in the whole city, minute by minute, so that their ceiling holds for all servers together.
create table pass.wrong_try (
  minute timestamptz primary key,
  tries int not null
);
