namespace DurableQueue.Benchmarks.Throughput;

/// <summary>One row of the table: a workload, its size, and what it is compared with.</summary>
internal abstract class Scenario
{
    public abstract string Name { get; }

    /// <summary>The size of a run that does not say otherwise.</summary>
    public abstract int DefaultTasks { get; }

    public abstract Task<Result> RunAsync(RunOptions options, int tasks);
}
