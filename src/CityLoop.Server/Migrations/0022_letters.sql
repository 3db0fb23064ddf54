-- Letters about a person's own pass on their way out. A row goes when its letter has left; what cannot be sent for a day
-- goes, too: no copy of what the city wrote to anybody is kept.
create table pass.letter (
  id uuid primary key,
  person uuid not null references pass.person,
  contact text not null,
  subject text not null,
  body text not null,
  made_at timestamptz not null,
  tries int not null default 0,
  next_try_at timestamptz not null
);
create index on pass.letter (next_try_at);

-- What a person does not want letters about, by channel. Letters about the safety of their pass have no row here: they
-- always go out.
create table pass.quiet_topic (
  person uuid not null references pass.person,
  topic text not null,
  channel text not null check (channel in ('email', 'phone')),
  primary key (person, topic, channel)
);
