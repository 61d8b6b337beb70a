namespace DurableQueue;

/// <summary>One who reads notifications.</summary>
/// <param name="Name">Its name.</param>
/// <param name="AcknowledgedThrough">It is done with everything up to this number.</param>
/// <param name="SeenAt">When it last acknowledged something.</param>
public sealed record NotificationSubscriber(string Name, long AcknowledgedThrough, DateTimeOffset SeenAt);
