using System.Data.Common;
using DurableQueue.Conformance;
using Microsoft.Data.Sqlite;

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

    public async ValueTask<DbConnection> ConnectAsync()
    {
        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path.Combine(directory.FullName, "queue.db"), Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public ValueTask DisposeAsync()
    {
        directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}

public sealed class SqliteEnqueueTests : EnqueueConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteTransactionTests : TransactionConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteDedupTests : DedupConformance
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

public sealed class SqliteRequestTests : RequestConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteTypesTests : TypesConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteWatchChangesTests : WatchChangesConformance
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

public sealed class SqliteFilterTests : FilterConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteGraphTests : GraphConformance
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

public sealed class SqliteVerifyTests : VerifyConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteNotificationTests : NotificationConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteApprovalTests : ApprovalConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteAdoptionTests : AdoptionConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteGateTests : GateConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteScheduleTests : ScheduleConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteRouteTests : RouteConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteBudgetTests : BudgetConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteCommandTextTests : CommandTextConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}

public sealed class SqliteSearchTests : SearchConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => SqliteStoreFixture.CreateAsync();
}
