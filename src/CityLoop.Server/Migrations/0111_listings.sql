-- What the public directory says of a shop beside its address and opening hours.
alter table merchants.merchant
  add column latitude  double precision check (latitude between -90 and 90),
  add column longitude double precision check (longitude between -180 and 180),
  add column brand     text,  -- the chain that it is a branch of, as the city's pack calls it
  add column street    text,  -- the shopping street that it belongs to
  add check ((latitude is null) = (longitude is null));
