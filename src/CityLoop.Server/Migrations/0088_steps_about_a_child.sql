-- What one officer has seen about a child's other guardian stands under the guardian who was before them, and under the
-- child only once it has ended: whom it is about reads the child's steps until then.
alter table pass.counter_step add column child uuid references pass.person;
create index on pass.counter_step (child) where child is not null;
