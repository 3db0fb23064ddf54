-- The writer's seat in time: who follows sees by it that the writer lives, and the writer that it is still the one.
alter table ledger.writer
  add column term     bigint  not null default 0,      -- rises each time the seat is taken
  add column beat     bigint  not null default 0,      -- rises while the writer lives
  add column is_free  boolean not null default false,  -- left in good order: nobody has to wait
  add column process  text    not null default '';     -- CityLoop.Server.Ledger.ProcessMark
