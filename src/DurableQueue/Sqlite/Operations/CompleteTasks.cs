namespace DurableQueue.Sqlite.Operations;

/// <summary>Ends tasks with success, each as its own lease allows.</summary>
internal sealed class CompleteTasks(IReadOnlyList<TaskCompletion> tasks, int keptNotifications) : WriteOperation<bool[]>
{
    protected override bool[] Execute(WriteSession session)
    {
        var kept = new bool[tasks.Count];
        for (var i = 0; i < kept.Length; i++)
        {
            kept[i] = CompleteTask.Run(session, tasks[i].Lease, tasks[i].Result.Span);
            if (kept[i] && tasks[i].Notification is { } notification)
            {
                RaiseNotification.Store(session, notification, keptNotifications);
            }
        }

        return kept;
    }
}
