namespace DurableQueue.Cli.Output;

/// <summary>Standard output is no longer read: the other end of the pipe is closed.</summary>
internal sealed class OutputClosedException() : Exception("Standard output is closed.");
