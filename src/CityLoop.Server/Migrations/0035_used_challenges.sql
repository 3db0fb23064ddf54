-- Each sign-in forgets a few challenges that have run out: without an index it read all of the last five minutes.
create index on pass.used_challenge (until);
