-- Wrong PINs count for each shop: who guesses at one till keeps nobody's card waiting at another one.
create table pass.card_pin_try (
  serial bigint not null references pass.card,
  shop uuid not null,
  -- In a row, since the last right one here.
  wrong int not null default 0,
  wrong_at timestamptz,
  -- The owner has been here: guesses elsewhere make them wait here no longer.
  right_at timestamptz,
  primary key (serial, shop)
);

alter table pass.card drop column wrong_pins, drop column pin_waits_until;
