using DurableQueue.Queueing;
using DurableQueue.Sqlite.Verification;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Reads of tasks: each on a reading connection, none of them through the writer.</summary>
/// <param name="readers">For all that is short.</param>
/// <param name="scanReaders">For queries that no index serves.</param>
/// <param name="longReader">For what takes seconds: the others must not wait for it.</param>
/// <param name="changes">Numbers what is committed.</param>
/// <param name="dispatcher">Runs what takes seconds.</param>
/// <param name="time">The queue's clock.</param>
internal sealed class TaskReader(Readers readers, Readers scanReaders, Readers longReader, ChangeNumber changes, Dispatcher dispatcher, TimeProvider time) : ITaskReader
{
    private const string SelectExists = "SELECT EXISTS (SELECT 1 FROM task WHERE id = @id)";

    private const string SelectLease =
        $"""
        SELECT token AS Token, lease_expires_at_ms AS ExpiresAtMs FROM task
        WHERE id = @id AND state = {TaskStateCode.CheckedOut} AND coalesce(attempt_token, token) = @attemptToken
        """;

    private const string SelectPayload = $"SELECT b.id AS Id, b.payload AS Payload, NULL AS Result, {SharedParts.Columns} FROM task_body b WHERE b.id = @id";

    private const string SelectResult =
        "SELECT t.state AS State, r.result AS Result FROM task t LEFT JOIN task_result r ON r.id = t.id WHERE t.id = @id";

    private const string SelectCheckpoint = "SELECT data FROM task_checkpoint WHERE id = @id";

    private const string SelectAttempts =
        """
        SELECT attempt AS Attempt, worker AS Worker, started_at_ms AS StartedAtMs, ended_at_ms AS EndedAtMs, outcome AS Outcome, error AS Error
        FROM task_attempt WHERE task_id = @id ORDER BY token
        """;

    private const string SelectDependencies =
        $"SELECT {DependencyRow.Columns} FROM task_dependency WHERE child = @id ORDER BY parent";

    private const string SelectCounts =
        """
        SELECT name AS Name, queued AS Queued, running + waiting AS CheckedOut, done AS Done, failed AS Failed, cancelled AS Cancelled,
               ready AS Ready, scheduled AS Delayed, h.blocked AS Blocked, h.stashed AS Stashed, h.awaiting_approval AS AwaitingApproval,
               h.held_by_budget AS HeldByBudget
        FROM task_group LEFT JOIN task_group_held h ON h.group_id = task_group.id WHERE removed = 0 OR done + failed + cancelled > 0
        """;

    public ValueTask<TaskInfo?> FindAsync(TaskId id, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            connection =>
            {
                var sql = new TaskSql();
                sql.And("t.id = @id", "@id", id.Value);
                return sql.Run(connection, "FROM task t", "").FirstOrDefault()?.ToInfo(NowMs());
            },
            cancellationToken);

    public ValueTask<Lease?> FindLeaseAsync(TaskId id, long attemptToken, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            connection => connection.ReadFirst<LeaseRow>(SelectLease, s => s.Bind("@id", id.Value).Bind("@attemptToken", attemptToken)) is { } row
                ? new Lease(id, row.Token, Times.FromMs(row.ExpiresAtMs))
                : default(Lease?),
            cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>> ReadPayloadAsync(TaskId id, CancellationToken cancellationToken) =>
        readers.ReadAsync<ReadOnlyMemory<byte>>(
            connection =>
            {
                Require(connection, id);
                return connection.ReadFirst<PayloadRow>(SelectPayload, s => s.Bind("@id", id.Value))?.ToPayload() ?? default;
            },
            cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadResultAsync(TaskId id, CancellationToken cancellationToken) =>
        readers.ReadAsync<ReadOnlyMemory<byte>?>(
            connection =>
            {
                var row = connection.ReadFirst<ResultRow>(SelectResult, s => s.Bind("@id", id.Value)) ?? throw new TaskNotFoundException(id);
                return row.State == (long)TaskState.Done || row.Result is not null ? new ReadOnlyMemory<byte>(row.Result) : default(ReadOnlyMemory<byte>?);
            },
            cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadCheckpointAsync(TaskId id, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            connection => connection.ReadFirst<CheckpointRow>(SelectCheckpoint, s => s.Bind("@id", id.Value))?.Data is { } data ? new ReadOnlyMemory<byte>(data) : default(ReadOnlyMemory<byte>?),
            cancellationToken);

    public ValueTask<IReadOnlyList<TaskAttempt>> ReadAttemptsAsync(TaskId id, CancellationToken cancellationToken) =>
        readers.ReadAsync<IReadOnlyList<TaskAttempt>>(
            connection =>
            {
                Require(connection, id);
                return connection.ReadRows<AttemptRow>(SelectAttempts, s => s.Bind("@id", id.Value)).ConvertAll(row => row.ToAttempt());
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<DependencyInfo>> ReadDependenciesAsync(TaskId id, CancellationToken cancellationToken) =>
        readers.ReadAsync<IReadOnlyList<DependencyInfo>>(
            connection =>
            {
                Require(connection, id);
                return connection.ReadRows<DependencyRow>(SelectDependencies, s => s.Bind("@id", id.Value)).ConvertAll(row => row.ToInfo());
            },
            cancellationToken);

    public ValueTask<IReadOnlyDictionary<TaskId, TaskContent>> ReadContentsAsync(IReadOnlyList<TaskId> ids, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => TaskContents.Read(connection, ids), cancellationToken);

    public ValueTask<IReadOnlyList<WorkerInfo>> ReadWorkersAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync<IReadOnlyList<WorkerInfo>>(connection => HealthProbe.ReadWorkers(connection, time.GetUtcNow()), cancellationToken);

    public async ValueTask<TaskPage> QueryAsync(TaskQuery query, CancellationToken cancellationToken)
    {
        var chosen = SearchOrder.IsServed(query) ? readers : scanReaders;
        if (!TaskSearch.IsFor(query))
        {
            return await chosen.ReadAsync(connection => TaskQueries.Run(connection, query, NowMs()), cancellationToken).ConfigureAwait(false);
        }

        var search = new TaskSearch(query, time);
        TaskPage? page = null;
        while (page is null)
        {
            page = await chosen.ReadAsync(search.Continue, cancellationToken).ConfigureAwait(false);
        }

        return page;
    }

    public ValueTask<IReadOnlyList<TaskTypeInfo>> ReadTypesAsync(CancellationToken cancellationToken) => readers.ReadAsync(TypeRow.ReadAll, cancellationToken);

    public ValueTask<TaskCounts> CountAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(
            connection =>
            {
                var counts = new Dictionary<string, StateCounts>();
                var queued = new Dictionary<string, QueuedCounts>();
                foreach (var row in connection.ReadRows<CountRow>(SelectCounts))
                {
                    if (row.Name is null || !counts.TryAdd(row.Name, row.ToCounts()))
                    {
                        throw SqliteErrors.Contradiction("two groups have one name, or one has none");
                    }

                    queued.Add(row.Name, row.Held);
                }

                return new TaskCounts(counts) { Queued = queued };
            },
            cancellationToken);

    public ValueTask<long> ReadChangeAsync(CancellationToken cancellationToken) => changes.ReadAsync(cancellationToken);

    public ValueTask<FinishHorizon> ReadHorizonAsync(CancellationToken cancellationToken) => readers.ReadAsync(FinishLog.ReadHorizon, cancellationToken);

    public ValueTask<FinishPage> ReadFinishedAsync(long fromSequence, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => FinishLog.ReadPage(connection, fromSequence), cancellationToken);

    public ValueTask<bool> AnyUnfinishedAsync(TaskSelector selector, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => SelectedTasks.AnyUnfinished(connection, selector), cancellationToken);

    public ValueTask<IReadOnlyList<TaskInfo>> ReadSelectedAsync(TaskSelector selector, long finishedAfter, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => SelectedTasks.Read(connection, selector, finishedAfter, NowMs()), cancellationToken);

    public ValueTask<IReadOnlyList<QueueRequest>> ReadRequestsAsync(TaskId id, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => RequestRow.OfTask(connection, id), cancellationToken);

    public ValueTask<IReadOnlyList<QueueRequest>> ReadRequestLogAsync(long before, int limit, CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => RequestRow.ReadLog(connection, before, limit), cancellationToken);

    public async ValueTask<QueueVerification> VerifyAsync(CancellationToken cancellationToken)
    {
        // It takes seconds: not on the caller's thread.
        Task<QueueVerification>? verifying = null;
        await dispatcher.RunAsync(() =>
            verifying = longReader.ReadAsync(connection => Verify(connection, cancellationToken), cancellationToken).AsTask()).ConfigureAwait(false);
        return await verifying!.ConfigureAwait(false);
    }

    public ValueTask<IReadOnlyList<GroupDepth>> ReadDepthAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(connection => QueueDepth.Read(connection, time.GetUtcNow()), cancellationToken);

    private static QueueVerification Verify(SqliteConnection connection, CancellationToken cancellationToken)
    {
        using var db = new WriteConnection(connection, borrowed: true);
        return Inconsistencies.Verify(db, cancellationToken);
    }

    private static void Require(SqliteConnection connection, TaskId id)
    {
        if (connection.ReadNumber(SelectExists, s => s.Bind("@id", id.Value)) == 0)
        {
            throw new TaskNotFoundException(id);
        }
    }

    private long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed class CheckpointRow : IStoredRow<CheckpointRow>
    {
        public byte[]? Data { get; init; }

        public static CheckpointRow Read(StoredCells cells) => new() { Data = cells.NullableBytes() };
    }

    private sealed class LeaseRow : IStoredRow<LeaseRow>
    {
        public long Token { get; init; }

        public long ExpiresAtMs { get; init; }

        public static LeaseRow Read(StoredCells cells) => new()
        {
            Token = cells.Long(),
            ExpiresAtMs = cells.Long(),
        };
    }

    private sealed class ResultRow : IStoredRow<ResultRow>
    {
        public long State { get; init; }

        public byte[]? Result { get; init; }

        public static ResultRow Read(StoredCells cells) => new()
        {
            State = cells.Long(),
            Result = cells.NullableBytes(),
        };
    }

    private sealed class AttemptRow : IStoredRow<AttemptRow>
    {
        public int Attempt { get; init; }

        public string Worker { get; init; } = "";

        public long StartedAtMs { get; init; }

        public long EndedAtMs { get; init; }

        public long Outcome { get; init; }

        public string Error { get; init; } = "";

        public static AttemptRow Read(StoredCells cells) => new()
        {
            Attempt = cells.Int(),
            Worker = cells.Text(),
            StartedAtMs = cells.Long(),
            EndedAtMs = cells.Long(),
            Outcome = cells.Long(),
            Error = cells.Text(),
        };

        public TaskAttempt ToAttempt() => new(Attempt, Worker, Times.FromMs(StartedAtMs), Times.FromMs(EndedAtMs), (TaskOutcome)Outcome, Error);
    }

    private sealed class CountRow : IStoredRow<CountRow>
    {
        public string Name { get; init; } = "";

        public long Queued { get; init; }

        public long CheckedOut { get; init; }

        public long Done { get; init; }

        public long Failed { get; init; }

        public long Cancelled { get; init; }

        public QueuedCounts Held { get; init; }

        public static CountRow Read(StoredCells cells) => new()
        {
            Name = cells.Text(),
            Queued = cells.Long(),
            CheckedOut = cells.Long(),
            Done = cells.Long(),
            Failed = cells.Long(),
            Cancelled = cells.Long(),
            Held = cells.Queued(),
        };

        public StateCounts ToCounts() => new(Queued, CheckedOut, Done, Failed, Cancelled);
    }
}
