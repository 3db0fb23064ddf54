-- Limits may bind those whom the city does not know so surely: the books are told each account's level. What may have
-- changed it is counted here, in the change's own transaction; "told" is how far the books have heard.
alter table pass.account
  add column level_asked int not null default 1,
  add column level_told int not null default 0,
  add column level smallint not null default 0;
create index on pass.account (currency) where level_asked <> level_told;

create function pass.level_may_have_changed() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    update pass.account set level_asked = level_asked + 1 where person = old.person;
  end if;
  if tg_op <> 'DELETE' then
    update pass.account set level_asked = level_asked + 1 where person = new.person;
  end if;
  return null;
end
$$;

create trigger level_may_have_changed after insert or delete or update of person, verified_at on pass.contact
  for each row execute function pass.level_may_have_changed();
create trigger level_may_have_changed after insert or delete or update of person, approved_at, withdrawn_at
  on pass.identity_check for each row execute function pass.level_may_have_changed();

comment on column ledger.journal.kind is
  '1 currency defined, 2 account opened, 3 day begun, 4 transfer, 5 hold placed, 6 hold released, 7 account changed, '
  '8 limit set, 9 level set';
