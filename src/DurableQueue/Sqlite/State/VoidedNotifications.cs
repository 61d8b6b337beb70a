using DurableQueue.Queueing;

namespace DurableQueue.Sqlite;

/// <summary>Voids the notifications of a task that nobody is to get any more. Their rows keep number and key: no number is missing, and none is raised again.</summary>
internal static class VoidedNotifications
{
    private const string Void =
        $"""
        UPDATE notification INDEXED BY notification_voidable SET void_state = {VoidCode.Void}, text = '', data = NULL
        WHERE task_id = @task AND void_state = {VoidCode.WithTask}
        """;

    public static void Of(WriteConnection db, BatchEffects effects, TaskId id)
    {
        if (db[Void].Bind("@task", id.Value).Run() > 0)
        {
            // Whoever has read ahead reads again.
            effects.Notified = true;
        }
    }
}
