namespace DurableQueue.Queueing;

/// <summary>Checks what is to be raised.</summary>
internal static class NotificationRules
{
    /// <exception cref="ArgumentException">Something is out of its limits.</exception>
    public static void Check(NewNotification notification)
    {
        ArgumentNullException.ThrowIfNull(notification);
        ArgumentNullException.ThrowIfNull(notification.Text, nameof(notification.Text));
        Queueing.Check.Name(notification.Topic, nameof(notification.Topic));
        Queueing.Check.Note(notification.Name, nameof(notification.Name), Limits.LabelLength);
        Queueing.Check.Text(notification.Key, nameof(notification.Key), Limits.DedupKeyLength, notification.Key is null ? 0 : 1);
    }
}
