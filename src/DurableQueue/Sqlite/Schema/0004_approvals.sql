-- One row a request for an approval, before the first run or inside one, with its decision: the audit trail. It outlives its task.
ALTER TABLE task ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;   -- its handler has asked for approvals, in the run since the last retry in place

-- Copied and not renamed: that would make SQLite check every view and index of the file, and an application's may need functions that only it has.
CREATE TABLE task_decision_v1 AS SELECT * FROM task_approval;
DROP TABLE task_approval;

CREATE TABLE task_approval (
  id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice: people name requests by it
  task_id INTEGER NOT NULL,
  in_run INTEGER NOT NULL,                -- 0: before the first run; 1: asked by a handler
  key TEXT NOT NULL,                      -- '=NAME' as the handler named it, else '#N', the Nth equal call of its attempt
  what TEXT NOT NULL,
  arguments TEXT NOT NULL,                -- before a run: the payload, written when it is decided on
  attempt INTEGER NOT NULL,
  worker TEXT,
  task_type TEXT NOT NULL,                -- what the task was, for when it is gone
  task_group TEXT NOT NULL,
  task_label TEXT,
  gates TEXT NOT NULL DEFAULT '[]',       -- JSON array: the gates that asked for it
  approvers TEXT,                         -- JSON array; NULL: anybody
  lifetime_ms INTEGER,
  own TEXT,                               -- JSON: what the task itself asked for; NULL: only gates did
  asked_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER,
  state INTEGER NOT NULL DEFAULT 0,       -- 0 pending, 1 approved, 2 rejected, 3 expired, 4 withdrawn
  decided_by TEXT,
  note TEXT,
  decided_at_ms INTEGER,
  outdated INTEGER NOT NULL DEFAULT 0,    -- of a run before the last retry in place: it decides nothing any more
  task_gone INTEGER NOT NULL DEFAULT 0    -- the task was removed or pruned
);
CREATE INDEX task_approval_of ON task_approval (task_id);
CREATE INDEX task_approval_pending ON task_approval (id) WHERE state = 0;
CREATE INDEX task_approval_expiry ON task_approval (expires_at_ms) WHERE state = 0 AND expires_at_ms IS NOT NULL;
CREATE INDEX task_approval_gone ON task_approval (decided_at_ms) WHERE task_gone = 1;

INSERT INTO task_approval (task_id, in_run, key, what, arguments, attempt, task_type, task_group, task_label, own, asked_at_ms, state, decided_by, note, decided_at_ms)
SELECT d.task_id, 0, '#1', y.name, '', 0, y.name, g.name, t.label, '{}', t.enqueued_at_ms, CASE d.approved WHEN 1 THEN 1 ELSE 2 END, d.decided_by, d.note, d.decided_at_ms
FROM task_decision_v1 d
JOIN task t ON t.id = d.task_id
JOIN lane l ON l.id = t.lane_id
JOIN task_group g ON g.id = l.group_id
JOIN task_type y ON y.id = l.type_id
ORDER BY d.id;

INSERT INTO task_approval (task_id, in_run, key, what, arguments, attempt, task_type, task_group, task_label, own, asked_at_ms)
SELECT t.id, 0, '#1', y.name, '', 0, y.name, g.name, t.label, '{}', t.enqueued_at_ms
FROM task t
JOIN lane l ON l.id = t.lane_id
JOIN task_group g ON g.id = l.group_id
JOIN task_type y ON y.id = l.type_id
WHERE t.state = 0 AND t.approval = 1
ORDER BY t.id;

DROP TABLE task_decision_v1;

-- Tasks that match all that a gate names need an approval. A trailing * in a type or group stands for any rest.
CREATE TABLE task_gate (
  name TEXT NOT NULL PRIMARY KEY,
  type TEXT,
  group_name TEXT,
  metadata_key TEXT,
  metadata_value TEXT,
  approvers TEXT,
  lifetime_ms INTEGER
) WITHOUT ROWID;

-- What a router chose for a task that was enqueued without a type.
CREATE TABLE task_route (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  reason TEXT,
  fallback INTEGER NOT NULL,
  worker TEXT NOT NULL,
  routed_at_ms INTEGER NOT NULL
);
