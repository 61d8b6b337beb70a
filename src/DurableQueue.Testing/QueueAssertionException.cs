namespace DurableQueue.Testing;

/// <summary>An assertion of the test kit does not hold. The message says what was expected and what the queue holds.</summary>
/// <param name="message">What was expected, and what there is.</param>
public sealed class QueueAssertionException(string message) : Exception(message);
