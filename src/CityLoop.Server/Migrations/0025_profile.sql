-- How a person wants the pages: large_text, plain_language, contrast.
alter table pass.person add column wishes text[] not null default '{}';

-- Where somebody belongs, as an attribute that says where it comes from: nobody needs one to have a pass.
create table pass.residence (
  person uuid primary key references pass.person,
  kind text not null check (kind in ('resident', 'commuter', 'visitor')),
  district text,
  source text not null check (source in ('self', 'counter')),
  officer uuid references pass.person,
  since timestamptz not null,
  check ((source = 'counter') = (officer is not null))
);
