-- What a queue does, each call one function in one transaction. Those that must see the queue alone take its lock, and hold it to their commit, which
-- follows at once: no client has it while it thinks. They are written for READ COMMITTED: each statement sees what was committed before it began.
-- Order of locks, so that no two calls wait for each other: the queue's lock, rows of tasks by id, keys, finish_state, queue_state.

CREATE FUNCTION durable_queue.now_ms(p_now bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT coalesce(p_now, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
$$;

CREATE FUNCTION durable_queue.require_read_committed() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'The queue needs transactions with the isolation level READ COMMITTED; this one has %.', upper(current_setting('transaction_isolation'))
      USING ERRCODE = 'DQ001';
  END IF;
END $$;

-- Takes the lock of the queue until the end of the transaction.
CREATE FUNCTION durable_queue.enter() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM durable_queue.require_read_committed();
  PERFORM pg_advisory_xact_lock(1685156210, 'durable_queue'::regnamespace::oid::integer);
END $$;

-- Opens and closes the lanes of groups that have or had a free slot.
CREATE FUNCTION durable_queue.open_lanes(p_groups bigint[]) RETURNS void LANGUAGE sql AS $$
  UPDATE durable_queue.lane l
  SET runnable = NOT l.runnable
  FROM durable_queue.task_group g
  WHERE g.id = ANY (p_groups) AND l.group_id = g.id
    AND l.runnable <> (l.head_rank IS NOT NULL AND (l.urgent > 0 OR (NOT g.paused AND (g.parallelism = 0 OR g.running < g.parallelism))))
$$;

-- Brings what was committed into counters, heads and deadlines. Called by who holds the queue's lock.
CREATE FUNCTION durable_queue.fold() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_lanes bigint[]; v_ready bigint[]; v_scheduled bigint[]; v_held bigint[]; v_running bigint[]; v_waiting bigint[];
  v_done bigint[]; v_failed bigint[]; v_cancelled bigint[]; v_ranks bigint[]; v_positions bigint[]; v_groups bigint[]; v_due bigint;
BEGIN
  WITH gone AS (DELETE FROM durable_queue.arrival RETURNING *),
  by_lane AS (
    SELECT lane_id, sum(ready) AS ready, sum(scheduled) AS scheduled, sum(held) AS held, sum(running) AS running, sum(waiting) AS waiting,
           sum(done) AS done, sum(failed) AS failed, sum(cancelled) AS cancelled,
           min(ARRAY[head_rank, head_position]) FILTER (WHERE head_rank IS NOT NULL) AS head, min(due_at_ms) AS due
    FROM gone GROUP BY lane_id)
  SELECT array_agg(lane_id), array_agg(ready), array_agg(scheduled), array_agg(held), array_agg(running), array_agg(waiting),
         array_agg(done), array_agg(failed), array_agg(cancelled), array_agg(head[1]), array_agg(head[2]), min(due)
  INTO v_lanes, v_ready, v_scheduled, v_held, v_running, v_waiting, v_done, v_failed, v_cancelled, v_ranks, v_positions, v_due
  FROM by_lane;
  IF v_lanes IS NULL THEN
    RETURN;
  END IF;
  UPDATE durable_queue.lane l
  SET head_rank = u.rank, head_position = u.position
  FROM unnest(v_lanes, v_ranks, v_positions) AS u (id, rank, position)
  WHERE l.id = u.id AND u.rank IS NOT NULL AND (l.head_rank IS NULL OR (u.rank, u.position) < (l.head_rank, l.head_position));
  WITH sums AS (
    SELECT l.group_id, sum(u.ready) AS ready, sum(u.scheduled) AS scheduled, sum(u.held) AS held, sum(u.running) AS running, sum(u.waiting) AS waiting,
           sum(u.done) AS done, sum(u.failed) AS failed, sum(u.cancelled) AS cancelled
    FROM unnest(v_lanes, v_ready, v_scheduled, v_held, v_running, v_waiting, v_done, v_failed, v_cancelled)
      AS u (id, ready, scheduled, held, running, waiting, done, failed, cancelled)
    JOIN durable_queue.lane l ON l.id = u.id
    GROUP BY l.group_id),
  changed AS (
    -- A group that was removed while an enqueue into it had not committed is there again.
    UPDATE durable_queue.task_group g
    SET ready = g.ready + s.ready, scheduled = g.scheduled + s.scheduled, held = g.held + s.held, running = g.running + s.running,
        waiting = g.waiting + s.waiting, done = g.done + s.done, failed = g.failed + s.failed, cancelled = g.cancelled + s.cancelled,
        removed = g.removed AND s.ready + s.scheduled + s.held <= 0
    FROM sums s WHERE g.id = s.group_id
    RETURNING g.id)
  SELECT array_agg(id) INTO v_groups FROM changed;
  PERFORM durable_queue.open_lanes(v_groups);
  UPDATE durable_queue.queue_state SET next_due_at_ms = v_due WHERE id = 1 AND v_due < coalesce(next_due_at_ms, 9223372036854775807);
END $$;

-- The lane of a group, a type and an urgency. What is missing is made, under the queue's lock: nobody waits for a transaction that is open.
CREATE FUNCTION durable_queue.lane_of(p_group text, p_type text, p_urgent smallint, p_limit integer, p_new_limit integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_lane bigint; v_group bigint; v_type bigint; v_normal bigint; v_parallelism integer; v_removed boolean;
BEGIN
  SELECT l.id, g.id, g.parallelism, g.removed INTO v_lane, v_group, v_parallelism, v_removed
  FROM durable_queue.task_group g
  JOIN durable_queue.lane l ON l.group_id = g.id
  WHERE g.name = p_group AND l.urgent = p_urgent AND l.type_id = (SELECT y.id FROM durable_queue.task_type y WHERE y.name = p_type);
  IF FOUND AND (p_limit IS NULL OR (NOT v_removed AND (v_parallelism = 0 OR v_parallelism >= p_limit))) THEN
    RETURN v_lane;
  END IF;

  PERFORM durable_queue.enter();
  SELECT g.id, g.parallelism, g.removed INTO v_group, v_parallelism, v_removed FROM durable_queue.task_group g WHERE g.name = p_group;
  IF NOT FOUND THEN
    INSERT INTO durable_queue.task_group (name, parallelism) VALUES (p_group, coalesce(p_limit, p_new_limit)) RETURNING id INTO v_group;
  ELSIF p_limit IS NOT NULL AND ((v_removed AND v_parallelism = 0) OR (v_parallelism > 0 AND v_parallelism < p_limit)) THEN
    UPDATE durable_queue.task_group SET parallelism = p_limit WHERE id = v_group;
    PERFORM durable_queue.open_lanes(ARRAY[v_group]);
  END IF;
  SELECT y.id INTO v_type FROM durable_queue.task_type y WHERE y.name = p_type;
  IF NOT FOUND THEN
    INSERT INTO durable_queue.task_type (name) VALUES (p_type) RETURNING id INTO v_type;
  END IF;
  RETURN durable_queue.lane_with(v_group, v_type, p_urgent);
END $$;

-- The same for a group and a type that are there. Called by who holds the queue's lock.
CREATE FUNCTION durable_queue.lane_with(p_group bigint, p_type bigint, p_urgent smallint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  v_lane bigint; v_normal bigint;
BEGIN
  SELECT l.id INTO v_normal FROM durable_queue.lane l WHERE l.group_id = p_group AND l.type_id = p_type AND l.urgent = 0;
  IF NOT FOUND THEN
    INSERT INTO durable_queue.lane (group_id, type_id, urgent) VALUES (p_group, p_type, 0) RETURNING id INTO v_normal;
  END IF;
  IF p_urgent = 0 THEN
    RETURN v_normal;
  END IF;
  SELECT l.id INTO v_lane FROM durable_queue.lane l WHERE l.group_id = p_group AND l.type_id = p_type AND l.urgent = p_urgent;
  IF NOT FOUND THEN
    INSERT INTO durable_queue.lane (group_id, type_id, urgent, normal_id) VALUES (p_group, p_type, p_urgent, v_normal) RETURNING id INTO v_lane;
  END IF;
  RETURN v_lane;
END $$;

-- Stores tasks, all or none. Each names its lane by its number in the first arrays. Without a lock, unless a lane or a group has to be made.
CREATE FUNCTION durable_queue.enqueue(
  p_now bigint, p_groups text[], p_types text[], p_urgent smallint[], p_limits integer[], p_new_limits integer[],
  p_lanes integer[], p_ranks bigint[], p_max_attempts integer[], p_payloads bytea[], p_not_before bigint[], p_delays bigint[], p_stashed boolean[],
  p_leases bigint[], p_timeouts bigint[], p_labels text[], p_metadata text[], p_retries text[], p_keys text[], p_scopes smallint[],
  p_trace_parents text[], p_trace_states text[])
RETURNS TABLE (ids bigint[], created boolean[], next_due_at_ms bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_lanes bigint[]; v_now bigint; v_holders bigint[]; v_new bigint[]; v_due bigint;
BEGIN
  PERFORM durable_queue.require_read_committed();
  -- An item whose key is held stores nothing, and makes no group.
  FOR i IN 1 .. cardinality(p_groups) LOOP
    IF p_keys IS NULL OR EXISTS (
      SELECT 1 FROM unnest(p_lanes, p_keys) WITH ORDINALITY AS u (lane, key, item)
      WHERE u.lane = i AND (u.key IS NULL OR (array_position(p_keys, u.key) = u.item AND NOT EXISTS (SELECT 1 FROM durable_queue.dedup d WHERE d.key = u.key))))
    THEN
      v_lanes[i] := durable_queue.lane_of(p_groups[i], p_types[i], p_urgent[i], p_limits[i], p_new_limits[i]);
    ELSE
      v_lanes[i] := NULL;
    END IF;
  END LOOP;
  v_now := durable_queue.now_ms(p_now);
  v_new := ARRAY(SELECT nextval('durable_queue.task_id') FROM generate_series(1, cardinality(p_lanes)));
  ids := v_new;
  created := ARRAY(SELECT true FROM generate_series(1, cardinality(p_lanes)));
  IF p_keys IS NOT NULL THEN
    LOOP
      -- In the order of the keys, so that two lists never wait for each other.
      INSERT INTO durable_queue.dedup (key, task_id)
      SELECT f.key, v_new[f.first] FROM (SELECT u.key, min(u.item) AS first FROM unnest(p_keys) WITH ORDINALITY AS u (key, item) WHERE u.key IS NOT NULL GROUP BY u.key) f
      ORDER BY f.key COLLATE "C"
      ON CONFLICT (key) DO NOTHING;
      -- A younger snapshot: it shows who committed while the insert waited. A key that was freed since then is tried again.
      v_holders := ARRAY(
        SELECT d.task_id FROM unnest(p_keys) WITH ORDINALITY AS u (key, item) LEFT JOIN durable_queue.dedup d ON d.key = u.key ORDER BY u.item);
      EXIT WHEN NOT EXISTS (SELECT 1 FROM unnest(p_keys, v_holders) AS u (key, holder) WHERE u.key IS NOT NULL AND u.holder IS NULL);
    END LOOP;
    ids := ARRAY(SELECT coalesce(u.holder, u.id) FROM unnest(v_holders, v_new) WITH ORDINALITY AS u (holder, id, item) ORDER BY u.item);
    created := ARRAY(SELECT coalesce(u.holder = u.id, true) FROM unnest(v_holders, v_new) WITH ORDINALITY AS u (holder, id, item) ORDER BY u.item);
    -- A key was freed between the two looks at it.
    FOR i IN 1 .. cardinality(p_groups) LOOP
      IF v_lanes[i] IS NULL AND EXISTS (SELECT 1 FROM unnest(p_lanes, created) AS u (lane, made) WHERE u.lane = i AND u.made) THEN
        v_lanes[i] := durable_queue.lane_of(p_groups[i], p_types[i], p_urgent[i], p_limits[i], p_new_limits[i]);
      END IF;
    END LOOP;
  END IF;

  WITH items AS (
    SELECT u.id, v_lanes[u.lane] AS lane_id, u.rank, u.max_attempts, u.payload, u.stashed, u.lease, u.timeout, u.label, u.metadata, u.retry, u.key, u.scope,
           u.trace_parent, u.trace_state, coalesce(u.not_before, CASE WHEN u.delay > 0 THEN v_now + u.delay END) AS not_before
    FROM unnest(v_new, created, p_lanes, p_ranks, p_max_attempts, p_payloads, p_not_before, p_delays, p_stashed, p_leases, p_timeouts, p_labels,
                p_metadata, p_retries, p_keys, p_scopes, p_trace_parents, p_trace_states)
      AS u (id, made, lane, rank, max_attempts, payload, not_before, delay, stashed, lease, timeout, label, metadata, retry, key, scope, trace_parent, trace_state)
    WHERE u.made),
  stored AS (
    INSERT INTO durable_queue.task (id, lane_id, rank, position, max_attempts, holds, dedup, enqueued_at_ms, not_before_at_ms, lease_override_ms, timeout_ms, label,
                      metadata, retry, dedup_key, trace_parent, trace_state, payload)
    SELECT i.id, i.lane_id, i.rank, i.id, i.max_attempts,
           CASE WHEN i.not_before > v_now THEN 2 ELSE 0 END + CASE WHEN i.stashed THEN 4 ELSE 0 END,
           coalesce(i.scope, 0), v_now, i.not_before, i.lease, i.timeout, i.label, i.metadata, i.retry, i.key, i.trace_parent, i.trace_state, i.payload
    FROM items i
    RETURNING task.id, task.lane_id, task.rank, task.holds, task.not_before_at_ms),
  arrived AS (
    INSERT INTO durable_queue.arrival (lane_id, ready, scheduled, held, head_rank, head_position, due_at_ms)
    SELECT a.lane_id, a.ready, a.scheduled, a.held, a.head[1], a.head[2], a.due FROM (
      SELECT s.lane_id, count(*) FILTER (WHERE s.holds = 0) AS ready, count(*) FILTER (WHERE (s.holds & 2) <> 0) AS scheduled,
             count(*) FILTER (WHERE s.holds <> 0 AND (s.holds & 2) = 0) AS held,
             min(ARRAY[s.rank, s.id]) FILTER (WHERE s.holds = 0) AS head, min(s.not_before_at_ms) FILTER (WHERE (s.holds & 2) <> 0) AS due
      FROM stored s GROUP BY s.lane_id) a
    RETURNING due_at_ms)
  SELECT min(due_at_ms) INTO v_due FROM arrived;
  next_due_at_ms := v_due;
  RETURN NEXT;
END $$;

-- Frees the key of a task that will not hold it any more.
CREATE FUNCTION durable_queue.free_key(p_task durable_queue.task) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF (p_task).dedup <> 0 THEN
    DELETE FROM durable_queue.dedup WHERE task_id = (p_task).id;
  END IF;
END $$;

-- Notes that a task is counted elsewhere from now on: from and to are 'ready', 'scheduled', 'held', 'running', 'waiting', 'done', 'failed', 'cancelled' or ''.
CREATE FUNCTION durable_queue.note_move(p_lane bigint, p_from text, p_to text, p_rank bigint, p_position bigint, p_due bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO durable_queue.arrival (lane_id, ready, scheduled, held, running, waiting, done, failed, cancelled, head_rank, head_position, due_at_ms)
  VALUES (
    p_lane,
    (p_to = 'ready')::integer - (p_from = 'ready')::integer, (p_to = 'scheduled')::integer - (p_from = 'scheduled')::integer,
    (p_to = 'held')::integer - (p_from = 'held')::integer, (p_to = 'running')::integer - (p_from = 'running')::integer,
    (p_to = 'waiting')::integer - (p_from = 'waiting')::integer, (p_to = 'done')::integer - (p_from = 'done')::integer,
    (p_to = 'failed')::integer - (p_from = 'failed')::integer, (p_to = 'cancelled')::integer - (p_from = 'cancelled')::integer,
    CASE WHEN p_to = 'ready' THEN p_rank END, CASE WHEN p_to = 'ready' THEN p_position END, CASE WHEN p_to = 'scheduled' THEN p_due END)
$$;

-- Under which counter of its group a task is counted.
CREATE FUNCTION durable_queue.counted_as(p_state integer, p_waiting boolean, p_holds integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE
    WHEN p_state = 0 AND p_holds = 0 THEN 'ready'
    WHEN p_state = 0 AND (p_holds & 2) <> 0 THEN 'scheduled'
    WHEN p_state = 0 THEN 'held'
    WHEN p_state = 1 THEN CASE WHEN p_waiting THEN 'waiting' ELSE 'running' END
    WHEN p_state = 2 THEN 'done'
    WHEN p_state = 3 THEN 'failed'
    ELSE 'cancelled' END
$$;

-- Ends a task that has not finished. Called by who holds the queue's lock and the task's row.
CREATE FUNCTION durable_queue.finish(p_task durable_queue.task, p_state integer, p_outcome integer, p_error text, p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_sequence bigint; v_group bigint;
BEGIN
  IF (p_task).dedup IN (1, 3) THEN
    PERFORM durable_queue.free_key(p_task);
  END IF;
  PERFORM durable_queue.note_move((p_task).lane_id, durable_queue.counted_as((p_task).state, (p_task).waiting, (p_task).holds),
    durable_queue.counted_as(p_state, false, 0), NULL, NULL, NULL);
  IF p_outcome IN (2, 3, 4) THEN
    UPDATE durable_queue.task_group g SET paused = true
    WHERE g.id = (SELECT l.group_id FROM durable_queue.lane l WHERE l.id = (p_task).lane_id) AND g.pause_on_failure AND NOT g.paused
    RETURNING g.id INTO v_group;
    IF FOUND THEN
      PERFORM durable_queue.open_lanes(ARRAY[v_group]);
    END IF;
  END IF;
  UPDATE durable_queue.finish_state SET sequence = sequence + 1 WHERE id = 1 RETURNING sequence INTO v_sequence;
  UPDATE durable_queue.task
  SET state = p_state, outcome = p_outcome, holds = 0, waiting = false, cancel_requested = false, lease_expires_at_ms = NULL, finished_at_ms = p_now,
      finish_sequence = v_sequence, error = coalesce(p_error, error)
  WHERE id = (p_task).id;
END $$;

-- Ends the attempt of a task, which waits for another one. Called by who holds the queue's lock and the task's row.
CREATE FUNCTION durable_queue.requeue(p_task durable_queue.task, p_attempt integer, p_not_before bigint, p_error text, p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_holds integer := CASE WHEN p_not_before > p_now THEN 2 ELSE 0 END;
BEGIN
  IF (p_task).dedup = 3 THEN
    INSERT INTO durable_queue.dedup (key, task_id) VALUES ((p_task).dedup_key, (p_task).id) ON CONFLICT (key) DO NOTHING;
  END IF;
  UPDATE durable_queue.task
  SET state = 0, holds = v_holds, attempt = p_attempt, not_before_at_ms = CASE WHEN v_holds <> 0 THEN p_not_before END, waiting = false,
      cancel_requested = false, lease_expires_at_ms = NULL, error = coalesce(p_error, error)
  WHERE id = (p_task).id;
  PERFORM durable_queue.note_move((p_task).lane_id, durable_queue.counted_as(1, (p_task).waiting, 0), durable_queue.counted_as(0, false, v_holds),
    (p_task).rank, (p_task).position, p_not_before);
END $$;

CREATE FUNCTION durable_queue.note_attempt(p_task durable_queue.task, p_outcome integer, p_error text, p_result bytea, p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO durable_queue.task_attempt (task_id, token, attempt, worker, started_at_ms, ended_at_ms, outcome, error)
  VALUES ((p_task).id, (p_task).token, (p_task).attempt, coalesce((p_task).worker, ''), coalesce((p_task).started_at_ms, p_now), p_now, p_outcome, p_error);
  IF (p_task).failure_result THEN
    DELETE FROM durable_queue.task_result WHERE id = (p_task).id;
  END IF;
  IF p_result IS NOT NULL THEN
    INSERT INTO durable_queue.task_result (id, result) VALUES ((p_task).id, p_result);
  END IF;
  UPDATE durable_queue.task SET failure_result = p_result IS NOT NULL WHERE id = (p_task).id AND failure_result <> (p_result IS NOT NULL);
END $$;

-- Takes back leases whose time is over: one chunk. Called by who holds the queue's lock.
CREATE FUNCTION durable_queue.reap(p_now bigint, p_most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_ids bigint[]; v_task durable_queue.task; v_error text; v_reaped integer := 0;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM durable_queue.queue_state WHERE id = 1 AND next_expiry_at_ms <= p_now) THEN
    RETURN 0;
  END IF;
  v_ids := ARRAY(
    SELECT t.id FROM durable_queue.task t
    WHERE t.state = 1 AND t.id > 0 AND t.lease_expires_at_ms <= p_now ORDER BY t.id LIMIT p_most FOR UPDATE);
  -- Those that take a key again come first: a wait for a key must not keep the number of a finish.
  FOR v_task IN SELECT * FROM durable_queue.task t WHERE t.id = ANY (v_ids) ORDER BY t.cancel_requested OR t.attempt >= t.max_attempts, t.id LOOP
    v_error := format('The lease of worker ''%s'' expired.', v_task.worker);
    PERFORM durable_queue.note_attempt(v_task, CASE WHEN v_task.cancel_requested THEN 8 ELSE 4 END, v_error, NULL, p_now);
    IF v_task.cancel_requested THEN
      PERFORM durable_queue.finish(v_task, 4, 8, NULL, p_now);
    ELSIF v_task.attempt < v_task.max_attempts THEN
      PERFORM durable_queue.requeue(v_task, v_task.attempt, NULL, v_error, p_now);
    ELSE
      PERFORM durable_queue.finish(v_task, 3, 4, v_error, p_now);
    END IF;
    v_reaped := v_reaped + 1;
  END LOOP;
  UPDATE durable_queue.queue_state
  SET next_expiry_at_ms = (SELECT min(t.lease_expires_at_ms) FROM durable_queue.task t WHERE t.state = 1 AND t.id > 0) WHERE id = 1;
  RETURN v_reaped;
END $$;

-- Ends delays whose time has come: one chunk. Called by who holds the queue's lock.
CREATE FUNCTION durable_queue.promote(p_now bigint, p_most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_ids bigint[];
BEGIN
  IF NOT EXISTS (SELECT 1 FROM durable_queue.queue_state WHERE id = 1 AND next_due_at_ms <= p_now) THEN
    RETURN 0;
  END IF;
  v_ids := ARRAY(
    SELECT t.id FROM durable_queue.task t
    WHERE t.state = 0 AND (t.holds & 2) <> 0 AND t.not_before_at_ms <= p_now ORDER BY t.not_before_at_ms LIMIT p_most);
  WITH ended AS (
    UPDATE durable_queue.task t SET holds = t.holds & ~2 WHERE t.id = ANY (v_ids) RETURNING t.lane_id, t.holds, t.rank, t.position)
  INSERT INTO durable_queue.arrival (lane_id, ready, scheduled, held, head_rank, head_position)
  SELECT a.lane_id, a.ready, -(a.ready + a.held), a.held, a.head[1], a.head[2] FROM (
    SELECT e.lane_id, count(*) FILTER (WHERE e.holds = 0) AS ready, count(*) FILTER (WHERE e.holds <> 0) AS held,
           min(ARRAY[e.rank, e.position]) FILTER (WHERE e.holds = 0) AS head
    FROM ended e GROUP BY e.lane_id) a;
  UPDATE durable_queue.queue_state
  SET next_due_at_ms = (SELECT t.not_before_at_ms FROM durable_queue.task t WHERE t.state = 0 AND (t.holds & 2) <> 0 ORDER BY t.not_before_at_ms LIMIT 1) WHERE id = 1;
  RETURN cardinality(v_ids);
END $$;

CREATE FUNCTION durable_queue.next_deadline() RETURNS bigint LANGUAGE sql AS $$
  SELECT least(next_due_at_ms, next_expiry_at_ms) FROM durable_queue.queue_state WHERE id = 1
$$;

-- Ends delays and takes back leases, without checking anything out: one chunk of each.
CREATE FUNCTION durable_queue.sweep(p_now bigint, p_may_reap boolean) RETURNS TABLE (promoted integer, reaped integer, next_deadline_ms bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint;
BEGIN
  PERFORM durable_queue.enter();
  v_now := durable_queue.now_ms(p_now);
  PERFORM durable_queue.fold();
  promoted := durable_queue.promote(v_now, 500);
  reaped := CASE WHEN p_may_reap THEN durable_queue.reap(v_now, 500) ELSE 0 END;
  PERFORM durable_queue.fold();
  next_deadline_ms := durable_queue.next_deadline();
  RETURN NEXT;
END $$;

-- Ends tasks with success, and claims the best ready ones. One row for each that is claimed, in no order (place tells it), and one without an id, which tells
-- the next deadline and which leases were kept.
CREATE FUNCTION durable_queue.checkout(
  p_done_ids bigint[], p_done_tokens bigint[], p_done_results bytea[], p_now bigint, p_may_reap boolean, p_most integer, p_lease_ms bigint, p_types text[], p_groups text[],
  p_worker text, p_worker_id bigint, p_host text, p_boot text, p_pid integer, p_pid_started_at bigint, p_instance text, p_capacity integer)
RETURNS TABLE (
  place integer, id bigint, lane_id bigint, type text, group_name text, rank bigint, attempt integer, max_attempts integer, token bigint, lease_ms bigint,
  timeout_ms bigint, enqueued_at_ms bigint, not_before_at_ms bigint, label text, metadata text, trace_parent text, trace_state text, payload bytea,
  checkpoint bytea, now_ms bigint, worker_id bigint, next_deadline_ms bigint, kept boolean[])
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  c_breadth constant integer := 32;
  c_last constant bigint := 9223372036854775807;
  v_now bigint; v_left integer := p_most; v_taken integer := 0; v_worker bigint := p_worker_id; v_type_ids bigint[]; v_group_ids bigint[];
  v_lanes bigint[]; v_lane_groups bigint[]; v_urgent integer[]; v_head_ranks bigint[]; v_head_positions bigint[]; v_free bigint[];
  v_through_ranks bigint[]; v_through_positions bigint[]; v_count integer;
  v_ids bigint[]; v_from bigint[]; v_ranks bigint[]; v_positions bigint[]; v_has_started_keys boolean; v_changed integer; v_first_expiry bigint;
  v_kept boolean[]; v_ended integer;
BEGIN
  PERFORM durable_queue.enter();
  v_now := durable_queue.now_ms(p_now);
  PERFORM durable_queue.fold();
  v_ended := durable_queue.promote(v_now, 500) + (CASE WHEN p_may_reap THEN durable_queue.reap(v_now, 500) ELSE 0 END);
  IF p_done_ids IS NOT NULL THEN
    SELECT c.kept INTO v_kept FROM durable_queue.complete(p_now, p_done_ids, p_done_tokens, p_done_results) c;
    v_ended := v_ended + 1;
  END IF;
  IF v_ended > 0 THEN
    PERFORM durable_queue.fold();
  END IF;
  IF p_types IS NOT NULL THEN
    v_type_ids := ARRAY(SELECT y.id FROM durable_queue.task_type y WHERE y.name = ANY (p_types));
  END IF;
  IF p_groups IS NOT NULL THEN
    v_group_ids := ARRAY(SELECT g.id FROM durable_queue.task_group g WHERE g.name = ANY (p_groups));
  END IF;

  WHILE v_left > 0 LOOP
    -- The best lanes by their heads, one more than are taken from: every task before the head of that one is among the next.
    IF v_group_ids IS NOT NULL THEN
      SELECT array_agg(b.id ORDER BY b.urgent DESC, b.head_rank, b.head_position), array_agg(b.group_id ORDER BY b.urgent DESC, b.head_rank, b.head_position),
             array_agg(b.urgent ORDER BY b.urgent DESC, b.head_rank, b.head_position), array_agg(b.head_rank ORDER BY b.urgent DESC, b.head_rank, b.head_position),
             array_agg(b.head_position ORDER BY b.urgent DESC, b.head_rank, b.head_position)
      INTO v_lanes, v_lane_groups, v_urgent, v_head_ranks, v_head_positions
      FROM (
        SELECT l.id, l.group_id, l.urgent, l.head_rank, l.head_position FROM durable_queue.lane l
        WHERE l.group_id = ANY (v_group_ids) AND l.runnable AND (v_type_ids IS NULL OR l.type_id = ANY (v_type_ids))
        ORDER BY l.urgent DESC, l.head_rank, l.head_position LIMIT c_breadth + 1) b;
    ELSIF v_type_ids IS NOT NULL THEN
      SELECT array_agg(b.id ORDER BY b.urgent DESC, b.head_rank, b.head_position), array_agg(b.group_id ORDER BY b.urgent DESC, b.head_rank, b.head_position),
             array_agg(b.urgent ORDER BY b.urgent DESC, b.head_rank, b.head_position), array_agg(b.head_rank ORDER BY b.urgent DESC, b.head_rank, b.head_position),
             array_agg(b.head_position ORDER BY b.urgent DESC, b.head_rank, b.head_position)
      INTO v_lanes, v_lane_groups, v_urgent, v_head_ranks, v_head_positions
      FROM (
        SELECT l.id, l.group_id, l.urgent, l.head_rank, l.head_position
        FROM unnest(v_type_ids) AS y (id) CROSS JOIN LATERAL (
          SELECT * FROM durable_queue.lane l WHERE l.runnable AND l.type_id = y.id ORDER BY l.urgent DESC, l.head_rank, l.head_position LIMIT c_breadth + 1) l
        ORDER BY l.urgent DESC, l.head_rank, l.head_position LIMIT c_breadth + 1) b;
    ELSE
      SELECT array_agg(b.id ORDER BY b.urgent DESC, b.head_rank, b.head_position), array_agg(b.group_id ORDER BY b.urgent DESC, b.head_rank, b.head_position),
             array_agg(b.urgent ORDER BY b.urgent DESC, b.head_rank, b.head_position), array_agg(b.head_rank ORDER BY b.urgent DESC, b.head_rank, b.head_position),
             array_agg(b.head_position ORDER BY b.urgent DESC, b.head_rank, b.head_position)
      INTO v_lanes, v_lane_groups, v_urgent, v_head_ranks, v_head_positions
      FROM (
        SELECT l.id, l.group_id, l.urgent, l.head_rank, l.head_position FROM durable_queue.lane l
        WHERE l.runnable ORDER BY l.urgent DESC, l.head_rank, l.head_position LIMIT c_breadth + 1) b;
    END IF;
    EXIT WHEN v_lanes IS NULL;
    v_count := least(cardinality(v_lanes), c_breadth);

    -- Only a lane of the same urgency is a bound: more urgent ones come before all others.
    v_through_ranks := ARRAY(
      SELECT CASE WHEN v_urgent[c_breadth + 1] = u.urgent THEN v_head_ranks[c_breadth + 1] ELSE c_last END FROM unnest(v_urgent[1:v_count]) WITH ORDINALITY AS u (urgent, item) ORDER BY u.item);
    v_through_positions := ARRAY(
      SELECT CASE WHEN v_urgent[c_breadth + 1] = u.urgent THEN v_head_positions[c_breadth + 1] ELSE c_last END FROM unnest(v_urgent[1:v_count]) WITH ORDINALITY AS u (urgent, item) ORDER BY u.item);
    v_free := ARRAY(
      SELECT CASE WHEN u.urgent > 0 OR g.parallelism = 0 THEN v_left ELSE greatest(0, least(v_left, g.parallelism - g.running)) END
      FROM unnest(v_lane_groups[1:v_count], v_urgent[1:v_count]) WITH ORDINALITY AS u (group_id, urgent, item) JOIN durable_queue.task_group g ON g.id = u.group_id
      ORDER BY u.item);
    SELECT array_agg(c.id ORDER BY c.urgent DESC, c.rank, c.position), array_agg(c.lane_id ORDER BY c.urgent DESC, c.rank, c.position),
           array_agg(c.rank ORDER BY c.urgent DESC, c.rank, c.position), array_agg(c.position ORDER BY c.urgent DESC, c.rank, c.position), bool_or(c.dedup = 3)
    INTO v_ids, v_from, v_ranks, v_positions, v_has_started_keys
    FROM (
      SELECT p.* FROM (
        SELECT t.id, t.rank, t.position, t.dedup, b.lane_id, b.group_id, b.urgent,
               row_number() OVER (PARTITION BY b.group_id ORDER BY b.urgent DESC, t.rank, t.position) AS place
        FROM unnest(v_lanes[1:v_count], v_lane_groups[1:v_count], v_urgent[1:v_count], v_head_ranks[1:v_count], v_head_positions[1:v_count],
                    v_through_ranks, v_through_positions, v_free)
          AS b (lane_id, group_id, urgent, head_rank, head_position, through_rank, through_position, free)
        CROSS JOIN LATERAL (
          SELECT t.id, t.rank, t.position, t.dedup FROM durable_queue.task t
          WHERE t.lane_id = b.lane_id AND t.state = 0 AND t.holds = 0
            AND (t.rank, t.position) >= (b.head_rank, b.head_position) AND (t.rank, t.position) < (b.through_rank, b.through_position)
          ORDER BY t.rank, t.position LIMIT b.free) t) p
      JOIN durable_queue.task_group g ON g.id = p.group_id
      WHERE p.urgent > 0 OR g.parallelism = 0 OR p.place <= g.parallelism - g.running
      ORDER BY p.urgent DESC, p.rank, p.position LIMIT v_left) c;

    IF v_ids IS NOT NULL THEN
      IF v_worker IS NULL THEN
        v_worker := durable_queue.keep_worker(v_now, p_worker, p_host, p_boot, p_pid, p_pid_started_at, p_instance, p_types, p_groups, p_capacity);
      END IF;
      IF v_has_started_keys THEN
        DELETE FROM durable_queue.dedup d USING durable_queue.task t WHERE t.id = ANY (v_ids) AND t.dedup = 3 AND d.task_id = t.id;
      END IF;
      -- A task without a type stays urgent until it has run: the checkout that chooses its type is not the one that was asked for.
      RETURN QUERY
        WITH claimed AS (
          UPDATE durable_queue.task t
          SET state = 1, attempt = t.attempt + 1, token = t.token + 1, lease_ms = coalesce(t.lease_override_ms, p_lease_ms),
              lease_expires_at_ms = v_now + coalesce(t.lease_override_ms, p_lease_ms), started_at_ms = v_now, worker_id = v_worker, worker = p_worker,
              lane_id = CASE WHEN y.name = 'auto' THEN l.id ELSE coalesce(l.normal_id, l.id) END
          FROM unnest(v_ids, v_from) WITH ORDINALITY AS u (id, lane_id, item)
          JOIN durable_queue.lane l ON l.id = u.lane_id
          JOIN durable_queue.task_type y ON y.id = l.type_id
          JOIN durable_queue.task_group g ON g.id = l.group_id
          WHERE t.id = u.id AND t.state = 0
          RETURNING (v_taken + u.item)::integer AS place, t.*, y.name AS type_name, g.name AS group_name)
        SELECT c.place, c.id, c.lane_id, c.type_name, c.group_name, c.rank, c.attempt, c.max_attempts, c.token, c.lease_ms, c.timeout_ms,
               c.enqueued_at_ms, c.not_before_at_ms, c.label, c.metadata, c.trace_parent, c.trace_state, c.payload,
               CASE WHEN c.checkpointed THEN (SELECT k.data FROM durable_queue.task_checkpoint k WHERE k.id = c.id) END, v_now, v_worker, NULL::bigint, NULL::boolean[]
        FROM claimed c;
      v_first_expiry := least(v_first_expiry, (SELECT v_now + min(t.lease_ms) FROM durable_queue.task t WHERE t.id = ANY (v_ids)));
      UPDATE durable_queue.task_group g
      SET ready = g.ready - s.taken, running = g.running + s.taken
      FROM (SELECT l.group_id, count(*) AS taken FROM unnest(v_from) AS u (id) JOIN durable_queue.lane l ON l.id = u.id GROUP BY l.group_id) s
      WHERE g.id = s.group_id;
      v_taken := v_taken + cardinality(v_ids);
      v_left := v_left - cardinality(v_ids);
    END IF;

    -- The heads of all lanes that were looked at. What is before the last that was taken is taken; what commits later comes as an arrival.
    WITH heads AS (
      SELECT b.lane_id, h.rank, h.position
      FROM (
        SELECT u.lane_id, coalesce(x.place[1], u.head_rank) AS from_rank, coalesce(x.place[2], u.head_position) AS from_position
        FROM unnest(v_lanes[1:v_count], v_head_ranks[1:v_count], v_head_positions[1:v_count]) AS u (lane_id, head_rank, head_position)
        LEFT JOIN (
          SELECT k.lane_id, max(ARRAY[k.rank, k.position]) AS place FROM unnest(v_from, v_ranks, v_positions) AS k (lane_id, rank, position) GROUP BY k.lane_id) x
          ON x.lane_id = u.lane_id) b
      LEFT JOIN LATERAL (
        SELECT t.rank, t.position FROM durable_queue.task t
        WHERE t.lane_id = b.lane_id AND t.state = 0 AND t.holds = 0 AND (t.rank, t.position) >= (b.from_rank, b.from_position)
        ORDER BY t.rank, t.position LIMIT 1) h ON true)
    UPDATE durable_queue.lane l
    SET head_rank = h.rank, head_position = h.position
    FROM heads h WHERE l.id = h.lane_id AND (l.head_rank, l.head_position) IS DISTINCT FROM (h.rank, h.position);
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    PERFORM durable_queue.open_lanes(v_lane_groups);
    IF v_ids IS NULL AND v_changed = 0 THEN
      RAISE EXCEPTION 'Lane % offers a task that it does not have.', v_lanes[1] USING ERRCODE = 'DQ002';
    END IF;
  END LOOP;

  UPDATE durable_queue.queue_state SET next_expiry_at_ms = v_first_expiry
  WHERE queue_state.id = 1 AND v_first_expiry < coalesce(next_expiry_at_ms, c_last);
  RETURN QUERY SELECT 0, NULL::bigint, NULL::bigint, NULL::text, NULL::text, NULL::bigint, NULL::integer, NULL::integer, NULL::bigint, NULL::bigint,
    NULL::bigint, NULL::bigint, NULL::bigint, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bytea, NULL::bytea, v_now, v_worker, durable_queue.next_deadline(), v_kept;
END $$;

-- The row of a worker, made when it first takes a task.
CREATE FUNCTION durable_queue.keep_worker(
  p_now bigint, p_name text, p_host text, p_boot text, p_pid integer, p_pid_started_at bigint, p_instance text, p_types text[], p_groups text[], p_capacity integer)
RETURNS bigint LANGUAGE sql AS $$
  INSERT INTO durable_queue.worker (name, host, boot_id, pid, pid_started_at, queue_instance, started_at_ms, last_seen_at_ms, types, group_names, capacity)
  VALUES (p_name, p_host, p_boot, p_pid, p_pid_started_at, p_instance, p_now, p_now, p_types, p_groups, p_capacity)
  ON CONFLICT (name, queue_instance) DO UPDATE
  SET last_seen_at_ms = excluded.last_seen_at_ms, types = excluded.types, group_names = excluded.group_names, capacity = excluded.capacity
  RETURNING id
$$;

-- Marks the workers of a process as seen, and forgets those that have not been seen for a day and hold no lease.
CREATE FUNCTION durable_queue.mark_seen(p_now bigint, p_instance text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint := durable_queue.now_ms(p_now);
BEGIN
  UPDATE durable_queue.worker SET last_seen_at_ms = v_now WHERE queue_instance = p_instance;
  DELETE FROM durable_queue.worker w
  WHERE w.last_seen_at_ms < v_now - 86400000 AND NOT EXISTS (SELECT 1 FROM durable_queue.task t WHERE t.state = 1 AND t.id > 0 AND t.worker_id = w.id);
END $$;

-- Ends tasks with success, each lease judged by itself. It takes no lock of the queue: the group's slots are free once its arrivals are folded.
CREATE FUNCTION durable_queue.complete(p_now bigint, p_ids bigint[], p_tokens bigint[], p_results bytea[]) RETURNS TABLE (kept boolean[]) LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint; v_held bigint[]; v_ids bigint[]; v_items integer[]; v_cleared bigint[]; v_keyed bigint[]; v_first bigint;
BEGIN
  PERFORM durable_queue.require_read_committed();
  v_held := ARRAY(SELECT t.id FROM durable_queue.task t WHERE t.id = ANY (p_ids) AND t.state = 1 ORDER BY t.id FOR UPDATE);
  v_now := durable_queue.now_ms(p_now);
  SELECT array_agg(k.id ORDER BY k.item), array_agg(k.item ORDER BY k.item), array_agg(k.id) FILTER (WHERE k.cleared), array_agg(k.id) FILTER (WHERE k.keyed)
  INTO v_ids, v_items, v_cleared, v_keyed
  FROM (
    SELECT t.id, min(u.item)::integer AS item, bool_or(t.checkpointed OR t.failure_result) AS cleared, bool_or(t.dedup IN (1, 3)) AS keyed
    FROM unnest(p_ids, p_tokens) WITH ORDINALITY AS u (id, token, item)
    JOIN durable_queue.task t ON t.id = u.id AND t.token = u.token
    WHERE t.state = 1 AND t.id = ANY (v_held)
    GROUP BY t.id) k;
  IF v_ids IS NULL THEN
    kept := ARRAY(SELECT false FROM generate_series(1, cardinality(p_ids)));
    RETURN NEXT;
    RETURN;
  END IF;
  IF v_keyed IS NOT NULL THEN
    DELETE FROM durable_queue.dedup WHERE task_id = ANY (v_keyed);
  END IF;
  IF v_cleared IS NOT NULL THEN
    DELETE FROM durable_queue.task_checkpoint WHERE id = ANY (v_cleared);
    DELETE FROM durable_queue.task_result WHERE id = ANY (v_cleared);
  END IF;
  INSERT INTO durable_queue.task_result (id, result)
  SELECT u.id, p_results[u.item] FROM unnest(v_ids, v_items) AS u (id, item) WHERE p_results[u.item] IS NOT NULL;
  INSERT INTO durable_queue.arrival (lane_id, running, waiting, done)
  SELECT t.lane_id, -(count(*) FILTER (WHERE NOT t.waiting)), -(count(*) FILTER (WHERE t.waiting)), count(*)
  FROM durable_queue.task t WHERE t.id = ANY (v_ids) GROUP BY t.lane_id;
  UPDATE durable_queue.finish_state SET sequence = sequence + cardinality(v_ids) WHERE id = 1 RETURNING sequence - cardinality(v_ids) INTO v_first;
  UPDATE durable_queue.task t
  SET state = 2, outcome = 1, waiting = false, checkpointed = false, failure_result = false, lease_expires_at_ms = NULL, finished_at_ms = v_now,
      finish_sequence = v_first + u.place, error = CASE WHEN t.cancel_requested THEN NULL ELSE t.error END, cancel_requested = false
  FROM unnest(v_ids) WITH ORDINALITY AS u (id, place) WHERE t.id = u.id;
  kept := ARRAY(SELECT u.item = ANY (v_items) FROM generate_series(1, cardinality(p_ids)) AS u (item) ORDER BY u.item);
  RETURN NEXT;
END $$;

-- Renews leases, including expired ones that were not reaped: 0 lost, 1 renewed, 2 renewed and to be cancelled.
CREATE FUNCTION durable_queue.heartbeat(p_now bigint, p_ids bigint[], p_tokens bigint[]) RETURNS TABLE (answers smallint[]) LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint; v_held bigint[]; v_first bigint;
BEGIN
  v_held := ARRAY(SELECT t.id FROM durable_queue.task t WHERE t.id = ANY (p_ids) AND t.state = 1 ORDER BY t.id FOR UPDATE);
  v_now := durable_queue.now_ms(p_now);
  answers := ARRAY(
    SELECT CASE WHEN t.id IS NULL THEN 0 WHEN t.cancel_requested THEN 2 ELSE 1 END
    FROM unnest(p_ids, p_tokens) WITH ORDINALITY AS u (id, token, item)
    LEFT JOIN durable_queue.task t ON t.id = u.id AND t.token = u.token AND t.state = 1 AND t.id = ANY (v_held) ORDER BY u.item);
  WITH renewed AS (
    UPDATE durable_queue.task t SET lease_expires_at_ms = v_now + t.lease_ms
    FROM (SELECT DISTINCT k.id, k.token FROM unnest(p_ids, p_tokens) AS k (id, token)) u
    WHERE t.id = u.id AND t.token = u.token AND t.state = 1 AND t.id = ANY (v_held)
    RETURNING t.lease_expires_at_ms)
  SELECT min(lease_expires_at_ms) INTO v_first FROM renewed;
  -- After the clock was set back, the new expiry is earlier than the old one.
  UPDATE durable_queue.queue_state SET next_expiry_at_ms = v_first WHERE id = 1 AND v_first < next_expiry_at_ms;
  RETURN NEXT;
END $$;

-- The row of a task, locked, if the lease is still the right to finish it.
CREATE FUNCTION durable_queue.leased(p_id bigint, p_token bigint) RETURNS durable_queue.task LANGUAGE plpgsql AS $$
DECLARE
  v_task durable_queue.task;
BEGIN
  SELECT * INTO v_task FROM durable_queue.task t WHERE t.id = p_id FOR UPDATE;
  IF FOUND AND v_task.state = 1 AND v_task.token = p_token THEN
    RETURN v_task;
  END IF;
  RETURN NULL;
END $$;

-- Ends an attempt without success. Without attempts left or retryable, the task fails with the outcome.
CREATE FUNCTION durable_queue.fail(p_now bigint, p_id bigint, p_token bigint, p_outcome smallint, p_error text, p_retryable boolean, p_delay_ms bigint, p_result bytea)
RETURNS TABLE (kept boolean, due_at_ms bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_task durable_queue.task; v_now bigint;
BEGIN
  PERFORM durable_queue.enter();
  v_task := durable_queue.leased(p_id, p_token);
  kept := v_task.id IS NOT NULL;
  IF kept THEN
    v_now := durable_queue.now_ms(p_now);
    PERFORM durable_queue.note_attempt(v_task, CASE WHEN v_task.cancel_requested THEN 8 ELSE p_outcome END, p_error, p_result, v_now);
    -- A killed task keeps the reason it was cancelled for.
    IF v_task.cancel_requested THEN
      PERFORM durable_queue.finish(v_task, 4, 8, NULL, v_now);
    ELSIF p_retryable AND v_task.attempt < v_task.max_attempts THEN
      PERFORM durable_queue.requeue(v_task, v_task.attempt, v_now + p_delay_ms, p_error, v_now);
      due_at_ms := v_now + p_delay_ms;
    ELSE
      PERFORM durable_queue.finish(v_task, 3, p_outcome, p_error, v_now);
    END IF;
  END IF;
  RETURN NEXT;
END $$;

-- Gives a task back without charging the attempt.
CREATE FUNCTION durable_queue.release(p_now bigint, p_id bigint, p_token bigint, p_delay_ms bigint) RETURNS TABLE (kept boolean, due_at_ms bigint) LANGUAGE plpgsql AS $$
DECLARE
  v_task durable_queue.task; v_now bigint;
BEGIN
  PERFORM durable_queue.enter();
  v_task := durable_queue.leased(p_id, p_token);
  kept := v_task.id IS NOT NULL;
  IF kept THEN
    v_now := durable_queue.now_ms(p_now);
    IF v_task.cancel_requested THEN
      PERFORM durable_queue.finish(v_task, 4, 8, NULL, v_now);
    ELSE
      PERFORM durable_queue.requeue(v_task, v_task.attempt - 1, v_now + p_delay_ms, NULL, v_now);
      due_at_ms := v_now + p_delay_ms;
    END IF;
  END IF;
  RETURN NEXT;
END $$;

-- Gives the slot of a running task back while it waits for something else. One that is to be cancelled ends.
CREATE FUNCTION durable_queue.suspend(p_now bigint, p_id bigint, p_token bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_task durable_queue.task;
BEGIN
  PERFORM durable_queue.enter();
  v_task := durable_queue.leased(p_id, p_token);
  IF v_task.id IS NULL THEN
    RETURN false;
  END IF;
  IF v_task.cancel_requested THEN
    PERFORM durable_queue.finish(v_task, 4, 8, NULL, durable_queue.now_ms(p_now));
    RETURN false;
  END IF;
  IF NOT v_task.waiting THEN
    UPDATE durable_queue.task SET waiting = true WHERE id = p_id;
    PERFORM durable_queue.note_move(v_task.lane_id, 'running', 'waiting', NULL, NULL, NULL);
  END IF;
  RETURN true;
END $$;

-- Takes the slot again, above the limit if it must be.
CREATE FUNCTION durable_queue.resume(p_id bigint, p_token bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_task durable_queue.task;
BEGIN
  PERFORM durable_queue.enter();
  v_task := durable_queue.leased(p_id, p_token);
  IF v_task.id IS NOT NULL AND v_task.waiting THEN
    UPDATE durable_queue.task SET waiting = false WHERE id = p_id;
    PERFORM durable_queue.note_move(v_task.lane_id, 'waiting', 'running', NULL, NULL, NULL);
  END IF;
  RETURN v_task.id IS NOT NULL;
END $$;

CREATE FUNCTION durable_queue.report_progress(p_id bigint, p_token bigint, p_fraction double precision, p_message text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM durable_queue.task t WHERE t.id = p_id AND t.token = p_token AND t.state = 1 FOR SHARE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO durable_queue.task_progress AS p (id, fraction, message) VALUES (p_id, p_fraction, p_message)
  ON CONFLICT (id) DO UPDATE SET fraction = excluded.fraction, message = excluded.message;
  RETURN true;
END $$;

CREATE FUNCTION durable_queue.save_checkpoint(p_id bigint, p_token bigint, p_data bytea) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE durable_queue.task SET checkpointed = true WHERE id = p_id AND token = p_token AND state = 1;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO durable_queue.task_checkpoint AS c (id, data) VALUES (p_id, p_data) ON CONFLICT (id) DO UPDATE SET data = excluded.data;
  RETURN true;
END $$;

-- Regular work that is due is taken by who moves its time on. After the clock went back, no turn is further away than a period.
CREATE FUNCTION durable_queue.take_turn(p_now bigint, p_work text, p_period_ms bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint := durable_queue.now_ms(p_now);
BEGIN
  INSERT INTO durable_queue.upkeep AS u (work, due_at_ms) VALUES (p_work, v_now + p_period_ms)
  ON CONFLICT (work) DO UPDATE SET due_at_ms = excluded.due_at_ms WHERE u.due_at_ms <= v_now OR u.due_at_ms > excluded.due_at_ms;
  RETURN FOUND;
END $$;
