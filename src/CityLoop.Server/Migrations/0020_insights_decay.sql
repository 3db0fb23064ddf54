-- What people's points lose each month stands in a column of its own, beside what ended.
create or replace view insights.day as
select currency, day,
  coalesce(sum(amount) filter (where enters and code <> 5), 0)::bigint as issued,
  coalesce(sum(amount) filter (where leaves and code not in (3, 7, 13)), 0)::bigint as returned,
  coalesce(sum(amount) filter (where leaves and code = 3), 0)::bigint as spent,
  coalesce(sum(amount) filter (where enters and code = 5), 0)::bigint as refunded,
  coalesce(sum(amount) filter (where leaves and code = 7), 0)::bigint as expired,
  coalesce(sum(amount) filter (where debit_kind = 5 and credit_kind = 6), 0)::bigint as settled,
  coalesce(sum(amount) filter (where debit_kind = 6 and credit_kind = 2), 0)::bigint as paid_out,
  coalesce(sum(transfers) filter (where leaves and code = 3), 0)::bigint as payments,
  coalesce(sum(amount) filter (where leaves and code = 13), 0)::bigint as decayed
from (
  select *,
    credit_kind in (4, 7) and debit_kind not in (4, 7) as enters,
    debit_kind in (4, 7) and credit_kind not in (4, 7) as leaves
  from insights.flow) as crossing
group by currency, day;
