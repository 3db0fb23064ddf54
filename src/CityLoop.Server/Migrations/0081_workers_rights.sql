-- What somebody may do at a shop besides charging. Who worked there before could do all of it, and still can.
alter table merchants.worker
  add column may_refund boolean not null default true,
  add column may_manage boolean not null default true;

-- Somebody is asked, by a contact, to work at a shop; whoever proved the contact says yes in their own pass.
create table merchants.worker_ask (
  id          uuid primary key,
  merchant    uuid not null references merchants.merchant,
  contact     text not null,
  asked_by    uuid not null,
  asked_at    timestamptz not null,
  may_refund  boolean not null,
  may_manage  boolean not null,
  ended_at    timestamptz
);
create unique index on merchants.worker_ask (merchant, contact) where ended_at is null;
create index on merchants.worker_ask (contact) where ended_at is null;
