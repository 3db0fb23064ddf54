-- Who answers for what a service is told, and how people reach them. Of the services that are registered already nobody
-- knows it: what people agreed to holds, and nobody is asked anew until two officers have written it down.
alter table sign_on.service
  add column controller text,
  add column controller_en text,
  add column controller_ja text,
  add column postal_address text,
  add column public_contact text,
  add check (num_nulls(controller, controller_en, controller_ja, postal_address, public_contact) in (0, 5));

-- Where an office is reached; empty for one that is reached where its city is.
alter table credentials.office
  add column postal_address text,
  add column public_contact text,
  add check (num_nulls(postal_address, public_contact) in (0, 2));
