namespace DurableQueue.ProcessHost;

/// <summary>The clock of a process that is started later: leases of the dead have expired by it.</summary>
internal sealed class LaterClock(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => TimeProvider.System.GetUtcNow() + by;
}
