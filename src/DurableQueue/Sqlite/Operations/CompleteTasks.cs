namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends tasks with success, each as its own lease allows.</summary>
internal sealed class CompleteTasks(IReadOnlyList<TaskCompletion> tasks, int keptNotifications) : WriteOperation<bool[]>
{
    protected override bool[] Execute(WriteContext context)
    {
        var kept = new bool[tasks.Count];
        for (var i = 0; i < kept.Length; i++)
        {
            kept[i] = CompleteTask.Run(context, tasks[i].Lease, tasks[i].Result.Span);
            if (kept[i] && tasks[i].Notification is { } notification)
            {
                RaiseNotification.Store(context, notification, keptNotifications);
            }
        }

        return kept;
    }
}
