namespace DurableQueue.CrashTests;

/// <summary>A run of the harness.</summary>
internal sealed record CrashOptions
{
    /// <summary>Processes to kill.</summary>
    public int Kills { get; init; } = 200;

    /// <summary>Of everything random; the schedule of the kernel stays its own.</summary>
    public int Seed { get; init; }

    /// <summary>Children at a time.</summary>
    public int Processes { get; init; } = 4;

    /// <summary>The most calls, per child, between two crashes.</summary>
    public int CallsBetween { get; init; } = 250;

    /// <summary>
    /// Where set, the run is a soak and lasts this long, whatever the kills: one process more that is never killed, a moderate load, a crash every few
    /// seconds, and a record of what grows.
    /// </summary>
    public TimeSpan? Soak { get; init; }

    /// <summary>Takes what is to be told.</summary>
    public required Action<string> Log { get; init; }
}
