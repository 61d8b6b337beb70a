using DurableQueue.Processes;

namespace DurableQueue.Cli.Commands.Workers;

/// <summary>How a worker runs.</summary>
internal sealed record WorkerRunOptions
{
    public required int Concurrency { get; init; }

    /// <summary>All groups if <see langword="null"/>.</summary>
    public string[]? Groups { get; init; }

    public CommandRestart OnRestart { get; init; }

    public string? Shell { get; init; }

    /// <summary>The worker was started detached.</summary>
    public bool Detached { get; init; }

    /// <summary>It was started beside the detached worker that other groups have, and so it is not the one that the pid file names.</summary>
    public bool Beside { get; init; }

    /// <summary>Ends after this time with nothing to do; never if zero.</summary>
    public TimeSpan IdleEnd { get; init; }
}
