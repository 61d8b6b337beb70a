-- Everything a checkout, a heartbeat or a finish touches is a number in `task`, or a counter beside it.
-- Times are milliseconds since the Unix epoch.

CREATE TABLE queue_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  next_task_id INTEGER NOT NULL,      -- ids are given out by this counter: rising, never used twice
  finish_sequence INTEGER NOT NULL,   -- the number of the latest finish
  pruned_through INTEGER NOT NULL,    -- the highest finish number that was pruned
  removals INTEGER NOT NULL           -- rises when tasks are removed, so that waits notice
);
INSERT INTO queue_state VALUES (1, 1, 0, 0, 0);

CREATE TABLE task_group (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  parallelism INTEGER NOT NULL DEFAULT 0,      -- 0: unlimited
  paused INTEGER NOT NULL DEFAULT 0,
  pause_on_failure INTEGER NOT NULL DEFAULT 0,
  removed INTEGER NOT NULL DEFAULT 0,          -- the row stays for the name of its finished tasks
  queued INTEGER NOT NULL DEFAULT 0,
  ready INTEGER NOT NULL DEFAULT 0,            -- queued without a hold
  scheduled INTEGER NOT NULL DEFAULT 0,        -- queued with the hold NotBefore
  running INTEGER NOT NULL DEFAULT 0,          -- checked out and not waiting
  waiting INTEGER NOT NULL DEFAULT 0,          -- checked out and waiting
  done INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  cancelled INTEGER NOT NULL DEFAULT 0
);
INSERT INTO task_group (name) VALUES ('default');

CREATE TABLE task_type (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

-- A lane is one ready list: the tasks of one type in one group, urgent ones apart. Its best task is kept in the row,
-- so that the best task of all lanes is one index probe, however many lanes there are and however many are full or paused.
CREATE TABLE lane (
  id INTEGER PRIMARY KEY,
  group_id INTEGER NOT NULL,
  type_id INTEGER NOT NULL,
  urgent INTEGER NOT NULL,
  runnable INTEGER NOT NULL DEFAULT 0,  -- it has a head, and its group has a free slot and is not paused, or it is urgent
  head_task INTEGER,
  head_rank INTEGER,
  head_position INTEGER
);
CREATE UNIQUE INDEX lane_of_group ON lane (group_id, type_id, urgent);
CREATE INDEX lane_best ON lane (runnable, urgent DESC, head_rank, head_position) WHERE runnable = 1;
CREATE INDEX lane_best_of_type ON lane (type_id, urgent DESC, head_rank, head_position) WHERE runnable = 1;

CREATE TABLE task (
  id INTEGER PRIMARY KEY,
  lane_id INTEGER NOT NULL,
  state INTEGER NOT NULL,
  holds INTEGER NOT NULL,
  rank INTEGER NOT NULL,              -- minus the priority, so that both columns of the ready order rise
  position INTEGER NOT NULL,          -- the id, unless swapped
  attempt INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  token INTEGER NOT NULL DEFAULT 0,   -- fencing: rises at each checkout and take-over, also past a retry
  waiting INTEGER NOT NULL DEFAULT 0,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  doomed INTEGER NOT NULL DEFAULT 0,  -- a dependency is broken, and the group was paused
  approval INTEGER NOT NULL DEFAULT 0,-- 0 none, 1 asked for, 2 approved, 3 rejected
  dedup INTEGER NOT NULL DEFAULT 0,   -- 0 no key, 1 scope Active, 2 scope Forever
  awaited INTEGER NOT NULL DEFAULT 0, -- an edge has named it as the task to wait for: its finish has dependents to look for
  checkpointed INTEGER NOT NULL DEFAULT 0, -- it has a row in task_checkpoint
  pending_dependencies INTEGER NOT NULL DEFAULT 0,
  outcome INTEGER NOT NULL DEFAULT 0,
  enqueued_at_ms INTEGER NOT NULL,
  not_before_at_ms INTEGER,
  lease_override_ms INTEGER,
  lease_ms INTEGER,
  lease_expires_at_ms INTEGER,
  timeout_ms INTEGER,
  started_at_ms INTEGER,
  finished_at_ms INTEGER,
  finish_sequence INTEGER,
  worker_id INTEGER,
  worker TEXT,
  label TEXT,
  error TEXT
);
CREATE INDEX task_ready ON task (lane_id, rank, position) WHERE state = 0 AND holds = 0;
CREATE INDEX task_due ON task (not_before_at_ms) WHERE state = 0 AND holds & 2;
CREATE INDEX task_lease ON task (lease_expires_at_ms) WHERE state = 1;
CREATE INDEX task_unfinished ON task (id) WHERE state < 2;
CREATE INDEX task_finished ON task (state, finish_sequence) WHERE state >= 2;
CREATE INDEX task_stopping ON task (id) WHERE state = 1 AND cancel_requested = 1;
CREATE INDEX task_doomed ON task (lane_id) WHERE state = 0 AND doomed = 1;
CREATE INDEX task_label ON task (label, id) WHERE label IS NOT NULL;
CREATE INDEX task_label_unfinished ON task (label) WHERE label IS NOT NULL AND state < 2;

-- What is only read when a task runs or is looked at. The payload comes last: reading the rest does not read its pages.
CREATE TABLE task_body (
  id INTEGER PRIMARY KEY,
  metadata TEXT,
  retry TEXT,
  dedup_key TEXT,
  trace_parent TEXT,
  trace_state TEXT,
  payload BLOB
);

CREATE TABLE task_result (
  id INTEGER PRIMARY KEY,
  result BLOB NOT NULL
);

CREATE TABLE task_progress (
  id INTEGER PRIMARY KEY,
  fraction REAL NOT NULL,
  message TEXT
);

-- What an attempt left for those after it; only while the task is not done.
CREATE TABLE task_checkpoint (
  id INTEGER PRIMARY KEY,
  data BLOB NOT NULL
);

CREATE TABLE task_attempt (
  task_id INTEGER NOT NULL,
  token INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  worker TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (task_id, token)
);

CREATE TABLE task_approval (
  id INTEGER PRIMARY KEY,
  task_id INTEGER NOT NULL,
  approved INTEGER NOT NULL,
  decided_by TEXT NOT NULL,
  note TEXT,
  decided_at_ms INTEGER NOT NULL
);
CREATE INDEX task_approval_of ON task_approval (task_id);

-- One row an edge; condition: 0 succeeded, 1 failed, 2 finished; state: 0 waiting, 1 satisfied, 2 broken.
CREATE TABLE task_dependency (
  parent INTEGER NOT NULL,
  child INTEGER NOT NULL,
  condition INTEGER NOT NULL,
  state INTEGER NOT NULL,
  PRIMARY KEY (parent, child)
) WITHOUT ROWID;
CREATE INDEX task_dependency_of ON task_dependency (child);

CREATE TABLE dedup (
  key TEXT NOT NULL PRIMARY KEY,
  task_id INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX dedup_of ON dedup (task_id);

-- What a finish, a resume or a retry left to do, worked off in chunks; kind: see CascadeKind.
CREATE TABLE settling (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  subject INTEGER NOT NULL,
  done_through INTEGER NOT NULL,
  reason TEXT
);

CREATE TABLE worker (
  id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice: tasks name it after it is gone
  name TEXT NOT NULL,
  host TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  pid INTEGER NOT NULL,
  pid_started_at INTEGER NOT NULL,        -- with the pid, one process for good: pids are used again
  queue_instance TEXT NOT NULL,
  started_at_ms INTEGER NOT NULL,
  last_seen_at_ms INTEGER NOT NULL,
  types TEXT,                             -- JSON array of the task types it takes; NULL: all
  UNIQUE (name, queue_instance)
);
