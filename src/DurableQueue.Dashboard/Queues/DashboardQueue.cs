namespace DurableQueue.Dashboard.Queues;

/// <summary>One queue of a dashboard, with what all its viewers share.</summary>
internal sealed class DashboardQueue
{
    public DashboardQueue(string name, ITaskQueue queue, IServiceProvider services, TimeProvider time)
    {
        Name = name;
        Queue = queue;
        Time = time;
        Changes = new ChangeFeed(queue);
        Routes = new RoutePreview(services, name);
        Answers = new SharedAnswers(Changes, time);
    }

    public string Name { get; }

    public ITaskQueue Queue { get; }

    public TimeProvider Time { get; }

    public ChangeFeed Changes { get; }

    public SharedAnswers Answers { get; }

    public RoutePreview Routes { get; }
}
