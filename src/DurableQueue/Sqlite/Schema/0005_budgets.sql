-- Budgets: how often tasks may start and what they may cost, per group, per type, and per value of a metadata key.
-- Amounts are integers: starts, or billionths of a unit of money.

ALTER TABLE task_group ADD COLUMN over_budget INTEGER NOT NULL DEFAULT 0; -- a meter of it is closed: none of its lanes is runnable

CREATE TABLE budget_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL,    -- rises with each change of a policy: those in memory are read anew
  estimates INTEGER NOT NULL,  -- there was a task with an estimate, or a reservation
  charges INTEGER NOT NULL     -- there was a charge
);
INSERT INTO budget_state VALUES (1, 0, 0, 0);

-- A policy; kind: 0 group, 1 type, 2 metadata.
CREATE TABLE budget (
  kind INTEGER NOT NULL,
  key TEXT NOT NULL,            -- of the metadata; else empty
  every INTEGER NOT NULL,       -- 1: for each group, type or value that has no policy of its own
  name TEXT NOT NULL,           -- the group, type or value; empty where it is for every one
  rate INTEGER NOT NULL,        -- starts; 0: no cap
  rate_window_ms INTEGER NOT NULL,
  cost INTEGER NOT NULL,        -- 0: no cap
  cost_unit TEXT NOT NULL,
  cost_period INTEGER NOT NULL, -- 0 rolling, 1 day, 2 month
  cost_window_ms INTEGER NOT NULL,
  cost_zone TEXT NOT NULL,
  estimate INTEGER NOT NULL,
  refuses INTEGER NOT NULL,     -- 1: tasks over the cap fail; 0: they wait
  PRIMARY KEY (kind, key, every, name)
) WITHOUT ROWID;

-- What is counted for one group, type or value, in one unit; an empty unit counts starts.
CREATE TABLE budget_meter (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  unit TEXT NOT NULL,
  from_ms INTEGER NOT NULL,             -- entries from here on are in the total
  total INTEGER NOT NULL DEFAULT 0,
  reserved INTEGER NOT NULL DEFAULT 0,  -- what running attempts may still cost
  warned INTEGER NOT NULL DEFAULT 0,
  closed INTEGER NOT NULL DEFAULT 0,    -- tasks wait for it in their ready lists
  due_at_ms INTEGER                     -- when to look whether something fits again
);
CREATE UNIQUE INDEX budget_meter_of ON budget_meter (kind, key, name, unit);
CREATE INDEX budget_meter_due ON budget_meter (due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE INDEX budget_meter_closed ON budget_meter (kind, name) WHERE closed = 1;

-- All that a meter counted in one millisecond. Starts are deleted when they have left their window, money when it is pruned.
CREATE TABLE budget_entry (
  meter_id INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (meter_id, at_ms)
) WITHOUT ROWID;

-- Queued tasks with the hold Budget, and the meter they wait for.
CREATE TABLE budget_parked (
  task_id INTEGER PRIMARY KEY,
  meter_id INTEGER NOT NULL,
  rank INTEGER NOT NULL
);
CREATE INDEX budget_parked_of ON budget_parked (meter_id, rank, task_id);

-- What each attempt of a task is expected to cost, where the task says so itself.
CREATE TABLE budget_estimate (
  task_id INTEGER PRIMARY KEY,
  unit TEXT NOT NULL,
  amount INTEGER NOT NULL
);

-- What is left of the estimate of a running attempt.
CREATE TABLE budget_reservation (
  task_id INTEGER NOT NULL,
  meter_id INTEGER NOT NULL,
  token INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (task_id, meter_id)
) WITHOUT ROWID;

CREATE INDEX budget_reservation_of ON budget_reservation (meter_id);

-- What attempts said they cost. The key makes a report that is repeated count once.
CREATE TABLE budget_charge (
  task_id INTEGER NOT NULL,
  token INTEGER NOT NULL,
  key TEXT NOT NULL,
  unit TEXT NOT NULL,
  amount INTEGER NOT NULL,
  tags TEXT,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (task_id, token, key)
) WITHOUT ROWID;
