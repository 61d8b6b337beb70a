-- Groups, and changes to tasks from outside. The states in which a change is allowed come from the caller, who has the table of the lifecycle; a call that finds
-- another state changes nothing and gives the state. No state means that there is no such task.

CREATE FUNCTION durable_queue.ensure_group(p_name text, p_parallelism integer, p_new_limit integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_group bigint; v_removed boolean;
BEGIN
  PERFORM durable_queue.enter();
  PERFORM durable_queue.fold();
  SELECT g.id, g.removed INTO v_group, v_removed FROM durable_queue.task_group g WHERE g.name = p_name;
  IF NOT FOUND THEN
    INSERT INTO durable_queue.task_group (name, configured, parallelism) VALUES (p_name, true, coalesce(p_parallelism, 0));
    RETURN;
  END IF;
  UPDATE durable_queue.task_group
  SET configured = true, removed = false, paused = paused AND NOT v_removed, pause_on_failure = pause_on_failure AND NOT v_removed,
      parallelism = coalesce(p_parallelism, CASE WHEN v_removed THEN 0 ELSE parallelism END)
  WHERE id = v_group;
  PERFORM durable_queue.open_lanes(ARRAY[v_group]);
END $$;

-- Creates a group unless it exists, one that was removed with default settings. False: it exists.
CREATE FUNCTION durable_queue.create_group(p_name text, p_parallelism integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM durable_queue.enter();
  PERFORM durable_queue.fold();
  IF EXISTS (SELECT FROM durable_queue.task_group g WHERE g.name = p_name AND NOT g.removed) THEN
    RETURN false;
  END IF;
  PERFORM durable_queue.ensure_group(p_name, p_parallelism, p_parallelism);
  RETURN true;
END $$;

CREATE FUNCTION durable_queue.change_group(p_name text, p_parallelism integer, p_paused boolean, p_pause_on_failure boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_group bigint;
BEGIN
  PERFORM durable_queue.enter();
  PERFORM durable_queue.fold();
  UPDATE durable_queue.task_group
  SET configured = true, parallelism = coalesce(p_parallelism, parallelism), paused = coalesce(p_paused, paused),
      pause_on_failure = coalesce(p_pause_on_failure, pause_on_failure)
  WHERE name = p_name AND NOT removed
  RETURNING id INTO v_group;
  IF v_group IS NULL THEN
    RETURN false;
  END IF;
  PERFORM durable_queue.open_lanes(ARRAY[v_group]);
  RETURN true;
END $$;

-- Removes a group that has no unfinished tasks. No row: there is no such group.
CREATE FUNCTION durable_queue.remove_group(p_name text) RETURNS TABLE (queued bigint, checked_out bigint) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM durable_queue.enter();
  PERFORM durable_queue.fold();
  SELECT g.ready + g.scheduled + g.held, g.running + g.waiting INTO queued, checked_out FROM durable_queue.task_group g WHERE g.name = p_name AND NOT g.removed;
  IF FOUND THEN
    UPDATE durable_queue.task_group SET removed = true WHERE name = p_name AND queued + checked_out = 0;
    RETURN NEXT;
  END IF;
END $$;

CREATE FUNCTION durable_queue.cancel(p_now bigint, p_id bigint, p_reason text) RETURNS smallint LANGUAGE plpgsql AS $$
DECLARE
  v_task durable_queue.task;
BEGIN
  PERFORM durable_queue.enter();
  SELECT * INTO v_task FROM durable_queue.task t WHERE t.id = p_id FOR UPDATE;
  IF v_task.state = 0 THEN
    PERFORM durable_queue.finish(v_task, 4, 7, p_reason, durable_queue.now_ms(p_now));
  ELSIF v_task.state = 1 AND NOT v_task.cancel_requested THEN
    -- An enqueue of the same work must not be given a task that will not do it.
    IF v_task.dedup = 1 THEN
      PERFORM durable_queue.free_key(v_task);
    END IF;
    UPDATE durable_queue.task SET cancel_requested = true, error = coalesce(p_reason, 'Cancelled while it ran.') WHERE id = p_id;
  END IF;
  RETURN v_task.state;
END $$;

-- Queues a finished task again, in place. A holder means that another task has its key, and nothing was changed.
CREATE FUNCTION durable_queue.retry(p_now bigint, p_id bigint, p_stashed boolean, p_allowed smallint[]) RETURNS TABLE (state smallint, holder bigint, due_at_ms bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_task durable_queue.task; v_now bigint; v_holds integer; v_lane bigint; v_holder bigint;
BEGIN
  PERFORM durable_queue.enter();
  SELECT * INTO v_task FROM durable_queue.task t WHERE t.id = p_id FOR UPDATE;
  state := v_task.state;
  IF v_task.id IS NULL OR NOT v_task.state = ANY (p_allowed) THEN
    RETURN NEXT;
    RETURN;
  END IF;
  IF v_task.dedup IN (1, 3) THEN
    INSERT INTO durable_queue.dedup (key, task_id) VALUES (v_task.dedup_key, p_id) ON CONFLICT (key) DO NOTHING;
  END IF;
  IF v_task.dedup IN (1, 2) THEN
    SELECT d.task_id INTO v_holder FROM durable_queue.dedup d WHERE d.key = v_task.dedup_key AND d.task_id <> p_id;
    IF v_holder IS NOT NULL THEN
      holder := v_holder;
      RETURN NEXT;
      RETURN;
    END IF;
  END IF;
  v_now := durable_queue.now_ms(p_now);
  v_holds := CASE WHEN v_task.not_before_at_ms > v_now THEN 2 ELSE 0 END + CASE WHEN p_stashed THEN 4 ELSE 0 END;
  SELECT coalesce(l.normal_id, l.id) INTO v_lane FROM durable_queue.lane l WHERE l.id = v_task.lane_id;
  UPDATE durable_queue.task
  SET state = 0, lane_id = v_lane, holds = v_holds, attempt = 0, outcome = 0, checkpointed = false, failure_result = false, started_at_ms = NULL,
      finished_at_ms = NULL, finish_sequence = NULL, worker_id = NULL, worker = NULL, error = NULL
  WHERE id = p_id;
  DELETE FROM durable_queue.task_result WHERE id = p_id;
  DELETE FROM durable_queue.task_progress WHERE id = p_id;
  DELETE FROM durable_queue.task_checkpoint WHERE id = p_id;
  PERFORM durable_queue.note_move(v_lane, durable_queue.counted_as(v_task.state, false, 0), durable_queue.counted_as(0, false, v_holds),
    v_task.rank, v_task.position, v_task.not_before_at_ms);
  due_at_ms := v_task.not_before_at_ms;
  RETURN NEXT;
END $$;

-- Changes why a queued task waits, and in which lane. Called by who holds the queue's lock and the task's row.
CREATE FUNCTION durable_queue.set_holds(p_task durable_queue.task, p_holds integer, p_lane bigint, p_not_before bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE durable_queue.task SET holds = p_holds, lane_id = p_lane, not_before_at_ms = p_not_before WHERE id = (p_task).id;
  PERFORM durable_queue.note_move((p_task).lane_id, durable_queue.counted_as(0, false, (p_task).holds), '', NULL, NULL, NULL);
  PERFORM durable_queue.note_move(p_lane, '', durable_queue.counted_as(0, false, p_holds), (p_task).rank, (p_task).position, p_not_before);
END $$;

CREATE FUNCTION durable_queue.stash(p_id bigint, p_stash boolean, p_allowed smallint[]) RETURNS smallint LANGUAGE plpgsql AS $$
DECLARE
  v_task durable_queue.task; v_holds integer;
BEGIN
  PERFORM durable_queue.enter();
  SELECT * INTO v_task FROM durable_queue.task t WHERE t.id = p_id FOR UPDATE;
  IF v_task.state = ANY (p_allowed) THEN
    v_holds := CASE WHEN p_stash THEN v_task.holds | 4 ELSE v_task.holds & ~4 END;
    IF v_holds <> v_task.holds THEN
      PERFORM durable_queue.set_holds(v_task, v_holds, v_task.lane_id, v_task.not_before_at_ms);
    END IF;
  END IF;
  RETURN v_task.state;
END $$;

-- Makes a queued task urgent. It gives the holds that stand against it; with any, nothing was changed.
CREATE FUNCTION durable_queue.run_now(p_id bigint, p_lifted integer, p_urgent smallint, p_allowed smallint[]) RETURNS TABLE (state smallint, held smallint) LANGUAGE plpgsql AS $$
DECLARE
  v_task durable_queue.task; v_lane durable_queue.lane;
BEGIN
  PERFORM durable_queue.enter();
  SELECT * INTO v_task FROM durable_queue.task t WHERE t.id = p_id FOR UPDATE;
  state := v_task.state;
  held := v_task.holds & ~p_lifted;
  IF v_task.state = ANY (p_allowed) AND held = 0 THEN
    SELECT * INTO v_lane FROM durable_queue.lane l WHERE l.id = v_task.lane_id;
    PERFORM durable_queue.set_holds(v_task, 0, durable_queue.lane_with(v_lane.group_id, v_lane.type_id, p_urgent), NULL);
  END IF;
  RETURN NEXT;
END $$;

-- Gives a queued task another place in the order. Called by who holds the queue's lock and the task's row.
CREATE FUNCTION durable_queue.set_place(p_task durable_queue.task, p_rank bigint, p_position bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE durable_queue.task SET rank = p_rank, position = p_position WHERE id = (p_task).id;
  IF (p_task).holds = 0 THEN
    INSERT INTO durable_queue.arrival (lane_id, head_rank, head_position) VALUES ((p_task).lane_id, p_rank, p_position);
  END IF;
END $$;

CREATE FUNCTION durable_queue.swap(p_first bigint, p_second bigint, p_allowed smallint[])
RETURNS TABLE (first_state smallint, second_state smallint, first_group text, second_group text) LANGUAGE plpgsql AS $$
DECLARE
  v_one durable_queue.task; v_other durable_queue.task;
BEGIN
  PERFORM durable_queue.enter();
  PERFORM 1 FROM durable_queue.task t WHERE t.id IN (p_first, p_second) ORDER BY t.id FOR UPDATE;
  SELECT * INTO v_one FROM durable_queue.task t WHERE t.id = p_first;
  SELECT * INTO v_other FROM durable_queue.task t WHERE t.id = p_second;
  first_state := v_one.state;
  second_state := v_other.state;
  SELECT g.name INTO first_group FROM durable_queue.lane l JOIN durable_queue.task_group g ON g.id = l.group_id WHERE l.id = v_one.lane_id;
  SELECT g.name INTO second_group FROM durable_queue.lane l JOIN durable_queue.task_group g ON g.id = l.group_id WHERE l.id = v_other.lane_id;
  IF v_one.state = ANY (p_allowed) AND v_other.state = ANY (p_allowed) AND first_group = second_group THEN
    PERFORM durable_queue.set_place(v_one, v_other.rank, v_other.position);
    PERFORM durable_queue.set_place(v_other, v_one.rank, v_one.position);
  END IF;
  RETURN NEXT;
END $$;

-- Changes a queued task. It gives the attempts that were made; if there may not be as few as asked for, nothing was changed.
CREATE FUNCTION durable_queue.edit(
  p_now bigint, p_id bigint, p_allowed smallint[], p_priority integer, p_group text, p_new_limit integer, p_set_label boolean, p_label text, p_max_attempts integer,
  p_set_payload boolean, p_payload bytea, p_not_before bigint) RETURNS TABLE (state smallint, attempt integer, due_at_ms bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_task durable_queue.task; v_now bigint; v_holds integer; v_lane bigint; v_not_before bigint;
BEGIN
  PERFORM durable_queue.enter();
  SELECT * INTO v_task FROM durable_queue.task t WHERE t.id = p_id FOR UPDATE;
  state := v_task.state;
  attempt := v_task.attempt;
  IF v_task.id IS NULL OR NOT v_task.state = ANY (p_allowed) OR p_max_attempts <= v_task.attempt THEN
    RETURN NEXT;
    RETURN;
  END IF;
  v_now := durable_queue.now_ms(p_now);
  UPDATE durable_queue.task
  SET label = CASE WHEN p_set_label THEN p_label ELSE label END, max_attempts = coalesce(p_max_attempts, max_attempts),
      payload = CASE WHEN p_set_payload THEN p_payload ELSE payload END
  WHERE id = p_id;
  IF p_priority IS NOT NULL THEN
    PERFORM durable_queue.set_place(v_task, -p_priority::bigint, v_task.position);
    v_task.rank := -p_priority::bigint;
  END IF;
  v_lane := v_task.lane_id;
  IF p_group IS NOT NULL THEN
    SELECT durable_queue.lane_of(p_group, y.name, l.urgent, NULL, p_new_limit) INTO v_lane
    FROM durable_queue.lane l JOIN durable_queue.task_type y ON y.id = l.type_id WHERE l.id = v_task.lane_id;
  END IF;
  v_holds := v_task.holds;
  v_not_before := v_task.not_before_at_ms;
  IF p_not_before IS NOT NULL THEN
    v_holds := CASE WHEN p_not_before > v_now THEN v_holds | 2 ELSE v_holds & ~2 END;
    v_not_before := CASE WHEN p_not_before > v_now THEN p_not_before END;
  END IF;
  IF v_lane <> v_task.lane_id OR v_holds <> v_task.holds OR p_not_before IS NOT NULL THEN
    PERFORM durable_queue.set_holds(v_task, v_holds, v_lane, v_not_before);
  END IF;
  due_at_ms := v_not_before;
  RETURN NEXT;
END $$;

-- Deletes all that is stored of tasks whose rows are locked. Called by who holds the queue's lock.
CREATE FUNCTION durable_queue.delete_tasks(p_ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM durable_queue.task_result WHERE id = ANY (p_ids);
  DELETE FROM durable_queue.task_progress WHERE id = ANY (p_ids);
  DELETE FROM durable_queue.task_checkpoint WHERE id = ANY (p_ids);
  DELETE FROM durable_queue.task_attempt WHERE task_id = ANY (p_ids);
  -- The keys of tasks that these enqueued go with them: no attempt can enqueue them again.
  DELETE FROM durable_queue.dedup d USING unnest(p_ids) AS u (id)
  WHERE d.key >= ('child:' || u.id || ':') COLLATE "C" AND d.key < ('child:' || u.id || ';') COLLATE "C";
  WITH gone AS (
    DELETE FROM durable_queue.task WHERE id = ANY (p_ids)
    RETURNING lane_id, durable_queue.counted_as(state, waiting, holds) AS counted)
  INSERT INTO durable_queue.arrival (lane_id, ready, scheduled, held, done, failed, cancelled)
  SELECT g.lane_id, -count(*) FILTER (WHERE g.counted = 'ready'), -count(*) FILTER (WHERE g.counted = 'scheduled'), -count(*) FILTER (WHERE g.counted = 'held'),
         -count(*) FILTER (WHERE g.counted = 'done'), -count(*) FILTER (WHERE g.counted = 'failed'), -count(*) FILTER (WHERE g.counted = 'cancelled')
  FROM gone g GROUP BY g.lane_id;
END $$;

-- Deletes tasks, all or none. It gives the first that is missing, or in a state that is not allowed; then nothing was changed.
CREATE FUNCTION durable_queue.remove_tasks(p_ids bigint[], p_allowed smallint[]) RETURNS TABLE (refused bigint, state smallint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_ids bigint[];
BEGIN
  PERFORM durable_queue.enter();
  v_ids := ARRAY(SELECT t.id FROM durable_queue.task t WHERE t.id = ANY (p_ids) ORDER BY t.id FOR UPDATE);
  SELECT u.id, t.state INTO refused, state
  FROM unnest(p_ids) WITH ORDINALITY AS u (id, item) LEFT JOIN durable_queue.task t ON t.id = u.id
  WHERE t.id IS NULL OR NOT t.state = ANY (p_allowed) ORDER BY u.item LIMIT 1;
  IF refused IS NULL THEN
    DELETE FROM durable_queue.dedup WHERE task_id = ANY (v_ids);
    PERFORM durable_queue.delete_tasks(v_ids);
    UPDATE durable_queue.queue_state SET removals = removals + 1 WHERE id = 1;
  END IF;
  RETURN NEXT;
END $$;

-- Deletes finished tasks of a state whose time is over: one chunk, in the order of their finish. How long outcome N is kept stands at N + 1; NULL: always.
CREATE FUNCTION durable_queue.prune(p_now bigint, p_state smallint, p_keep_ms bigint[], p_groups text[], p_after bigint, p_most integer)
RETURNS TABLE (deleted integer, through bigint, seen integer) LANGUAGE plpgsql AS $$
DECLARE
  v_now bigint; v_ids bigint[]; v_last bigint;
BEGIN
  PERFORM durable_queue.enter();
  v_now := durable_queue.now_ms(p_now);
  SELECT array_agg(f.id) FILTER (WHERE f.old), max(f.finish_sequence) FILTER (WHERE f.old), coalesce(max(f.finish_sequence), p_after), count(*)
  INTO v_ids, v_last, through, seen
  FROM (
    SELECT t.id, t.finish_sequence, coalesce(t.finished_at_ms + p_keep_ms[t.outcome + 1] <= v_now, false) AS old
    FROM durable_queue.task t
    WHERE t.state >= 2 AND t.finish_sequence > p_after AND t.state = p_state
      AND (p_groups IS NULL OR t.lane_id IN (
        SELECT l.id FROM durable_queue.lane l JOIN durable_queue.task_group g ON g.id = l.group_id WHERE g.name = ANY (p_groups)))
    ORDER BY t.finish_sequence LIMIT p_most) f;
  deleted := coalesce(cardinality(v_ids), 0);
  IF deleted > 0 THEN
    PERFORM durable_queue.delete_tasks(v_ids);
    UPDATE durable_queue.queue_state SET pruned_through = greatest(pruned_through, v_last), removals = removals + 1 WHERE id = 1;
  END IF;
  RETURN NEXT;
END $$;

-- The planner knows neither how long the arrays are nor how the tables will grow while a plan is kept: plans follow the indexes, always.
DO $$
DECLARE
  v_function regprocedure;
BEGIN
  FOR v_function IN
    SELECT p.oid FROM pg_catalog.pg_proc p
    WHERE p.pronamespace = 'durable_queue'::regnamespace
      AND p.proname IN ('enqueue', 'checkout', 'sweep', 'complete', 'heartbeat', 'fail', 'release', 'suspend', 'resume', 'ensure_group', 'change_group',
                        'remove_group', 'cancel', 'retry', 'stash', 'run_now', 'swap', 'edit', 'remove_tasks', 'prune')
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET plan_cache_mode = force_generic_plan', v_function);
    EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off', v_function);
    EXECUTE format('ALTER FUNCTION %s SET enable_hashjoin = off', v_function);
    EXECUTE format('ALTER FUNCTION %s SET enable_mergejoin = off', v_function);
    EXECUTE format('ALTER FUNCTION %s SET enable_bitmapscan = off', v_function);
    EXECUTE format('ALTER FUNCTION %s SET jit = off', v_function);
  END LOOP;
END $$;
