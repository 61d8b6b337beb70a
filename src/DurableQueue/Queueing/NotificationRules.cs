namespace DurableQueue.Queueing;

/// <summary>Validates notifications.</summary>
internal static class NotificationRules
{
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public static void Check(NewNotification notification)
    {
        ArgumentNullException.ThrowIfNull(notification);
        ArgumentNullException.ThrowIfNull(notification.Text, nameof(notification.Text));
        Queueing.Check.Name(notification.Topic, nameof(notification.Topic));
        Queueing.Check.Note(notification.Name, nameof(notification.Name), Limits.LabelLength);
        Queueing.Check.Text(notification.Key, nameof(notification.Key), Limits.DedupKeyLength, notification.Key is null ? 0 : 1);
    }
}
