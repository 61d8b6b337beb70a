-- Notifications that outlive their readers, and attempts whose work outlives its worker.

CREATE TABLE notification (
  number INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice, also when all are pruned
  topic TEXT NOT NULL,
  text TEXT NOT NULL,
  task_id INTEGER,
  name TEXT,
  key TEXT,                                  -- what was raised with the same key is there once
  raised_at_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX notification_key ON notification (key) WHERE key IS NOT NULL;

CREATE TABLE notification_subscriber (
  name TEXT NOT NULL PRIMARY KEY,
  acknowledged_through INTEGER NOT NULL,
  seen_at_ms INTEGER NOT NULL
) WITHOUT ROWID;

ALTER TABLE task ADD COLUMN failure_result INTEGER NOT NULL DEFAULT 0; -- task_result holds what a failed attempt gave

-- The attempt's work goes on without its worker: it is taken over, never reaped. The columns count only while it is checked out.
ALTER TABLE task ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN attempt_token INTEGER;  -- the token of the checkout that began the attempt; take-overs raise only `token`
ALTER TABLE task ADD COLUMN slot INTEGER;           -- the lowest number that no other adopted attempt of the group had

DROP INDEX task_lease;
CREATE INDEX task_lease ON task (lease_expires_at_ms) WHERE state = 1 AND adopted = 0;
CREATE INDEX task_adopted ON task (lane_id) WHERE state = 1 AND adopted = 1;
