-- What the borders of a queue need: who its file, its log and its workers are, and what used to be repeated in every payload.

-- task.dedup: 0 no key, 1 scope Active, 2 scope Forever, 3 scope UntilStarted. A cancel request frees a key of scope Active.
DELETE FROM dedup WHERE task_id IN (SELECT id FROM task WHERE state = 1 AND cancel_requested = 1 AND dedup = 1);

-- Regular work that one process does for all.
CREATE TABLE upkeep (
  work TEXT PRIMARY KEY,                  -- 'retention': finished tasks whose time is over
  due_at_ms INTEGER NOT NULL              -- whoever moves this on does the work
) WITHOUT ROWID;
