-- A shop whose line was refused at every try, because refunds kept coming, is left to the next half-month: its line pays
-- nothing, and what it leaves open, now above zero too, is what the next line begins with.
alter table merchants.settlement_line
  drop constraint settlement_line_carried_in_check,
  drop column amount,
  add column is_left boolean not null default false;
alter table merchants.settlement_line
  add column amount bigint generated always as
    (case when is_left then 0 else greatest(0, carried_in + paid - refunded) end) stored;
