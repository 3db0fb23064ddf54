-- A recovery rests on an identity check and proves nobody by itself: when that check is withdrawn, the level goes.
create or replace function pass.level_of(who uuid) returns int language sql stable parallel safe as $$
  select case
    when exists (select from pass.identity_check c
                 where c.person = who and c.purpose = 'identity' and c.approved_at is not null
                   and c.withdrawn_at is null)
      or exists (select from pass.identity_proof p where p.person = who and p.ended_at is null) then 2
    when exists (select from pass.contact c where c.person = who and c.verified_at is not null) then 1
    else 0
  end
$$;

-- By these an officer's vain numbers are counted.
drop index pass.counter_step_officer_at_idx;
create index on pass.counter_step (officer, at)
  where step in ('NumberDiffered', 'NumberNotTheirs', 'DocumentOfAnother');
