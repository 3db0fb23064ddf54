-- Who comes in again by a counter may have lost the pass to somebody who proved an identity by a credential meanwhile.
-- Such a proof ends, and its document is not taken for the person's.
alter table pass.identity_proof drop constraint identity_proof_end_reason_check;
alter table pass.identity_proof add constraint identity_proof_end_reason_check
  check (end_reason in ('replaced', 'expired', 'revoked', 'unmarked', 'silent', 'given_up', 'recovered'));
create or replace view pass.known_document as
  select person, document, document_print, approved_at as known_since, true as is_live from pass.identity_check
  where purpose = 'identity' and document_print is not null and approved_at is not null and withdrawn_at is null
  union all
  select person, document, document_print, proved_at, ended_at is null from pass.identity_proof
  where end_reason is distinct from 'recovered';
