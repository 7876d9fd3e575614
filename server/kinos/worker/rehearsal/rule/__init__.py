"""The rules by which the rehearsal model decides: one module a kind of task, each looking at nothing but the brief."""
