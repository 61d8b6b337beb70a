using Dapper;
using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Sqlite.Verification;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>How the queue in a file is.</summary>
internal sealed class HealthLook(Writer writer, Readers readers, string logPath, TimeProvider time)
{
    private const string SelectWorkers = "SELECT last_seen_at_ms AS LastSeenAtMs, types AS Types FROM worker";

    private const string SelectWorkersWhole =
        """
        SELECT name AS Name, host AS Host, boot_id AS BootId, pid AS Pid, pid_started_at AS PidStartedAt, started_at_ms AS StartedAtMs,
            last_seen_at_ms AS LastSeenAtMs, types AS Types
        FROM worker ORDER BY name, id
        """;

    private const string SelectReadyTypes = "SELECT DISTINCT y.name FROM lane l JOIN task_type y ON y.id = l.type_id WHERE l.head_task IS NOT NULL";

    /// <summary>Workers are marked as seen every 5 s.</summary>
    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(15);

    public async ValueTask<StoreHealth> LookAsync(CancellationToken cancellationToken)
    {
        var wait = await writer.RunAsync(new ProbeWriter(), cancellationToken).ConfigureAwait(false);
        return await ReadAsync(cancellationToken).ConfigureAwait(false) with { WriterWait = wait };
    }

    public async ValueTask<StoreHealth> ReadAsync(CancellationToken cancellationToken)
    {
        var read = await readers.ReadAsync(connection => Read(connection, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);

        // Only its entry in the directory is looked at: to open it here would drop SQLite's locks when it is closed.
        var log = new FileInfo(logPath);
        return read with { LogBytes = log.Exists ? log.Length : 0 };
    }

    public static StoreHealth Read(SqliteConnection connection, DateTimeOffset now)
    {
        var groups = QueueDepth.Read(connection, now);
        var workers = connection.Query<Worker>(SelectWorkers).AsList();
        var live = workers.FindAll(worker => worker.LastSeenAtMs > (now - StaleAfter).ToUnixTimeMilliseconds());
        return new StoreHealth
        {
            WriterWait = TimeSpan.Zero,
            LogBytes = 0,
            Ready = groups.Sum(group => group.Ready),
            OldestReadyAge = groups.Max(group => group.OldestReadyAge),
            LiveWorkers = live.Count,
            StaleWorkers = workers.Count - live.Count,
            UnservedTypes = Unserved(connection, live),
            Drift = QuickLook.Find(connection),
        };
    }

    public static List<WorkerInfo> ReadWorkers(SqliteConnection connection, DateTimeOffset now) =>
        connection.Query<WholeWorker>(SelectWorkersWhole).Select(worker => worker.ToInfo((now - StaleAfter).ToUnixTimeMilliseconds())).AsList();

    private static List<string> Unserved(SqliteConnection connection, List<Worker> live)
    {
        if (live.Exists(worker => worker.Types is null))
        {
            return [];
        }

        var served = live.SelectMany(worker => StoredJson.ReadNames(worker.Types!)).ToHashSet(StringComparer.Ordinal);
        return [.. connection.Query<string>(SelectReadyTypes).Where(type => !served.Contains(type)).Order(StringComparer.Ordinal)];
    }

    private sealed class Worker
    {
        public long LastSeenAtMs { get; init; }

        public string? Types { get; init; }
    }

    private sealed class WholeWorker
    {
        public string Name { get; init; } = "";

        public string Host { get; init; } = "";

        public string BootId { get; init; } = "";

        public int Pid { get; init; }

        public long PidStartedAt { get; init; }

        public long StartedAtMs { get; init; }

        public long LastSeenAtMs { get; init; }

        public string? Types { get; init; }

        public WorkerInfo ToInfo(long staleBeforeMs) => new()
        {
            Name = Name,
            Host = Host,
            ProcessId = Pid,
            StartedAt = Times.FromMs(StartedAtMs),
            LastSeenAt = Times.FromMs(LastSeenAtMs),
            Types = Types is null ? null : StoredJson.ReadNames(Types),
            IsLive = LastSeenAtMs > staleBeforeMs && !new ProcessIdentity(Host, BootId, Pid, PidStartedAt).IsGoneFromHere(),
        };
    }
}
