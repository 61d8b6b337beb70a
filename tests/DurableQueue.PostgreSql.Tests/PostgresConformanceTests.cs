using DurableQueue.Conformance;

namespace DurableQueue.PostgreSql.Tests;

// What the store passes of the contract. "Basics" leave out what needs dependencies, approvals, budgets, schedules or take-overs; classes that are not here at
// all need them nearly everywhere.

public sealed class PostgresEnqueueTests : EnqueueConformance
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresDedupTests : DedupBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresCheckoutTests : CheckoutBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresLeaseTests : LeaseBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresRetryTests : RetryBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresHoldsTests : HoldsBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresCancelTests : CancelBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresEditTests : EditBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresGroupTests : GroupBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresFilterTests : FilterBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresInspectorTests : InspectorBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresWaitTests : WaitBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresWatchTests : WatchBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresPruneRemoveTests : PruneRemoveBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}

public sealed class PostgresMultipleQueuesTests : MultipleQueuesBasics
{
    protected override ValueTask<IStoreFixture> CreateFixtureAsync() => PostgresFixture.CreateAsync();
}
