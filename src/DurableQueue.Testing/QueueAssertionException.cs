namespace DurableQueue.Testing;

/// <summary>Thrown when an assertion of the test kit fails.</summary>
/// <param name="message">What was expected, and what the queue contains.</param>
public sealed class QueueAssertionException(string message) : Exception(message);
