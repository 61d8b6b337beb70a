-- A text of a JSON payload: that of a property, or the texts of a list with spaces between them. NULL where the payload is not such JSON.
CREATE FUNCTION durable_queue.payload_text(p_payload bytea, p_property text, p_list text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_json json;
BEGIN
  v_json := convert_from(p_payload, 'UTF8')::json;
  RETURN coalesce(v_json ->> p_property, (SELECT string_agg(e.value, ' ' ORDER BY e.ordinality) FROM json_array_elements_text(v_json -> p_list) WITH ORDINALITY e));
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END $$;

-- Since when the oldest ready task of a group is ready: of the first task of each lane and priority, found by stepping from priority to priority. It cannot be
-- longer than since its enqueue, the end of its delay, or the start of its latest attempt.
CREATE VIEW durable_queue.oldest_ready AS
WITH RECURSIVE first (group_id, lane_id, rank) AS (
  SELECT l.group_id, l.id, (SELECT n.rank FROM durable_queue.task n WHERE n.lane_id = l.id AND n.state = 0 AND n.holds = 0 ORDER BY n.rank LIMIT 1)
  FROM durable_queue.lane l
  UNION ALL
  SELECT f.group_id, f.lane_id,
         (SELECT n.rank FROM durable_queue.task n WHERE n.lane_id = f.lane_id AND n.state = 0 AND n.holds = 0 AND n.rank > f.rank ORDER BY n.rank LIMIT 1)
  FROM first f WHERE f.rank IS NOT NULL)
SELECT p.group_id, min(p.since_ms) AS since_ms FROM (
  SELECT f.group_id,
         (SELECT greatest(t.enqueued_at_ms, t.not_before_at_ms, t.started_at_ms) FROM durable_queue.task t
          WHERE t.lane_id = f.lane_id AND t.state = 0 AND t.holds = 0 AND t.rank = f.rank ORDER BY t.position LIMIT 1) AS since_ms
  FROM first f WHERE f.rank IS NOT NULL) p
WHERE p.since_ms IS NOT NULL GROUP BY p.group_id;

-- How many queued tasks of a group are stashed, whatever else holds them.
CREATE VIEW durable_queue.held_counts AS
SELECT l.group_id, count(*) AS stashed
FROM durable_queue.task t JOIN durable_queue.lane l ON l.id = t.lane_id
WHERE t.state = 0 AND (t.holds & ~2) <> 0 AND (t.holds & 4) <> 0 GROUP BY l.group_id;

-- What is stored twice and differs: empty when all is well. Heads and deadlines are lower bounds, so only what is too high is wrong.
CREATE VIEW durable_queue.inconsistency AS
WITH counted AS (
  SELECT l.group_id, durable_queue.counted_as(t.state, t.waiting, t.holds) AS counter, count(*) AS tasks
  FROM durable_queue.task t JOIN durable_queue.lane l ON l.id = t.lane_id GROUP BY 1, 2),
stored AS (
  SELECT g.id, g.name, c.counter, c.stored FROM durable_queue.group_counts g
  CROSS JOIN LATERAL (VALUES ('ready', g.ready), ('scheduled', g.scheduled), ('held', g.held), ('running', g.running), ('waiting', g.waiting), ('done', g.done),
                             ('failed', g.failed), ('cancelled', g.cancelled)) AS c (counter, stored)),
first_ready AS (
  SELECT l.id, l.head_rank, l.head_position, f.rank, f.position
  FROM durable_queue.lane l CROSS JOIN LATERAL (
    SELECT t.rank, t.position FROM durable_queue.task t WHERE t.lane_id = l.id AND t.state = 0 AND t.holds = 0 ORDER BY t.rank, t.position LIMIT 1) f)
SELECT 'count ' || s.counter AS what, 'group ' || s.name AS place, s.stored::text AS stored, coalesce(c.tasks, 0)::text AS expected
FROM stored s LEFT JOIN counted c ON c.group_id = s.id AND c.counter = s.counter WHERE s.stored <> coalesce(c.tasks, 0)
UNION ALL
SELECT 'head', 'lane ' || f.id, coalesce(f.head_rank || ', ' || f.head_position, 'none'), f.rank || ', ' || f.position
FROM first_ready f
WHERE ((f.head_rank, f.head_position) <= (f.rank, f.position)) IS NOT TRUE
  AND NOT EXISTS (SELECT 1 FROM durable_queue.arrival a WHERE a.lane_id = f.id AND (a.head_rank, a.head_position) <= (f.rank, f.position))
UNION ALL
SELECT 'runnable', 'lane ' || l.id, l.runnable::text, (NOT l.runnable)::text
FROM durable_queue.lane l JOIN durable_queue.task_group g ON g.id = l.group_id
WHERE l.runnable <> (l.head_rank IS NOT NULL AND (l.urgent > 0 OR (NOT g.paused AND (g.parallelism = 0 OR g.running < g.parallelism))))
UNION ALL
SELECT 'removed', 'group ' || g.name, 'removed', 'present' FROM durable_queue.group_counts g WHERE g.removed AND g.ready + g.scheduled + g.held + g.running + g.waiting > 0
UNION ALL
SELECT 'holder', 'key ' || d.key, d.task_id::text, 'a task that holds it'
FROM durable_queue.dedup d JOIN durable_queue.task t ON t.id = d.task_id
WHERE t.dedup_key IS DISTINCT FROM d.key OR t.dedup = 0 OR (t.dedup = 1 AND (t.state >= 2 OR t.cancel_requested)) OR (t.dedup = 3 AND t.state <> 0)
UNION ALL
SELECT 'holder', 'key ' || t.dedup_key, 'none', t.id::text
FROM durable_queue.task t
WHERE ((t.dedup = 1 AND t.state < 2 AND NOT t.cancel_requested) OR t.dedup = 2) AND NOT EXISTS (SELECT 1 FROM durable_queue.dedup d WHERE d.task_id = t.id)
UNION ALL
SELECT 'finish number', 'task ' || t.id, coalesce(t.finish_sequence::text, 'none'), CASE WHEN t.state < 2 THEN 'none' ELSE 'one that was given out' END
FROM durable_queue.task t
WHERE (t.state >= 2) <> (t.finish_sequence IS NOT NULL) OR t.finish_sequence > (SELECT f.sequence FROM durable_queue.finish_state f)
UNION ALL
SELECT 'finish number', 'tasks of ' || t.finish_sequence, count(*)::text, '1'
FROM durable_queue.task t WHERE t.state >= 2 AND t.finish_sequence IS NOT NULL GROUP BY t.finish_sequence HAVING count(*) > 1
UNION ALL
SELECT 'lease', 'task ' || t.id, coalesce(t.lease_expires_at_ms::text, 'none'), CASE WHEN t.state = 1 THEN 'one' ELSE 'none' END
FROM durable_queue.task t WHERE (t.state = 1) <> (t.lease_expires_at_ms IS NOT NULL)
UNION ALL
SELECT 'hold', 'task ' || t.id, t.holds::text, CASE WHEN t.state = 0 THEN 'a time for the hold NotBefore' ELSE '0' END
FROM durable_queue.task t WHERE (t.state <> 0 AND t.holds <> 0) OR ((t.holds & 2) <> 0 AND t.not_before_at_ms IS NULL)
UNION ALL
SELECT 'next delay', 'queue', coalesce(s.next_due_at_ms::text, 'none'), d.first::text
FROM durable_queue.queue_state s
CROSS JOIN (SELECT min(t.not_before_at_ms) AS first FROM durable_queue.task t WHERE t.state = 0 AND (t.holds & 2) <> 0) d
WHERE d.first < coalesce(least(s.next_due_at_ms, (SELECT min(a.due_at_ms) FROM durable_queue.arrival a)), 9223372036854775807)
UNION ALL
SELECT 'next expiry', 'queue', coalesce(s.next_expiry_at_ms::text, 'none'), d.first::text
FROM durable_queue.queue_state s CROSS JOIN (SELECT min(t.lease_expires_at_ms) AS first FROM durable_queue.task t WHERE t.state = 1) d
WHERE d.first < coalesce(s.next_expiry_at_ms, 9223372036854775807)
UNION ALL
SELECT 'checkpoint', 'task ' || t.id, t.checkpointed::text, (NOT t.checkpointed)::text
FROM durable_queue.task t WHERE t.state < 2 AND t.checkpointed <> EXISTS (SELECT 1 FROM durable_queue.task_checkpoint c WHERE c.id = t.id);
