-- What the borders of a queue need: who its file, its log and its workers are, and what used to be repeated in every payload.

-- task.dedup: 0 no key, 1 scope Active, 2 scope Forever, 3 scope UntilStarted. A cancel request frees a key of scope Active.
DELETE FROM dedup WHERE task_id IN (SELECT id FROM task WHERE state = 1 AND cancel_requested = 1 AND dedup = 1);

-- Regular work that one process does for all.
CREATE TABLE upkeep (
  work TEXT PRIMARY KEY,                  -- 'retention': finished tasks whose time is over
  due_at_ms INTEGER NOT NULL              -- whoever moves this on does the work
) WITHOUT ROWID;

-- A parked task waits in the place that it has among all tasks: an edit of its priority and a swap move it here too.
ALTER TABLE budget_parked ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
UPDATE budget_parked SET rank = t.rank, position = t.position FROM task t WHERE t.id = budget_parked.task_id;
DROP INDEX budget_parked_of;
CREATE INDEX budget_parked_of ON budget_parked (meter_id, rank, position);

-- What the next occurrence of a schedule follows from, so that it can be worked out again when the rules of its time zone have changed.
ALTER TABLE schedule ADD COLUMN next_after_ms INTEGER;        -- it is the first after this moment; NULL while paused, and as stored by earlier versions
ALTER TABLE schedule ADD COLUMN next_after_offset_ms INTEGER; -- by how much the clocks of the zone were ahead of UTC at that moment, by the rules of then

-- Somebody has made the group, or set something of it: tidying leaves it. Where earlier versions set something, that is taken to be so.
ALTER TABLE task_group ADD COLUMN configured INTEGER NOT NULL DEFAULT 0;
UPDATE task_group SET configured = 1 WHERE parallelism > 0 OR paused = 1 OR pause_on_failure = 1;

-- Which queue the file is, and which write-ahead log belongs to it: a log that another file has left would be mixed into this one.
CREATE TABLE queue_identity (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  queue TEXT NOT NULL,                -- 32 hex digits; a backup and a restored file get new ones
  log TEXT NOT NULL                   -- 32 hex digits; new ones with each checkpoint, so that an older copy of the file is known by them
);
INSERT INTO queue_identity VALUES (1, lower(hex(randomblob(16))), lower(hex(randomblob(16))));

-- What each worker takes, for whoever asks whether a task will run, stop or end.
ALTER TABLE worker ADD COLUMN group_names TEXT;        -- JSON array of the groups it takes from; NULL: all
ALTER TABLE worker ADD COLUMN capacity INTEGER;        -- how many tasks it runs at once; NULL: not told
-- Parts of payloads that many tasks have alike, as commands have their environment: stored once, and gone with the last task that uses them.
CREATE TABLE shared_part (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,              -- SHA-256 of the bytes
  bytes BLOB NOT NULL
);
ALTER TABLE task_body ADD COLUMN shared_id INTEGER;           -- the part that was cut out of the payload; NULL: the payload is whole
ALTER TABLE task_body ADD COLUMN shared_at INTEGER;           -- the byte of the payload before which it belongs
CREATE INDEX task_body_shared ON task_body (shared_id) WHERE shared_id IS NOT NULL;
