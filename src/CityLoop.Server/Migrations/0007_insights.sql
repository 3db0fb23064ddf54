-- The city's desk: the journal by day, with people folded into one. Follows the journal and can be rebuilt from it.
create schema insights;

-- How far the tables below have followed the journal. One row; whoever moves it holds it for the transaction.
create table insights.follower (
  one boolean primary key default true check (one),
  sequence bigint not null,
  accounts integer not null
);
insert into insights.follower (sequence, accounts) values (0, 0);

create table insights.account (
  account integer primary key,
  kind smallint not null,
  currency smallint not null
);

-- What moved on a city day. An account stands here by its number only where it belongs to the city or to a shop:
-- persons and escrows are 0, told apart by their kind, so nobody's days can be read from this table.
create table insights.flow (
  day date not null,
  currency smallint not null,
  code smallint not null,
  debit_kind smallint not null,
  credit_kind smallint not null,
  debit integer not null,
  credit integer not null,
  transfers bigint not null,
  amount bigint not null,
  primary key (currency, day, code, debit_kind, credit_kind, debit, credit)
);

-- How many persons' accounts earned or paid on a day needs the accounts once; what they did is not kept.
create table insights.active (
  currency smallint not null,
  day date not null,
  account integer not null,
  primary key (currency, day, account)
);

-- In circulation is what persons and escrows hold (kinds 4 and 7), so every entry that crosses this border stands in
-- exactly one of five columns, and issued - returned - spent + refunded - expired is their balance to the point.
create view insights.day as
select currency, day,
  coalesce(sum(amount) filter (where enters and code <> 5), 0)::bigint as issued,
  coalesce(sum(amount) filter (where leaves and code not in (3, 7)), 0)::bigint as returned,
  coalesce(sum(amount) filter (where leaves and code = 3), 0)::bigint as spent,
  coalesce(sum(amount) filter (where enters and code = 5), 0)::bigint as refunded,
  coalesce(sum(amount) filter (where leaves and code = 7), 0)::bigint as expired,
  coalesce(sum(amount) filter (where debit_kind = 5 and credit_kind = 6), 0)::bigint as settled,
  coalesce(sum(amount) filter (where debit_kind = 6 and credit_kind = 2), 0)::bigint as paid_out,
  coalesce(sum(transfers) filter (where leaves and code = 3), 0)::bigint as payments
from (
  select *,
    credit_kind in (4, 7) and debit_kind not in (4, 7) as enters,
    debit_kind in (4, 7) and credit_kind not in (4, 7) as leaves
  from insights.flow) as crossing
group by currency, day;

-- A budget (kind 3): what it was given, what it paid to people, what came back from them (expired, returned).
create view insights.budget_day as
select currency, day, budget, sum(funded)::bigint as funded, sum(paid)::bigint as paid, sum(back)::bigint as back
from (
  select currency, day, credit as budget,
    case when debit_kind in (4, 7) then 0 else amount end as funded, 0 as paid,
    case when debit_kind in (4, 7) then amount else 0 end as back
  from insights.flow where credit_kind = 3
  union all
  select currency, day, debit,
    case when credit_kind in (4, 7) then 0 else -amount end,
    case when credit_kind in (4, 7) then amount else 0 end, 0
  from insights.flow where debit_kind = 3) as side
group by currency, day, budget;

-- A shop (kind 5): what people paid it, what it gave back, what was settled with it.
create view insights.shop_day as
select currency, day, shop,
  sum(sales)::bigint as sales, sum(sold)::bigint as sold,
  sum(refunds)::bigint as refunds, sum(refunded)::bigint as refunded, sum(settled)::bigint as settled
from (
  select currency, day, credit as shop, transfers as sales, amount as sold, 0 as refunds, 0 as refunded, 0 as settled
  from insights.flow where credit_kind = 5 and debit_kind in (4, 7)
  union all
  select currency, day, debit, 0, 0,
    case when credit_kind = 6 then 0 else transfers end,
    case when credit_kind = 6 then 0 else amount end,
    case when credit_kind = 6 then amount else 0 end
  from insights.flow where debit_kind = 5) as side
group by currency, day, shop;
