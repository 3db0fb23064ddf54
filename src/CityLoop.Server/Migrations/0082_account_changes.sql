-- A shop wants to be paid into another account: its manager asks, two officers agree, or one refuses.
create table merchants.account_change (
  id              uuid primary key,
  merchant        uuid not null references merchants.merchant,
  bank_code       text not null,
  bank_account    text not null,
  account_holder  text not null,
  asked_by        uuid not null,
  asked_at        timestamptz not null,
  first_officer   uuid,
  first_at        timestamptz,
  decided_by      uuid,             -- a manager of the shop, where it was taken back
  decided_at      timestamptz,
  is_approved     boolean,
  check (is_approved is not true
    or (first_officer is not null and decided_by <> first_officer and asked_by not in (first_officer, decided_by))),
  check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (is_approved is null))
);
create unique index on merchants.account_change (merchant) where decided_at is null;
