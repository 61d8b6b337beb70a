namespace DurableQueue;

/// <summary>How a task that was enqueued without a type got its type.</summary>
/// <param name="Type">The type that was chosen.</param>
/// <param name="Reason">The reason that the router gave.</param>
/// <param name="IsFallback">The router failed, and <see cref="RouterOptions.DefaultType"/> was used. The reason says why.</param>
/// <param name="Worker">The worker whose router chose the type.</param>
/// <param name="RoutedAt">When the type was chosen.</param>
public sealed record TaskRoute(string Type, string? Reason, bool IsFallback, string Worker, DateTimeOffset RoutedAt);
