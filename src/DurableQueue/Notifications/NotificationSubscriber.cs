namespace DurableQueue;

/// <summary>A subscriber of notifications.</summary>
/// <param name="Name">The name of the subscriber.</param>
/// <param name="AcknowledgedThrough">The number up to which it has acknowledged notifications.</param>
/// <param name="SeenAt">The time of its last acknowledgement.</param>
public sealed record NotificationSubscriber(string Name, long AcknowledgedThrough, DateTimeOffset SeenAt);
