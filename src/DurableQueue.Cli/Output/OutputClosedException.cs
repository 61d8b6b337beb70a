namespace DurableQueue.Cli.Output;

/// <summary>Nobody reads standard output any more: the other end of the pipe is closed.</summary>
internal sealed class OutputClosedException() : Exception("Standard output is closed.");
