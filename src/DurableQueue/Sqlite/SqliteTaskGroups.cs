using Dapper;
using DurableQueue.Dependencies;
using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>The groups, as users see them.</summary>
internal sealed class SqliteTaskGroups(Writer writer, Readers readers) : ITaskGroups
{
    private const string SelectAll =
        """
        SELECT name AS Name, parallelism AS Parallelism, paused AS Paused, pause_on_failure AS PauseOnFailure, over_budget AS OverBudget,
               configured = 1 OR EXISTS (SELECT 1 FROM budget b WHERE b.kind = 0 AND b.key = '' AND b.every = 0 AND b.name = task_group.name) AS Configured,
               queued AS Queued, running AS Running, waiting AS Waiting, done AS Done, failed AS Failed, cancelled AS Cancelled
        FROM task_group WHERE removed = 0
        """;

    private const string SelectOne = SelectAll + " AND name = @name";

    public ValueTask EnsureAsync(string name, int? parallelism = null, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        if (parallelism is { } limit)
        {
            CheckParallelism(limit);
        }

        return DoAsync(new EnsureGroup(name, parallelism), cancellationToken);
    }

    public ValueTask SetParallelismAsync(string name, int parallelism, CancellationToken cancellationToken = default)
    {
        CheckParallelism(parallelism);
        return ChangeAsync(name, (_, group) => group.SetParallelism(parallelism), cancellationToken);
    }

    public ValueTask PauseAsync(string name, CancellationToken cancellationToken = default) =>
        ChangeAsync(name, (_, group) => group.SetPaused(true), cancellationToken);

    public ValueTask ResumeAsync(string name, CancellationToken cancellationToken = default) =>
        ChangeAsync(
            name,
            (context, group) =>
            {
                group.SetPaused(false);
                context.Cascade.Add(CascadeKind.Doomed, group.Id);
            },
            cancellationToken);

    public ValueTask SetPauseOnFailureAsync(string name, bool pauseOnFailure, CancellationToken cancellationToken = default) =>
        ChangeAsync(name, (_, group) => group.SetPauseOnFailure(pauseOnFailure), cancellationToken);

    public ValueTask RemoveAsync(string name, CancellationToken cancellationToken = default)
    {
        if (name == NewTask.DefaultGroup)
        {
            throw new ArgumentException($"The group '{name}' cannot be removed.", nameof(name));
        }

        return ChangeAsync(
            name,
            (_, group) =>
            {
                if (group.HasUnfinished)
                {
                    throw new GroupStateException(name, $"The group '{name}' has {group.Counts.Queued} queued and {group.Counts.Running + group.Counts.Waiting} checked-out tasks.");
                }

                group.SetRemoved(true);
            },
            cancellationToken);
    }

    public ValueTask<GroupInfo?> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        Check.Name(name, nameof(name));
        return readers.ReadAsync(connection => connection.QueryFirstOrDefault<Row>(SelectOne, new { name })?.ToInfo(), cancellationToken);
    }

    public ValueTask<IReadOnlyList<GroupInfo>> ListAsync(CancellationToken cancellationToken = default) =>
        readers.ReadAsync(
            IReadOnlyList<GroupInfo> (SqliteConnection connection) =>
                [.. connection.Query<Row>(SelectAll).Select(row => row.ToInfo()).OrderBy(group => group.Name, StringComparer.Ordinal)],
            cancellationToken);

    private static void CheckParallelism(int parallelism) => ArgumentOutOfRangeException.ThrowIfNegative(parallelism);

    private ValueTask ChangeAsync(string name, Action<WriteContext, GroupState> change, CancellationToken cancellationToken)
    {
        Check.Name(name, nameof(name));
        return DoAsync(new ChangeGroup(name, change), cancellationToken);
    }

    private async ValueTask DoAsync(WriteOperation<bool> operation, CancellationToken cancellationToken) =>
        await writer.RunAsync(operation, cancellationToken).ConfigureAwait(false);

    private sealed class Row
    {
        public string Name { get; init; } = "";

        public int Parallelism { get; init; }

        public bool Paused { get; init; }

        public bool PauseOnFailure { get; init; }

        public bool OverBudget { get; init; }

        public bool Configured { get; init; }

        public long Queued { get; init; }

        public int Running { get; init; }

        public int Waiting { get; init; }

        public long Done { get; init; }

        public long Failed { get; init; }

        public long Cancelled { get; init; }

        public GroupInfo ToInfo() => new()
        {
            Name = Name,
            Parallelism = Parallelism,
            Paused = Paused,
            PauseOnFailure = PauseOnFailure,
            OverBudget = OverBudget,
            Configured = Configured,
            Running = Running,
            Waiting = Waiting,
            Counts = new StateCounts(Queued, Running + Waiting, Done, Failed, Cancelled),
        };
    }
}
