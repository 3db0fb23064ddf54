-- A payment that its shop can no longer give back itself: one officer asks, another one approves or refuses.
create table merchants.cancellation (
  id          uuid primary key,
  payment     uuid not null,
  merchant    uuid not null references merchants.merchant,
  reason      text not null check (reason in ('period_over', 'shop_unreachable', 'shop_closed', 'order')),
  note        text not null,
  asked_by    uuid not null,
  asked_at    timestamptz not null,
  decided_by  uuid,             -- who asked, where it was taken back
  decided_at  timestamptz,
  is_approved boolean,
  check (is_approved is not true or decided_by <> asked_by),
  check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (is_approved is null))
);
create unique index on merchants.cancellation (payment) where decided_at is null;
