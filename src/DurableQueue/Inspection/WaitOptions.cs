namespace DurableQueue;

/// <summary>Options of a wait.</summary>
public sealed record WaitOptions
{
    /// <summary>
    /// How long to wait, by the queue's clock; zero or more. If it expires, <see cref="WaitSummary.TimedOut"/> is set. <see langword="null"/>, the
    /// default, means no limit.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Ends the wait as soon as one of the tasks has finished without success.</summary>
    public bool FailFast { get; init; }
}
