-- The journal is only ever appended to, and read by its key: a vacuum after each fifth of growth finds nothing to clear
-- away and reads and logs all of it, while people wait behind its bytes. What keeps transaction numbers from running
-- out goes on.
alter table ledger.journal set (autovacuum_vacuum_insert_threshold = -1);

-- An old snapshot is a few hundred megabytes to clear away, and nobody waits for that.
alter table ledger.snapshot_part set (
  autovacuum_vacuum_cost_delay = 20, toast.autovacuum_vacuum_cost_delay = 20);
