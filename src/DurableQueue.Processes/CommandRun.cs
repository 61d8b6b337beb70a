namespace DurableQueue.Processes;

/// <summary>A command that runs now.</summary>
public sealed record CommandRun
{
    /// <summary>The task.</summary>
    public required TaskId TaskId { get; init; }

    /// <summary>Which attempt of it.</summary>
    public required int Attempt { get; init; }

    /// <summary>Process id of its supervisor, which is the id of its session and of its process group.</summary>
    public required int Pid { get; init; }

    /// <summary>When that process started, in clock ticks since the boot: with it and the boot id, a reused process id is never taken for it.</summary>
    public required long PidStartedAt { get; init; }

    /// <summary>The boot, and the process id space, that the process id belongs to.</summary>
    public required string BootId { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Where its output goes.</summary>
    public required string LogPath { get; init; }

    /// <summary>It was stopped by a signal and can be continued.</summary>
    public bool Paused { get; init; }
}
