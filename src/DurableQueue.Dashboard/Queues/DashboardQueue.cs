namespace DurableQueue.Dashboard.Queues;

/// <summary>One queue of a dashboard, with what all its viewers share.</summary>
internal sealed class DashboardQueue
{
    public DashboardQueue(string name, ITaskQueue queue, TimeProvider time)
    {
        Name = name;
        Queue = queue;
        Time = time;
        Changes = new ChangeFeed(queue);
        Answers = new SharedAnswers(Changes, time);
    }

    public string Name { get; }

    public ITaskQueue Queue { get; }

    public TimeProvider Time { get; }

    public ChangeFeed Changes { get; }

    public SharedAnswers Answers { get; }
}
