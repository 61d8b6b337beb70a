using DurableQueue.Conformance;
using Microsoft.Data.Sqlite;
using Xunit;

namespace DurableQueue.Tests;

/// <summary>One queue file in a directory of its own, deleted with the test.</summary>
internal sealed class SqliteStoreFixture : IStoreFixture
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");

    public ManualTimeProvider Time { get; } = new();

    public static ValueTask<IStoreFixture> CreateAsync() => new(new SqliteStoreFixture());

    public async ValueTask<ITaskQueue> OpenAsync() => await SqliteTaskQueue.OpenAsync(
        Path.Combine(directory.FullName, "queue.db"),
        new SqliteQueueOptions { TimeProvider = Time, BackgroundSweeps = false });

    public ValueTask DisposeAsync()
    {
        var wrong = GroupsCountedWrongly();
        directory.Delete(recursive: true);
        Assert.Equal("", wrong);
        return ValueTask.CompletedTask;
    }

    /// <summary>Ready and scheduled tasks are counted as their holds change: after every test the counters must say what the tasks say.</summary>
    private string GroupsCountedWrongly()
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(directory.FullName, "queue.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT coalesce(group_concat(name || ': ' || ready || ' ready, ' || scheduled || ' scheduled'), '')
            FROM task_group g
            WHERE (ready, scheduled) <> (
              SELECT count(CASE WHEN t.holds = 0 THEN 1 END), count(CASE WHEN t.holds & 2 THEN 1 END)
              FROM lane l LEFT JOIN task t ON t.lane_id = l.id AND t.state = 0
              WHERE l.group_id = g.id)
            """;
        return (string)command.ExecuteScalar()!;
    }
}

public sealed class SqliteEnqueueTests : EnqueueConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteCheckoutTests : CheckoutConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteLeaseTests : LeaseConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteRetryTests : RetryConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteHoldsTests : HoldsConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteCancelTests : CancelConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteEditTests : EditConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteTransitionTests : TransitionConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteLimitsTests : LimitsConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteInvariantTests : InvariantConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteDependencyTests : DependencyConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteGroupTests : GroupConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteInspectorTests : InspectorConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteWaitTests : WaitConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteWatchTests : WatchConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqlitePruneRemoveTests : PruneRemoveConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteMultipleQueuesTests : MultipleQueuesConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteDisposalTests : DisposalConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}
