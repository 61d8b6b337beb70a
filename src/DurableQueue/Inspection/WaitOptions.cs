namespace DurableQueue;

/// <summary>How long to wait, and for what.</summary>
public sealed record WaitOptions
{
    /// <summary>Give up after this long, by the queue's clock; the summary then says so. <see langword="null"/> means never. Zero or more.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>End as soon as one awaited task has not succeeded.</summary>
    public bool FailFast { get; init; }
}
