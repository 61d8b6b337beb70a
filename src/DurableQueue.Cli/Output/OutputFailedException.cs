namespace DurableQueue.Cli.Output;

/// <summary>Standard output was closed at the start, or can't be written: a full disk, a broken device.</summary>
/// <param name="reason">What the system said.</param>
internal sealed class OutputFailedException(string reason) : Exception($"Standard output can't be written: {reason}.");
