using DurableQueue.Queueing;
using DurableQueue.Storage;
using NpgsqlTypes;

namespace DurableQueue.PostgreSql;

/// <summary>Reads of tasks. They take no lock.</summary>
/// <param name="database">The queue's.</param>
/// <param name="time">The queue's clock.</param>
internal sealed class PostgresReader(Database database, TimeProvider time) : ITaskReader
{
    /// <summary>Workers are marked as seen every 5 s.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(15);

    private const int FinishesAtOnce = 500;
    private const int MostFindings = 100;

    private const string SelectLease =
        "SELECT token, lease_expires_at_ms FROM durable_queue.task WHERE id = $1 AND state = 1 AND token = $2";

    private const string SelectPayload = "SELECT payload FROM durable_queue.task WHERE id = $1";

    private const string SelectResult =
        "SELECT t.state, r.result FROM durable_queue.task t LEFT JOIN durable_queue.task_result r ON r.id = t.id WHERE t.id = $1";

    private const string SelectCheckpoint = "SELECT data FROM durable_queue.task_checkpoint WHERE id = $1";

    private const string SelectExists = "SELECT EXISTS (SELECT 1 FROM durable_queue.task WHERE id = $1)";

    private const string SelectAttempts =
        "SELECT attempt, worker, started_at_ms, ended_at_ms, outcome, error FROM durable_queue.task_attempt WHERE task_id = $1 ORDER BY token";

    private const string SelectContents =
        "SELECT t.id, t.payload, r.result FROM durable_queue.task t LEFT JOIN durable_queue.task_result r ON r.id = t.id WHERE t.id = ANY ($1)";

    private const string SelectWorkers =
        """
        SELECT name, host, boot_id, pid, pid_started_at, started_at_ms, last_seen_at_ms, types, group_names, capacity FROM durable_queue.worker ORDER BY name, id
        """;

    private const string SelectCounts =
        """
        SELECT g.name, (g.ready + g.scheduled + g.held)::bigint, (g.running + g.waiting)::bigint, g.done::bigint, g.failed::bigint, g.cancelled::bigint,
               g.ready::bigint, g.scheduled::bigint, coalesce(h.stashed, 0)
        FROM durable_queue.group_counts g LEFT JOIN durable_queue.held_counts h ON h.group_id = g.id
        WHERE NOT g.removed OR g.done + g.failed + g.cancelled > 0
        """;

    private const string SelectHorizon =
        "SELECT f.sequence, s.pruned_through, s.removals FROM durable_queue.queue_state s CROSS JOIN durable_queue.finish_state f WHERE s.id = 1 AND f.id = 1";

    private const string SumUnfinished =
        "SELECT coalesce(sum(ready + scheduled + held + running + waiting), 0)::bigint FROM durable_queue.group_counts WHERE $1 IS NULL OR name = $1";

    private const string SelectFindings = "SELECT what, place, stored, expected FROM durable_queue.inconsistency";

    private const string CountTasks = "SELECT count(*) FROM durable_queue.task";

    private const string SelectDepth =
        "SELECT id, name, ready::bigint, scheduled::bigint, held::bigint FROM durable_queue.group_counts WHERE NOT removed";

    private const string SelectOldestReady = "SELECT group_id, since_ms FROM durable_queue.oldest_ready";

    private const string SelectReadyLanes =
        """
        SELECT DISTINCT y.name, g.name FROM durable_queue.lane l
        JOIN durable_queue.task_type y ON y.id = l.type_id
        JOIN durable_queue.task_group g ON g.id = l.group_id
        WHERE EXISTS (SELECT 1 FROM durable_queue.task t WHERE t.lane_id = l.id AND t.state = 0 AND t.holds = 0)
        """;

    private const string SelectChange = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint";

    public async ValueTask<TaskInfo?> FindAsync(TaskId id, CancellationToken cancellationToken)
    {
        var rows = await ReadSelectedAsync(TaskSelector.ByIds(id), 0, cancellationToken).ConfigureAwait(false);
        return rows.Count == 0 ? null : rows[0];
    }

    public async ValueTask<Lease?> FindLeaseAsync(TaskId id, long attemptToken, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            SelectLease,
            parameters => parameters.With(id.Value).With(attemptToken),
            cells => new Lease(id, cells.Long(), Times.FromMs(cells.Long())),
            cancellationToken).ConfigureAwait(false) is [var lease] ? lease : null;

    public async ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(TaskId id, CancellationToken cancellationToken) =>
        await database.ReadAsync(SelectPayload, parameters => parameters.With(id.Value), cells => cells.NullableBytes(), cancellationToken)
            .ConfigureAwait(false) is [var payload] ? payload : throw new TaskNotFoundException(id);

    public async ValueTask<ReadOnlyMemory<byte>?> ReadResultAsync(TaskId id, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            SelectResult, parameters => parameters.With(id.Value), cells => (State: (TaskState)cells.Short(), Result: cells.NullableBytes()), cancellationToken)
            .ConfigureAwait(false);
        var (state, result) = rows is [var row] ? row : throw new TaskNotFoundException(id);
        return state == TaskState.Done || result is not null ? new ReadOnlyMemory<byte>(result) : default(ReadOnlyMemory<byte>?);
    }

    public async ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(TaskId id, CancellationToken cancellationToken) =>
        await database.ReadAsync(SelectCheckpoint, parameters => parameters.With(id.Value), cells => cells.NullableBytes(), cancellationToken)
            .ConfigureAwait(false) is [{ } data] ? new ReadOnlyMemory<byte>(data) : default(ReadOnlyMemory<byte>?);

    public ValueTask<IReadOnlyList<TaskAttempt>> ReadAttemptsAsync(TaskId id, CancellationToken cancellationToken) =>
        database.ReadSnapshotAsync(
            async Task<IReadOnlyList<TaskAttempt>> (connection) =>
            {
                if (!await connection.ReadOneAsync(database.Sql[SelectExists], parameters => parameters.With(id.Value), cells => cells.Bool()).ConfigureAwait(false))
                {
                    throw new TaskNotFoundException(id);
                }

                return await connection.ReadAsync(
                    database.Sql[SelectAttempts],
                    parameters => parameters.With(id.Value),
                    cells => new TaskAttempt(
                        cells.Int(), cells.Text(), Times.FromMs(cells.Long()), Times.FromMs(cells.Long()), (TaskOutcome)cells.Short(), cells.Text())).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Nothing depends on a task yet.</summary>
    public async ValueTask<IReadOnlyList<DependencyInfo>> ReadDependenciesAsync(TaskId id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken).ConfigureAwait(false) is null ? throw new TaskNotFoundException(id) : [];

    public async ValueTask<IReadOnlyDictionary<TaskId, TaskContent>> ReadContentsAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            SelectContents,
            parameters => parameters.With(ids.Select(id => id.Value).ToArray(), NpgsqlDbType.Bigint),
            cells => (Id: cells.Long(), Payload: cells.NullableBytes(), Result: cells.NullableBytes()),
            cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(
            row => new TaskId(row.Id),
            row => new TaskContent { Payload = row.Payload, Result = row.Result is null ? default(ReadOnlyMemory<byte>?) : row.Result, Dependencies = [] });
    }

    public async ValueTask<IReadOnlyList<WorkerInfo>> ReadWorkersAsync(CancellationToken cancellationToken)
    {
        var staleBeforeMs = NowMs() - (long)StaleAfter.TotalMilliseconds;
        return await database.ReadAsync<WorkerInfo>(
            SelectWorkers,
            _ => { },
            cells =>
            {
                var (name, process) = (cells.Text(), new ProcessIdentity(cells.Text(), cells.Text(), cells.Int(), cells.Long()));
                var (startedAtMs, seenAtMs) = (cells.Long(), cells.Long());
                return new WorkerInfo
                {
                    Name = name,
                    Host = process.Host,
                    ProcessId = process.Pid,
                    StartedAt = Times.FromMs(startedAtMs),
                    LastSeenAt = Times.FromMs(seenAtMs),
                    Types = cells.NullableArray<string[]>(),
                    Groups = cells.NullableArray<string[]>(),
                    Capacity = cells.NullableInt(),
                    IsLive = seenAtMs > staleBeforeMs && !process.IsGoneFromHere(),
                };
            },
            cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<TaskPage> QueryAsync(TaskQuery query, CancellationToken cancellationToken) =>
        database.ReadSnapshotAsync(connection => new TaskQueries(connection, database.Sql).RunAsync(query, NowMs()), cancellationToken);

    public async ValueTask<TaskCounts> CountAsync(CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            SelectCounts,
            _ => { },
            cells => (
                Name: cells.Text(),
                Counts: new StateCounts(cells.Long(), cells.Long(), cells.Long(), cells.Long(), cells.Long()),
                Queued: new QueuedCounts(cells.Long(), cells.Long(), Blocked: 0, cells.Long(), AwaitingApproval: 0, HeldByBudget: 0)),
            cancellationToken).ConfigureAwait(false);
        return new TaskCounts(rows.ToDictionary(row => row.Name, row => row.Counts)) { Queued = rows.ToDictionary(row => row.Name, row => row.Queued) };
    }

    public ValueTask<FinishHorizon> ReadHorizonAsync(CancellationToken cancellationToken) =>
        database.ReadOneAsync(SelectHorizon, _ => { }, ReadHorizon, cancellationToken);

    /// <summary>Requests under a name are refused: there are none.</summary>
    public ValueTask<IReadOnlyList<QueueRequest>> ReadRequestsAsync(TaskId id, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<QueueRequest>> ReadRequestLogAsync(long before, int limit, CancellationToken cancellationToken) => new([]);

    public ValueTask<IReadOnlyList<TaskTypeInfo>> ReadTypesAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("Lists of task types are not supported yet by queues in PostgreSQL.");

    public async ValueTask<long> ReadChangeAsync(CancellationToken cancellationToken) =>
        await database.ReadOneAsync(SelectChange, _ => { }, cells => cells.Long(), cancellationToken).ConfigureAwait(false);

    public ValueTask<FinishPage> ReadFinishedAsync(long fromSequence, CancellationToken cancellationToken) => database.ReadSnapshotAsync(
        async connection =>
        {
            var rows = await ReadFinishedAsync(new TaskQueries(connection, database.Sql), fromSequence).ConfigureAwait(false);
            var horizon = await connection.ReadOneAsync(database.Sql[SelectHorizon], _ => { }, ReadHorizon).ConfigureAwait(false);
            return new FinishPage([.. rows.Take(FinishesAtOnce).Select(row => row.ToFinished())], rows.Count > FinishesAtOnce, horizon);
        },
        cancellationToken);

    public async ValueTask<bool> AnyUnfinishedAsync(TaskSelector selector, CancellationToken cancellationToken)
    {
        if (selector.Label is null && selector.LabelPrefix is null)
        {
            return await database.ReadOneAsync(SumUnfinished, parameters => parameters.With(selector.Group), cells => cells.Long(), cancellationToken)
                .ConfigureAwait(false) > 0;
        }

        var select = new TaskSql();
        select.And("t.label IS NOT NULL AND t.state < 2");
        AddLabel(select, selector);
        return await database.ReadSnapshotAsync(connection => select.ExistsAsync(connection, database.Sql), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<IReadOnlyList<TaskInfo>> ReadSelectedAsync(TaskSelector selector, long finishedAfter, CancellationToken cancellationToken) =>
        database.ReadSnapshotAsync<IReadOnlyList<TaskInfo>>(
            async connection =>
            {
                var nowMs = NowMs();
                var select = new TaskSql();
                if (selector.Ids is { } ids)
                {
                    select.And($"t.id = ANY ({select.Numbers(ids.Select(id => id.Value))})");
                    return (await select.ReadAsync(connection, database.Sql, "ORDER BY t.id").ConfigureAwait(false)).ConvertAll(row => row.ToInfo(nowMs));
                }

                select.And("t.state < 2");
                if (selector.Group is not null)
                {
                    select.And($"g.name = {select.Text(selector.Group)}");
                }

                AddLabel(select, selector);
                var rows = await select.ReadAsync(connection, database.Sql, "").ConfigureAwait(false);
                rows.AddRange(await ReadAllFinishedAsync(new TaskQueries(connection, database.Sql), selector, finishedAfter + 1).ConfigureAwait(false));
                return [.. rows.OrderBy(row => row.Id).Select(row => row.ToInfo(nowMs))];
            },
            cancellationToken);

    public ValueTask<QueueVerification> VerifyAsync(CancellationToken cancellationToken) => database.ReadSnapshotAsync(
        async connection =>
        {
            var findings = await connection.ReadAsync(
                database.Sql[SelectFindings], _ => { }, cells => new QueueFinding(cells.Text(), cells.Text(), cells.Text(), cells.Text())).ConfigureAwait(false);
            var tasks = await connection.ReadOneAsync(database.Sql[CountTasks], _ => { }, cells => cells.Long()).ConfigureAwait(false);
            return new QueueVerification { Findings = [.. findings.Take(MostFindings)], Total = findings.Count, Tasks = tasks };
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<GroupDepth>> ReadDepthAsync(CancellationToken cancellationToken) => database.ReadSnapshotAsync(
        async Task<IReadOnlyList<GroupDepth>> (connection) =>
        {
            var nowMs = NowMs();
            var oldest = (await connection.ReadAsync(database.Sql[SelectOldestReady], _ => { }, cells => (Group: cells.Long(), SinceMs: cells.Long())).ConfigureAwait(false))
                .ToDictionary(row => row.Group, row => Times.SpanFromMs(Math.Max(0, nowMs - row.SinceMs)));
            return await connection.ReadAsync(
                database.Sql[SelectDepth],
                _ => { },
                cells =>
                {
                    var age = oldest.TryGetValue(cells.Long(), out var span) ? span : default(TimeSpan?);
                    return new GroupDepth(cells.Text(), cells.Long(), cells.Long(), cells.Long(), age);
                }).ConfigureAwait(false);
        },
        cancellationToken);

    public async ValueTask<StoreHealth> ReadHealthAsync(CancellationToken cancellationToken)
    {
        var groups = await ReadDepthAsync(cancellationToken).ConfigureAwait(false);
        var workers = await ReadWorkersAsync(cancellationToken).ConfigureAwait(false);
        var ready = await database.ReadAsync(SelectReadyLanes, _ => { }, cells => new ReadyLane(cells.Text(), cells.Text()), cancellationToken).ConfigureAwait(false);
        return new HealthReading(groups, [.. workers.Select(worker => new SeenWorker(worker.LastSeenAt.ToUnixTimeMilliseconds(), worker.Types, worker.Groups))], ready, [])
            .Judge(NowMs() - (long)StaleAfter.TotalMilliseconds);
    }

    private static FinishHorizon ReadHorizon(Cells cells) => new(cells.Long(), cells.Long(), cells.Long());

    private static Task<List<TaskInfoRow>> ReadFinishedAsync(TaskQueries queries, long fromSequence) => queries.RunInOrderAsync(
        new TaskQuery { Order = TaskOrder.Finished, Cursor = new TaskCursor(fromSequence - 1), Limit = FinishesAtOnce }, nowMs: 0);

    private static async Task<List<TaskInfoRow>> ReadAllFinishedAsync(TaskQueries queries, TaskSelector selector, long fromSequence)
    {
        var found = new List<TaskInfoRow>();
        List<TaskInfoRow> rows;
        do
        {
            rows = await ReadFinishedAsync(queries, fromSequence).ConfigureAwait(false);
            found.AddRange(rows.Take(FinishesAtOnce).Where(row => selector.Matches(row.Info.Group, row.Info.Label)));
            fromSequence = rows.Count == 0 ? fromSequence : rows[Math.Min(rows.Count, FinishesAtOnce) - 1].FinishSequence + 1;
        }
        while (rows.Count > FinishesAtOnce);

        return found;
    }

    private static void AddLabel(TaskSql select, TaskSelector selector)
    {
        if (selector.Label is not null)
        {
            select.And($"t.label = {select.Text(selector.Label)}");
        }

        if (selector.LabelPrefix is not null)
        {
            select.AndLabelPrefix(selector.LabelPrefix);
        }
    }

    private long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
