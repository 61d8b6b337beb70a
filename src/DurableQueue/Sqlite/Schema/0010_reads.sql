-- How many tasks of a group have each hold, apart from the counters that every checkout writes. A group without a row has none.
CREATE TABLE task_group_held (
  group_id INTEGER PRIMARY KEY,
  blocked INTEGER NOT NULL,            -- queued with the hold Dependencies; a task with several holds is counted under each
  stashed INTEGER NOT NULL,
  awaiting_approval INTEGER NOT NULL,
  held_by_budget INTEGER NOT NULL
);
INSERT INTO task_group_held (group_id, blocked, stashed, awaiting_approval, held_by_budget)
SELECT l.group_id, sum(t.holds & 1 <> 0), sum(t.holds & 4 <> 0), sum(t.holds & 8 <> 0), sum(t.holds & 16 <> 0)
FROM task t JOIN lane l ON l.id = t.lane_id WHERE t.state = 0 AND t.holds <> 0 GROUP BY l.group_id;

-- Who asked for what: with the task, the latest few, and for the queue, the latest thousand, also of tasks that are gone.
CREATE TABLE task_request (
  task_id INTEGER NOT NULL,
  number INTEGER NOT NULL,             -- that of the log
  kind INTEGER NOT NULL,
  requested_by TEXT NOT NULL,
  reason TEXT,
  change TEXT,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (task_id, number)
) WITHOUT ROWID;

CREATE TABLE request_log (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL,
  tasks TEXT,                          -- 3-7,12
  group_name TEXT,
  requested_by TEXT NOT NULL,
  reason TEXT,
  change TEXT,
  at_ms INTEGER NOT NULL
);
