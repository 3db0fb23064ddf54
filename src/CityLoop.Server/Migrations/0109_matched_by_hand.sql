-- A booking without a right reference is somebody's all the same: one officer says whose, another agrees.
create table topups.hand_match (
  entry        uuid primary key,
  reference    text not null,   -- the right one
  person       uuid not null,
  amount       bigint not null check (amount > 0),
  asked_by     uuid not null,
  asked_at     timestamptz not null,
  decided_by   uuid,
  decided_at   timestamptz,
  is_approved  boolean,
  done_at      timestamptz,
  check (is_approved is not true or decided_by <> asked_by),
  check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (is_approved is null))
);
