-- Tokens of checkouts that were answered before their sync: a power loss may forget such a checkout, and its token must not be given again.
ALTER TABLE queue_state ADD COLUMN token_floor INTEGER NOT NULL DEFAULT 0;      -- no checkout gives a lower token
ALTER TABLE queue_state ADD COLUMN unsynced_tokens INTEGER NOT NULL DEFAULT 0;  -- no checkout without a sync has given a higher one
ALTER TABLE queue_state ADD COLUMN unsynced_boot TEXT;                          -- the boot of the system in which they were given; NULL: none were

-- A task changes few b-trees on its way: an index is changed, or its condition evaluated, only by what changes a column that it names.

DROP INDEX task_unfinished;
DROP INDEX task_lease;
DROP INDEX task_adopted;
DROP INDEX task_due;
DROP INDEX task_stopping;
DROP INDEX task_doomed;
DROP INDEX task_label_unfinished;

-- What only adopted attempts have, they have only while they run.
UPDATE task SET adopted = 0, attempt_token = NULL, slot = NULL
WHERE (state = 0 AND attempt_token IS NOT NULL) OR (state <> 1 AND adopted <> 0);

CREATE INDEX task_due ON task (not_before_at_ms) WHERE holds & 2;
CREATE INDEX task_stopping ON task (id) WHERE cancel_requested = 1;
CREATE INDEX task_doomed ON task (lane_id) WHERE doomed = 1;
CREATE INDEX task_adopted ON task (lane_id) WHERE adopted = 1;
CREATE INDEX task_label_unfinished ON task (label) WHERE label IS NOT NULL AND finish_sequence IS NULL;

-- Where the unfinished tasks are: a row counts those of 64 ids. A transaction changes a row once, however many tasks of its block it moves.
CREATE TABLE task_block (
  id INTEGER PRIMARY KEY,               -- the tasks from 64 × id to 64 × id + 63
  unfinished INTEGER NOT NULL,          -- queued or checked out; a block that has none has no row
  checked_out INTEGER NOT NULL,
  expires_at_ms INTEGER                 -- none of their leases that can be reaped expires before; NULL: there is none
);
INSERT INTO task_block (id, unfinished, checked_out, expires_at_ms)
SELECT id >> 6, count(*), sum(state = 1), min(CASE WHEN state = 1 AND adopted = 0 THEN lease_expires_at_ms END)
FROM task WHERE state < 2 GROUP BY id >> 6;
CREATE INDEX task_block_leased ON task_block (expires_at_ms) WHERE checked_out > 0;
