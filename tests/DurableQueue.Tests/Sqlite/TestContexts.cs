using DurableQueue.Queueing;
using DurableQueue.Sqlite;
using DurableQueue.Storage;

namespace DurableQueue.Tests.Sqlite;

/// <summary>What operations work on, for tests that run them in transactions of their own.</summary>
internal static class TestContexts
{
    public static WriteContext Of(WriteConnection db, TimeProvider time, QueueMetrics? metrics = null) => new(
        db, time, ProcessIdentity.Current(), "test", metrics, new LeaseTokens(db, ProcessIdentity.ReadSystemBootId(), mayBeUnsynced: false));
}
