using DurableQueue.Queueing;
using DurableQueue.Sqlite.Verification;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>Reads the health of a queue file.</summary>
internal sealed class HealthProbe(Readers readers, string logPath, TimeProvider time)
{
    private const string SelectWorkers = "SELECT last_seen_at_ms AS LastSeenAtMs, types AS Types, group_names AS Groups FROM worker";

    private const string SelectWorkersWhole =
        """
        SELECT name AS Name, host AS Host, boot_id AS BootId, pid AS Pid, pid_started_at AS PidStartedAt, started_at_ms AS StartedAtMs,
            last_seen_at_ms AS LastSeenAtMs, types AS Types, group_names AS Groups, capacity AS Capacity, id AS Id
        FROM worker ORDER BY name, id
        """;

    private const string SelectRunning = $"SELECT t.worker_id AS Worker, t.id AS Task {TaskBlockSql.CheckedOutTasks} LIMIT @limit";

    /// <summary>How many tasks are named with each worker.</summary>
    private const int MostRunning = 1_000;

    /// <summary>How many running tasks are looked at.</summary>
    private const int MostLooked = 100_000;

    private const string SelectReady =
        """
        SELECT DISTINCT y.name AS Type, g.name AS GroupName
        FROM lane l JOIN task_type y ON y.id = l.type_id JOIN task_group g ON g.id = l.group_id
        WHERE l.head_task IS NOT NULL
        """;

    public async ValueTask<StoreHealth> ReadAsync(CancellationToken cancellationToken)
    {
        var read = await readers.ReadAsync(connection => Read(connection, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);

        // Only its directory entry is read: to open and close it here would drop SQLite's locks.
        var log = new FileInfo(logPath);
        return read with { LogBytes = log.Exists ? log.Length : 0 };
    }

    public static StoreHealth Read(SqliteConnection connection, DateTimeOffset now)
    {
        var reading = new HealthReading(
            QueueDepth.Read(connection, now),
            [.. connection.ReadRows<Worker>(SelectWorkers).Select(worker => worker.ToSeen())],
            [.. connection.ReadRows<Ready>(SelectReady).Select(lane => new ReadyLane(lane.Type, lane.GroupName))],
            QuickCheck.Find(connection));
        return reading.Judge(now.ToUnixTimeMilliseconds() - (long)WorkerRecords.StaleAfter.TotalMilliseconds);
    }

    public static List<WorkerInfo> ReadWorkers(SqliteConnection connection, DateTimeOffset now)
    {
        var staleBeforeMs = (now - WorkerRecords.StaleAfter).ToUnixTimeMilliseconds();
        var running = connection.ReadRows<RunningRow>(SelectRunning, s => s.Bind("@limit", MostLooked)).ToLookup(row => row.Worker, row => row.Task);
        return connection.ReadRows<WholeWorker>(SelectWorkersWhole).ConvertAll(
            worker => worker.ToInfo(staleBeforeMs) with { Running = [.. running[worker.Id].Order().Take(MostRunning).Select(id => new TaskId(id))] });
    }

    private static IReadOnlyList<string>? FromJson(string? names) => names is null ? null : StoredJson.ReadNames(names);

    private sealed class Ready : IStoredRow<Ready>
    {
        public string Type { get; init; } = "";

        public string GroupName { get; init; } = "";

        public static Ready Read(StoredCells cells) => new()
        {
            Type = cells.Text(),
            GroupName = cells.Text(),
        };
    }

    private sealed class RunningRow : IStoredRow<RunningRow>
    {
        public long? Worker { get; init; }

        public long Task { get; init; }

        public static RunningRow Read(StoredCells cells) => new() { Worker = cells.NullableLong(), Task = cells.Long() };
    }

    private sealed class Worker : IStoredRow<Worker>
    {
        public long LastSeenAtMs { get; init; }

        public string? Types { get; init; }

        public string? Groups { get; init; }

        public static Worker Read(StoredCells cells) => new()
        {
            LastSeenAtMs = cells.Long(),
            Types = cells.NullableText(),
            Groups = cells.NullableText(),
        };

        public SeenWorker ToSeen() => new(LastSeenAtMs, FromJson(Types), FromJson(Groups));
    }

    private sealed class WholeWorker : IStoredRow<WholeWorker>
    {
        public string Name { get; init; } = "";

        public string Host { get; init; } = "";

        public string BootId { get; init; } = "";

        public int Pid { get; init; }

        public long PidStartedAt { get; init; }

        public long StartedAtMs { get; init; }

        public long LastSeenAtMs { get; init; }

        public string? Types { get; init; }

        public string? Groups { get; init; }

        public int? Capacity { get; init; }

        public long Id { get; init; }

        public static WholeWorker Read(StoredCells cells) => new()
        {
            Name = cells.Text(),
            Host = cells.Text(),
            BootId = cells.Text(),
            Pid = cells.Int(),
            PidStartedAt = cells.Long(),
            StartedAtMs = cells.Long(),
            LastSeenAtMs = cells.Long(),
            Types = cells.NullableText(),
            Groups = cells.NullableText(),
            Capacity = cells.NullableInt(),
            Id = cells.Long(),
        };

        public WorkerInfo ToInfo(long staleBeforeMs) => new()
        {
            Name = Name,
            Host = Host,
            ProcessId = Pid,
            StartedAt = Times.FromMs(StartedAtMs),
            LastSeenAt = Times.FromMs(LastSeenAtMs),
            Types = FromJson(Types),
            Groups = FromJson(Groups),
            Capacity = Capacity,
            IsLive = LastSeenAtMs > staleBeforeMs && !new ProcessIdentity(Host, BootId, Pid, PidStartedAt).IsGoneFromHere(),
        };
    }
}
