-- Holds, transfers of "as much as there is", what a payment earned, rules of accounts and limits.
alter table ledger.journal
  add column at_most   bigint,       -- of a transfer "at most": what was asked; amount is what moved
  add column earned_by uuid,         -- of a rebate: the payment that it is for
  add column hold      uuid,         -- the hold that a transfer settles, or that is released
  add column until     timestamptz,  -- of a hold: when its time is over
  add column detail    text;         -- JSON of rare entries: a currency's rules, an account's, a limit

comment on column ledger.journal.kind is
  '1 currency defined, 2 account opened, 3 day begun, 4 transfer, 5 hold placed, 6 hold released, 7 account changed, '
  '8 limit set';
