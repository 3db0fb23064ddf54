-- How a shop is paid: the holder's name as the bank has it, and no transfer for less than the city's minimum.
alter table merchants.merchant
  add column account_holder text not null default '';
alter table merchants.settlement_line
  drop column amount,
  add column account_holder text not null default '',
  add column minimum bigint not null default 0;
alter table merchants.settlement_line
  add column amount bigint generated always as
    (case when is_left or carried_in + paid - refunded < minimum then 0
          else greatest(0, carried_in + paid - refunded) end) stored;

-- The half-months that the bank is told of in one payout, by the last of its days: each stands in one only.
alter table merchants.settlement add column payout_until date;
update merchants.settlement set payout_until = last_day where closed_at is not null;
