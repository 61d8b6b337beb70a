using DurableQueue.Queueing;
using DurableQueue.Sqlite.Operations;
using DurableQueue.Storage;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Sqlite;

/// <summary>The groups.</summary>
/// <param name="writer">Where changes are listed.</param>
/// <param name="readers">For the rest.</param>
/// <param name="by">Under which name changes are recorded; <see langword="null"/>: they are not.</param>
internal sealed class SqliteGroupStore(Writer writer, Readers readers, string? by = null) : IGroupStore
{
    private const string SelectAll =
        $"""
        SELECT name AS Name, parallelism AS Parallelism, paused AS Paused, pause_on_failure AS PauseOnFailure, over_budget AS OverBudget,
               configured = 1 OR EXISTS (
                 SELECT 1 FROM budget b WHERE b.kind = {BudgetScopeCode.Group} AND b.key = '' AND b.every = 0 AND b.name = task_group.name) AS Configured,
               queued AS Queued, running AS Running, waiting AS Waiting, done AS Done, failed AS Failed, cancelled AS Cancelled,
               ready AS Ready, scheduled AS Delayed, h.blocked AS Blocked, h.stashed AS Stashed, h.awaiting_approval AS AwaitingApproval,
               h.held_by_budget AS HeldByBudget, id AS Id
        FROM task_group LEFT JOIN task_group_held h ON h.group_id = task_group.id WHERE removed = 0
        """;

    private const string SelectOne = SelectAll + " AND name = @name";

    public IGroupStore As(string by) => new SqliteGroupStore(writer, readers, by);

    public ValueTask EnsureAsync(string name, int? parallelism, CancellationToken cancellationToken) =>
        writer.DoAsync(
            new EnsureGroup(name, parallelism) { Request = Of(QueueRequestKind.GroupSet, name, parallelism is { } limit ? EditText.Parallelism(limit) : null) },
            cancellationToken);

    public ValueTask<bool> CreateAsync(string name, int parallelism, CancellationToken cancellationToken) =>
        writer.RunAsync(
            new CreateGroup(name, parallelism) { Request = Of(QueueRequestKind.GroupSet, name, parallelism == 0 ? null : EditText.Parallelism(parallelism)) },
            cancellationToken);

    public ValueTask ChangeAsync(string name, GroupChange change, CancellationToken cancellationToken) =>
        writer.DoAsync(
            new ChangeGroup(name, change)
            {
                Request = change.Paused switch
                {
                    true => Of(QueueRequestKind.GroupPause, name),
                    false => Of(QueueRequestKind.GroupResume, name),
                    _ => Of(QueueRequestKind.GroupSet, name, EditText.Of(change)),
                },
            },
            cancellationToken);

    public ValueTask RemoveAsync(string name, CancellationToken cancellationToken) =>
        writer.DoAsync(new RemoveGroup(name) { Request = Of(QueueRequestKind.GroupRemove, name) }, cancellationToken);

    public ValueTask<GroupInfo?> FindAsync(string name, CancellationToken cancellationToken) =>
        readers.ReadAsync(
            connection => connection.ReadFirst<Row>(SelectOne, s => s.Bind("@name", name)) is { } row ? row.ToInfo(FirstReady.Oldest(connection, row.Id)) : null,
            cancellationToken);

    public ValueTask<IReadOnlyList<GroupInfo>> ReadAllAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(
            IReadOnlyList<GroupInfo> (SqliteConnection connection) =>
            {
                var oldest = FirstReady.OldestByGroup(connection);
                return [.. connection.ReadRows<Row>(SelectAll).Select(row => row.ToInfo(oldest.TryGetValue(row.Id, out var since) ? since : null))];
            },
            cancellationToken);

    private NewRequest? Of(QueueRequestKind kind, string group, string? change = null) =>
        by is null ? null : new NewRequest(kind, by) { Group = group, Change = change };

    private sealed class Row : IStoredRow<Row>
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

        public QueuedCounts Held { get; init; }

        public long Id { get; init; }

        public static Row Read(StoredCells cells) => new()
        {
            Name = cells.Text(),
            Parallelism = cells.Int(),
            Paused = cells.Bool(),
            PauseOnFailure = cells.Bool(),
            OverBudget = cells.Bool(),
            Configured = cells.Bool(),
            Queued = cells.Long(),
            Running = cells.Int(),
            Waiting = cells.Int(),
            Done = cells.Long(),
            Failed = cells.Long(),
            Cancelled = cells.Long(),
            Held = cells.Queued(),
            Id = cells.Long(),
        };

        public GroupInfo ToInfo(long? oldestReadyAtMs) => new()
        {
            Name = Name,
            Parallelism = Parallelism,
            Paused = Paused,
            PauseOnFailure = PauseOnFailure,
            OverBudget = OverBudget,
            Configured = Configured,
            Running = Running,
            Waiting = Waiting,
            Ready = Held.Ready,
            Delayed = Held.Delayed,
            Blocked = Held.Blocked,
            Stashed = Held.Stashed,
            AwaitingApproval = Held.AwaitingApproval,
            HeldByBudget = Held.HeldByBudget,
            OldestReadyAt = Times.FromMs(oldestReadyAtMs),
            Counts = new StateCounts(Queued, Running + Waiting, Done, Failed, Cancelled),
        };
    }
}
