namespace DurableQueue.Processes;

/// <summary>A running command.</summary>
public sealed record CommandRun
{
    /// <summary>The task.</summary>
    public required TaskId TaskId { get; init; }

    /// <summary>The number of the attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The process id of its supervisor, which is also the id of its session and process group.</summary>
    public required int Pid { get; init; }

    /// <summary>When that process started, in clock ticks since the boot. Together with the boot id it tells the process from a later one with the same id.</summary>
    public required long PidStartedAt { get; init; }

    /// <summary>The boot and the process id namespace that the process id belongs to.</summary>
    public required string BootId { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The path of its log.</summary>
    public required string LogPath { get; init; }

    /// <summary>Whether it is suspended by a signal and can be resumed.</summary>
    public bool Paused { get; init; }
}
