namespace DurableQueue.Benchmarks.Throughput;

/// <summary>Does nothing but say that it started.</summary>
internal sealed class WorkHandler(WorkLog log) : ITaskHandler<Work>
{
    public Task HandleAsync(Work payload, TaskContext context, CancellationToken cancellationToken)
    {
        log.Started(payload);
        return Task.CompletedTask;
    }
}
