using DurableQueue.Queueing;

namespace DurableQueue.Sqlite.Operations;

/// <summary>Stores a notification, unless its key was used; keeps the newest.</summary>
internal sealed class RaiseNotification(NewNotification notification, int kept) : WriteOperation<long>
{
    // Before the insert: one that is refused by the index would use up a number.
    private const string SelectByKey = "SELECT number FROM notification INDEXED BY notification_key WHERE key = @key";

    private const string Insert =
        """
        INSERT INTO notification (topic, text, task_id, name, key, raised_at_ms, group_name, label, data, void_state)
        VALUES (@topic, @text, @task, @name, @key, @now, @group, @label, @data, @void) RETURNING number
        """;

    private const string SelectPlace = $"SELECT lane_id, label, cancel_requested OR state = {TaskStateCode.Cancelled} FROM task WHERE id = @id";

    private const string DeleteOld = "DELETE FROM notification WHERE number <= @through";

    protected override long Execute(WriteContext context) => Store(context, notification, kept);

    /// <returns>Its number, or that of the one with the same key.</returns>
    public static long Store(WriteContext context, NewNotification notification, int kept)
    {
        if (notification.Key is { } key && context.Db[SelectByKey].Bind("@key", key).Scalar() is { } known)
        {
            return known;
        }

        var (group, label, isGone) = notification.TaskId is { } task ? FindPlace(context, task) : (null, null, false);
        var isVoid = isGone && notification.VoidWithTask;
        var number = context.Db[Insert].Bind("@topic", notification.Topic)
            .Bind("@text", isVoid ? "" : Check.Cut(notification.Text, Limits.NoteLength))
            .Bind("@task", notification.TaskId?.Value)
            .Bind("@name", notification.Name)
            .Bind("@key", notification.Key)
            .Bind("@now", context.NowMs)
            .Bind("@group", group)
            .Bind("@label", label)
            .Bind("@data", isVoid ? null : notification.Data)
            .Bind("@void", isVoid ? VoidCode.Void : notification is { VoidWithTask: true, TaskId: not null } ? VoidCode.WithTask : VoidCode.Stays)
            .Scalar()!.Value;
        context.Db[DeleteOld].Bind("@through", number - kept).Run();
        context.Effects.Notified = true;
        return number;
    }

    /// <summary>Where the task is, and whether its notifications are void: its cancellation came first, or it was removed.</summary>
    private static (string? Group, string? Label, bool IsGone) FindPlace(WriteContext context, TaskId id)
    {
        var select = context.Db[SelectPlace].Bind("@id", id.Value);
        if (!select.Step())
        {
            return (null, null, true);
        }

        var (lane, label, isGone) = (select.Long(0), select.NullableText(1), select.Bool(2));
        select.Reset();
        return (context.Lanes.ById(lane).Group.Name, label, isGone);
    }
}
