namespace DurableQueue.Benchmarks.Throughput;

/// <summary>The payload of a task for a hosted worker. The moment is a <see cref="System.Diagnostics.Stopwatch"/> timestamp: the same clock in every process.</summary>
internal sealed record Work(long EnqueuedAt);

/// <summary>Told of each handler's start.</summary>
internal sealed class WorkLog(Action<Work> started)
{
    public Action<Work> Started { get; } = started;
}
