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
        Queueing.Check.Note(notification.Data, nameof(notification.Data), Limits.DataLength);
        Queueing.Check.Text(notification.Key, nameof(notification.Key), Limits.DedupKeyLength, notification.Key is null ? 0 : 1);
    }

    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public static void Check(NotificationQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfNegative(query.After, nameof(query.After));
        Queueing.Check.Between(query.Limit, 1, Limits.BatchSize, nameof(query.Limit));
        if (query.Subscriber is { } subscriber)
        {
            CheckSubscriber(subscriber, nameof(query.Subscriber));
        }

        CheckCount(query.Tasks, nameof(query.Tasks));
        CheckCount(query.Labels, nameof(query.Labels));
        CheckCount(query.Groups, nameof(query.Groups));
        CheckCount(query.Topics, nameof(query.Topics));
    }

    public static void CheckSubscriber(string subscriber, string argument) => Queueing.Check.Text(subscriber, argument, Limits.WorkerLength, 1);

    private static void CheckCount<T>(IReadOnlyList<T>? values, string argument)
    {
        if (values is not null)
        {
            Queueing.Check.Between(values.Count, 0, Limits.BatchSize, argument);
        }
    }
}
