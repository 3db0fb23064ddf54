-- A register that waits tells both officers what is new in it and the SHA-256 of its file. What waited before this tells
-- neither: it is taken back and sent again.
delete from credentials.register_row r using credentials.office_change c
where c.id = r.import and c.kind = 'register' and c.decided_at is null;
update credentials.office_change set decided_by = asked_by, decided_at = now(), is_approved = false
where kind = 'register' and decided_at is null;
