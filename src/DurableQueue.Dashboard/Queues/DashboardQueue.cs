using Microsoft.Extensions.DependencyInjection;

namespace DurableQueue.Dashboard.Queues;

/// <summary>One queue of a dashboard, with what all its viewers share.</summary>
internal sealed class DashboardQueue
{
    private int verifying;

    public DashboardQueue(string name, ITaskQueue queue, IServiceProvider services, TimeProvider time)
    {
        Name = name;
        Queue = queue;
        Time = time;
        Changes = new ChangeFeed(queue);
        Metrics = new MetricSampler(queue, time);
        Logs = services.GetKeyedService<ITaskLogs>(name) ?? (name == DashboardOptions.UnnamedQueue ? services.GetService<ITaskLogs>() : null);
        Routes = new RoutePreview(services, name);
        Answers = new SharedAnswers(Changes, time);
    }

    public string Name { get; }

    public ITaskQueue Queue { get; }

    public TimeProvider Time { get; }

    public ChangeFeed Changes { get; }

    public SharedAnswers Answers { get; }

    public RoutePreview Routes { get; }

    public MetricSampler Metrics { get; }

    /// <summary><see langword="null"/> if this host reads no logs.</summary>
    public ITaskLogs? Logs { get; }

    /// <summary>A verification reads everything: one at a time.</summary>
    public bool TryBeginVerification() => Interlocked.Exchange(ref verifying, 1) == 0;

    public void EndVerification() => Volatile.Write(ref verifying, 0);
}
