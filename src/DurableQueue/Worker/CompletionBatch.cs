namespace DurableQueue.Worker;

/// <summary>Attempts that succeeded, each with its completion.</summary>
internal sealed class CompletionBatch
{
    private readonly List<Attempt> attempts = [];
    private readonly List<TaskCompletion> tasks = [];

    public IReadOnlyList<Attempt> Attempts => attempts;

    public IReadOnlyList<TaskCompletion> Tasks => tasks;

    public void Add(Attempt attempt, ReadOnlyMemory<byte> result)
    {
        attempts.Add(attempt);
        tasks.Add(new TaskCompletion(attempt.Leased.Lease, result) { Notification = attempt.Notification });
    }

    public void Clear()
    {
        attempts.Clear();
        tasks.Clear();
    }
}
