-- What a person calls the device that they are signed in on.
alter table pass.session add column name text;
