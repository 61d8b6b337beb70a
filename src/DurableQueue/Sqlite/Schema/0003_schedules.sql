-- What is enqueued by the clock. `definition` holds the settings as JSON; what a statement looks for stands beside it.

CREATE TABLE schedule (
  id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice: runs name it
  name TEXT NOT NULL UNIQUE,
  definition TEXT NOT NULL,
  declared TEXT,                          -- fingerprint of what code declared last; NULL: it was made by hand
  anchor_at_ms INTEGER NOT NULL,          -- what @every counts from if there is no start
  paused INTEGER NOT NULL DEFAULT 0,
  pause_reason TEXT,
  paused_at_ms INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,    -- runs that failed in a row
  next_occurrence_at_ms INTEGER,          -- NULL while paused, and when there is none any more
  next_fire_at_ms INTEGER,                -- the same with its jitter
  last_occurrence_at_ms INTEGER,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  payload BLOB NOT NULL
);
CREATE INDEX schedule_due ON schedule (next_fire_at_ms) WHERE paused = 0 AND next_fire_at_ms IS NOT NULL;

CREATE TABLE schedule_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used twice: tasks name it, also after it is gone
  schedule_id INTEGER NOT NULL,
  occurs_at_ms INTEGER NOT NULL,
  fired_at_ms INTEGER NOT NULL,
  result INTEGER NOT NULL,                -- 0 enqueued, 1 overlapped, 2 deduplicated, 3 missed
  manual INTEGER NOT NULL DEFAULT 0,
  task_id INTEGER,
  outcome INTEGER NOT NULL DEFAULT 0,     -- the task's; it outlives the task
  finished_at_ms INTEGER,
  missed_until_ms INTEGER
);
CREATE INDEX schedule_run_of ON schedule_run (schedule_id, id);
CREATE INDEX schedule_run_open ON schedule_run (schedule_id, task_id) WHERE result = 0 AND outcome = 0;

ALTER TABLE task ADD COLUMN schedule_run INTEGER;  -- the run that the task is of
