using System.Data.Common;
using Dapper;
using DurableQueue.Conformance;
using Microsoft.Data.Sqlite;

namespace DurableQueue.Tests;

/// <summary>One database of an application, which has tables named like the queue's, and a queue taken in.</summary>
internal sealed class AdoptedStoreFixture : IStoreFixture
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("durable-queue-");

    private AdoptedStoreFixture()
    {
        using var connection = Connect();
        connection.Open();
        connection.Execute(
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE task (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
            CREATE TABLE worker (worker TEXT);
            CREATE TABLE lane (lane TEXT);
            CREATE TABLE schedule (at TEXT);
            CREATE TABLE task_group (name TEXT);
            CREATE INDEX task_ready ON task (title);
            INSERT INTO task (title) VALUES ('the application''s');
            """);
    }

    public ManualTimeProvider Time { get; } = new();

    private string FilePath => Path.Combine(directory.FullName, "app.db");

    public static ValueTask<IStoreFixture> CreateAsync() => new(new AdoptedStoreFixture());

    public async ValueTask<ITaskQueue> OpenAsync() => await SqliteTaskQueue.OpenAsync(
        FilePath, new SqliteQueueOptions { TimeProvider = Time, BackgroundSweeps = false, AdoptExisting = true });

    public async ValueTask<DbConnection> ConnectAsync()
    {
        var connection = Connect();
        await connection.OpenAsync();
        return connection;
    }

    public ValueTask DisposeAsync()
    {
        directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private SqliteConnection Connect() => new(new SqliteConnectionStringBuilder { DataSource = FilePath, Pooling = false }.ConnectionString);
}

public sealed class AdoptedEnqueueTests : EnqueueConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedRequestTests : RequestConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedTypesTests : TypesConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedWatchChangesTests : WatchChangesConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedTransactionTests : TransactionConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedDedupTests : DedupConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedCheckoutTests : CheckoutConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedLeaseTests : LeaseConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedRetryTests : RetryConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedHoldsTests : HoldsConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedCancelTests : CancelConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedEditTests : EditConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedTransitionTests : TransitionConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedLimitsTests : LimitsConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedInvariantTests : InvariantConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedDependencyTests : DependencyConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedGroupTests : GroupConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedFilterTests : FilterConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedGraphTests : GraphConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedInspectorTests : InspectorConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedWaitTests : WaitConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedWatchTests : WatchConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedPruneRemoveTests : PruneRemoveConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedMultipleQueuesTests : MultipleQueuesConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedDisposalTests : DisposalConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedVerifyTests : VerifyConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedNotificationTests : NotificationConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedApprovalTests : ApprovalConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedAdoptionTests : AdoptionConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedGateTests : GateConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedScheduleTests : ScheduleConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedRouteTests : RouteConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedBudgetTests : BudgetConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedCommandTextTests : CommandTextConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}

public sealed class AdoptedSearchTests : SearchConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => AdoptedStoreFixture.CreateAsync();
}
