namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends tasks with success, each as its own lease allows.</summary>
internal sealed class CompleteTasks(IReadOnlyList<TaskCompletion> tasks, int keptNotifications) : WriteOperation<bool[]>
{
    protected override bool[] Execute(WriteContext context)
    {
        var kept = new bool[tasks.Count];
        Span<Lease> leases = stackalloc Lease[Math.Min(tasks.Count, Completions.Most)];
        for (var from = 0; from < kept.Length; from += leases.Length)
        {
            leases = leases[..Math.Min(leases.Length, kept.Length - from)];
            for (var i = 0; i < leases.Length; i++)
            {
                leases[i] = tasks[from + i].Lease;
            }

            Completions.Run(context, leases, kept.AsSpan(from, leases.Length), eachIsACall: false);
        }

        for (var i = 0; i < kept.Length; i++)
        {
            if (kept[i])
            {
                SaveRest(context, tasks[i]);
            }
        }

        return kept;
    }

    private void SaveRest(WriteContext context, TaskCompletion task)
    {
        Completions.SaveResult(context, task.Lease, task.Result.Span);
        if (task.Notification is { } notification)
        {
            RaiseNotification.Store(context, notification, keptNotifications);
        }
    }
}
