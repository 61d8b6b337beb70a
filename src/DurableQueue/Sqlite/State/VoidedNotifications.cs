namespace DurableQueue.Sqlite;

/// <summary>Voids the notifications of a task that nobody is to get any more. Their rows keep number and key: no number is missing, and none is raised again.</summary>
internal static class VoidedNotifications
{
    private const string Void =
        $"""
        UPDATE notification INDEXED BY notification_voidable SET void_state = {VoidCode.Void}, text = '', data = NULL
        WHERE task_id = @task AND void_state = {VoidCode.WithTask}
        """;

    public static void Of(WriteConnection db, TaskId id) => db[Void].Bind("@task", id.Value).Run();
}
