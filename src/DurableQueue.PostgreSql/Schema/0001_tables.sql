-- The tables of a queue. The schema's name is replaced when the migration is applied. Times are milliseconds since the Unix epoch.
-- Numbers stand for states, holds and outcomes as in the public enumerations.

CREATE SEQUENCE durable_queue.task_id AS bigint CACHE 1;

-- What is known of the whole queue; written only by who holds the queue's lock, but for deadlines that a heartbeat makes earlier.
CREATE TABLE durable_queue.queue_state (
  id integer PRIMARY KEY CHECK (id = 1),
  pruned_through bigint NOT NULL DEFAULT 0,    -- the highest finish number that was pruned
  removals bigint NOT NULL DEFAULT 0,          -- rises when tasks are deleted, so that waits notice
  next_due_at_ms bigint,                       -- no folded delay ends before; NULL: nothing is delayed
  next_expiry_at_ms bigint                     -- no lease expires before; NULL: nothing runs
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
INSERT INTO durable_queue.queue_state (id) VALUES (1);

-- The number of the latest finish. Its row is locked from the moment a number is given out to the commit, so that numbers rise in commit order.
CREATE TABLE durable_queue.finish_state (
  id integer PRIMARY KEY CHECK (id = 1),
  sequence bigint NOT NULL
) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
INSERT INTO durable_queue.finish_state VALUES (1, 0);

CREATE TABLE durable_queue.task_group (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  parallelism integer NOT NULL DEFAULT 0,      -- 0: unlimited
  paused boolean NOT NULL DEFAULT false,
  pause_on_failure boolean NOT NULL DEFAULT false,
  removed boolean NOT NULL DEFAULT false,      -- the row stays for the name of its finished tasks
  configured boolean NOT NULL DEFAULT false,   -- made or set by a call, and not only by an enqueue
  ready bigint NOT NULL DEFAULT 0,             -- queued without a hold
  scheduled bigint NOT NULL DEFAULT 0,         -- queued with the hold NotBefore
  held bigint NOT NULL DEFAULT 0,              -- queued with other holds
  running bigint NOT NULL DEFAULT 0,           -- checked out and not waiting
  waiting bigint NOT NULL DEFAULT 0,
  done bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  cancelled bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
INSERT INTO durable_queue.task_group (name) VALUES ('default');

CREATE TABLE durable_queue.task_type (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE
);

-- A lane is one ready list: the tasks of one type in one group, urgent ones apart. Its head is a lower bound: no task of the lane whose arrival was folded is
-- ready before it. A checkout that meets a head that is too low puts it right.
CREATE TABLE durable_queue.lane (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  group_id bigint NOT NULL,
  type_id bigint NOT NULL,
  urgent smallint NOT NULL,
  normal_id bigint,                            -- the lane of the same group and type that is not urgent; NULL: it is that lane
  runnable boolean NOT NULL DEFAULT false,     -- it has a head, and its group has a free slot and is not paused, or it is urgent
  head_rank bigint,
  head_position bigint
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE UNIQUE INDEX lane_of_group ON durable_queue.lane (group_id, type_id, urgent);
CREATE INDEX lane_best ON durable_queue.lane (urgent DESC, head_rank, head_position) WHERE runnable;
CREATE INDEX lane_best_of_type ON durable_queue.lane (type_id, urgent DESC, head_rank, head_position) WHERE runnable;

CREATE TABLE durable_queue.task (
  id bigint PRIMARY KEY,
  lane_id bigint NOT NULL,
  rank bigint NOT NULL,                        -- minus the priority, so that both columns of the ready order rise
  position bigint NOT NULL,                    -- the id, unless swapped
  token bigint NOT NULL DEFAULT 0,             -- fencing: rises at each checkout, also past a retry
  enqueued_at_ms bigint NOT NULL,
  not_before_at_ms bigint,
  lease_override_ms bigint,
  lease_ms bigint,
  lease_expires_at_ms bigint,
  timeout_ms bigint,
  started_at_ms bigint,
  finished_at_ms bigint,
  finish_sequence bigint,
  worker_id bigint,
  attempt integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL,
  state smallint NOT NULL DEFAULT 0,
  holds smallint NOT NULL DEFAULT 0,
  outcome smallint NOT NULL DEFAULT 0,
  dedup smallint NOT NULL DEFAULT 0,           -- 0 no key, 1 scope Active, 2 scope Forever, 3 scope UntilStarted
  waiting boolean NOT NULL DEFAULT false,
  cancel_requested boolean NOT NULL DEFAULT false,
  checkpointed boolean NOT NULL DEFAULT false, -- it has a row in task_checkpoint
  failure_result boolean NOT NULL DEFAULT false, -- task_result holds what a failed attempt gave
  worker text COLLATE "C",
  label text COLLATE "C",
  error text COLLATE "C",
  metadata text COLLATE "C",
  retry text COLLATE "C",
  dedup_key text COLLATE "C",
  trace_parent text COLLATE "C",
  trace_state text COLLATE "C",
  payload bytea
) WITH (fillfactor = 85, toast_tuple_target = 256, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
-- What is long goes apart uncompressed, and no change of a state writes it again.
ALTER TABLE durable_queue.task ALTER COLUMN payload SET STORAGE EXTERNAL;
ALTER TABLE durable_queue.task ALTER COLUMN metadata SET STORAGE EXTERNAL;
CREATE INDEX task_ready ON durable_queue.task (lane_id, rank, position) WHERE state = 0 AND holds = 0;
CREATE INDEX task_due ON durable_queue.task (not_before_at_ms) WHERE state = 0 AND (holds & 2) <> 0;
CREATE INDEX task_held ON durable_queue.task (lane_id) WHERE state = 0 AND (holds & ~2) <> 0;
CREATE INDEX task_unfinished ON durable_queue.task (id) WHERE state < 2;
CREATE INDEX task_running ON durable_queue.task (id) WHERE state = 1;
CREATE INDEX task_finished ON durable_queue.task (finish_sequence) WHERE state >= 2;
CREATE INDEX task_label ON durable_queue.task (label, id) WHERE label IS NOT NULL;

CREATE TABLE durable_queue.task_result (id bigint PRIMARY KEY, result bytea NOT NULL);
ALTER TABLE durable_queue.task_result ALTER COLUMN result SET STORAGE EXTERNAL;

CREATE TABLE durable_queue.task_progress (id bigint PRIMARY KEY, fraction double precision NOT NULL, message text COLLATE "C") WITH (fillfactor = 50);

-- What an attempt left for those after it.
CREATE TABLE durable_queue.task_checkpoint (id bigint PRIMARY KEY, data bytea NOT NULL);
ALTER TABLE durable_queue.task_checkpoint ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE durable_queue.task_attempt (
  task_id bigint NOT NULL,
  token bigint NOT NULL,
  attempt integer NOT NULL,
  worker text COLLATE "C" NOT NULL,
  started_at_ms bigint NOT NULL,
  ended_at_ms bigint NOT NULL,
  outcome smallint NOT NULL,
  error text COLLATE "C" NOT NULL,
  PRIMARY KEY (task_id, token)
);

CREATE TABLE durable_queue.dedup (key text COLLATE "C" PRIMARY KEY, task_id bigint NOT NULL) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX dedup_of ON durable_queue.dedup (task_id);

-- What was committed and is not yet in the counters of groups, the heads of lanes and the deadlines. Only inserted; who holds the queue's lock folds it in.
CREATE TABLE durable_queue.arrival (
  lane_id bigint NOT NULL,
  ready integer NOT NULL DEFAULT 0,
  scheduled integer NOT NULL DEFAULT 0,
  held integer NOT NULL DEFAULT 0,
  running integer NOT NULL DEFAULT 0,
  waiting integer NOT NULL DEFAULT 0,
  done integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  cancelled integer NOT NULL DEFAULT 0,
  head_rank bigint,                            -- the best of the tasks that became ready
  head_position bigint,
  due_at_ms bigint                             -- the first end of the delays that began
) WITH (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

CREATE TABLE durable_queue.worker (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL,
  host text COLLATE "C" NOT NULL,
  boot_id text COLLATE "C" NOT NULL,
  pid integer NOT NULL,
  pid_started_at bigint NOT NULL,
  queue_instance text COLLATE "C" NOT NULL,
  started_at_ms bigint NOT NULL,
  last_seen_at_ms bigint NOT NULL,
  types text[] COLLATE "C",                    -- NULL: all
  group_names text[] COLLATE "C",              -- NULL: all
  capacity integer,
  UNIQUE (name, queue_instance)
);

-- Regular work that one process does for all.
CREATE TABLE durable_queue.upkeep (work text COLLATE "C" PRIMARY KEY, due_at_ms bigint NOT NULL);

-- The groups with exact counts: what is folded and what is not, in one snapshot.
CREATE VIEW durable_queue.group_counts AS
SELECT g.id, g.name, g.parallelism, g.paused, g.pause_on_failure, g.configured,
       g.removed AND coalesce(a.ready + a.scheduled + a.held, 0) <= 0 AS removed,
       g.ready + coalesce(a.ready, 0) AS ready, g.scheduled + coalesce(a.scheduled, 0) AS scheduled, g.held + coalesce(a.held, 0) AS held,
       g.running + coalesce(a.running, 0) AS running, g.waiting + coalesce(a.waiting, 0) AS waiting, g.done + coalesce(a.done, 0) AS done,
       g.failed + coalesce(a.failed, 0) AS failed, g.cancelled + coalesce(a.cancelled, 0) AS cancelled
FROM durable_queue.task_group g
LEFT JOIN (
  SELECT l.group_id, sum(r.ready) AS ready, sum(r.scheduled) AS scheduled, sum(r.held) AS held, sum(r.running) AS running, sum(r.waiting) AS waiting,
         sum(r.done) AS done, sum(r.failed) AS failed, sum(r.cancelled) AS cancelled
  FROM durable_queue.arrival r JOIN durable_queue.lane l ON l.id = r.lane_id GROUP BY l.group_id) a ON a.group_id = g.id;
