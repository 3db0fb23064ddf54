-- The room that takes wallet codes also keeps the secret behind them; the wallets' room has no table of its own.
alter table wallets.code_key set schema merchants;
drop schema wallets;
