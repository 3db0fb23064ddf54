-- The proof that the journal is what it was: a Merkle tree over its entries, whose root is signed now and then.

-- The first four bytes of the entry's leaf hash: names the very row that was changed. The seals are what proves.
alter table ledger.journal add column leaf int;

-- Entries from before this file have no leaf; none behind them may be without.
create table ledger.leafless (
  is_the_one  boolean not null primary key default true check (is_the_one),
  last        bigint not null
);

insert into ledger.leafless (last) select coalesce(max(sequence), 0) from ledger.journal;

-- Signed tree heads, C2SP tlog-checkpoint.
create table ledger.seal (
  size   bigint      not null primary key,  -- how many entries it covers
  root   bytea       not null,
  peaks  bytea       not null,  -- the hashes of the complete subtrees that make up the tree, largest first
  note   text        not null,  -- the checkpoint with the city's own signature
  at     timestamptz not null
);

-- Hashes of complete subtrees of 256^level entries, from 256 on: a proof looks here and not at the whole journal.
create table ledger.tile_hash (
  level     smallint not null,
  position  bigint   not null,  -- from 0
  hash      bytea    not null,
  primary key (level, position)
);

-- What witnesses outside of the city have said of a seal, C2SP tlog-cosignature/v1.
create table ledger.countersignature (
  size  bigint      not null references ledger.seal,
  name  text        not null,
  line  text        not null,
  at    timestamptz not null,  -- the witness's own time
  primary key (size, name)
);

-- The public key with which this journal is sealed. Its private half lies in the data folder.
create table ledger.seal_key (
  is_the_one  boolean not null primary key default true check (is_the_one),
  key         text not null,
  since       timestamptz not null default now()
);

create function ledger.refuse_reseal() returns trigger language plpgsql as $$
begin
  raise exception 'Seals are only added: what was signed has been seen by others.'
    using errcode = 'restrict_violation';
end $$;

create trigger seal_is_append_only before update or delete or truncate on ledger.seal
  for each statement execute function ledger.refuse_reseal();

create trigger tile_hash_is_append_only before update or delete or truncate on ledger.tile_hash
  for each statement execute function ledger.refuse_reseal();
