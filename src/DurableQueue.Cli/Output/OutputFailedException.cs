namespace DurableQueue.Cli.Output;

/// <summary>Standard output was closed at the start, or can't be written, for example because the disk is full.</summary>
/// <param name="reason">The system's error message.</param>
internal sealed class OutputFailedException(string reason) : Exception($"Standard output can't be written: {reason}.");
