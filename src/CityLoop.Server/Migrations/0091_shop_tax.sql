-- What a shop's tax papers need: by which number it sells, and the rate its prices include. A half-month keeps both as
-- they were when it was closed, so that its statement comes out the same for ever; lines from before have neither.
alter table merchants.merchant
  add column seller_number text not null default '',
  add column tax_percent integer;
alter table merchants.settlement_line
  add column seller_number text not null default '',
  add column tax_percent integer;
