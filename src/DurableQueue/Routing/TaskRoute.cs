namespace DurableQueue;

/// <summary>How a task that was enqueued without a type got its type.</summary>
/// <param name="Type">What was chosen.</param>
/// <param name="Reason">Why, as the router said.</param>
/// <param name="IsFallback">The router failed, and <see cref="RouterOptions.DefaultType"/> was taken; the reason says why.</param>
/// <param name="Worker">Whose router chose.</param>
/// <param name="RoutedAt">When.</param>
public sealed record TaskRoute(string Type, string? Reason, bool IsFallback, string Worker, DateTimeOffset RoutedAt);
