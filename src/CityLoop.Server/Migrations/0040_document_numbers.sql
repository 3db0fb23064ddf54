-- A document proves one person's pass: this finds the other one's.
create index on pass.identity_check (document_print) where approved_at is not null and withdrawn_at is null;

-- By these an officer's wrong numbers are counted.
create index on pass.counter_step (officer, at) where step in ('NumberDiffered', 'DocumentOfAnother');
