namespace DurableQueue.Sqlite;

/// <summary>How long one hold of the file lock takes operations.</summary>
internal sealed class WriterTurn
{
    /// <summary>
    /// A turn that had to be waited for continues with further batches in its first half: the next process has to read again what it keeps in memory,
    /// and SQLite its pages, so that turns of one batch each would be spent on reading.
    /// </summary>
    public static readonly TimeSpan Length = TimeSpan.FromMilliseconds(5);

    private readonly TimeProvider clock;
    private readonly long ticks;
    private long? end;

    public WriterTurn(TimeProvider clock)
    {
        this.clock = clock;
        ticks = (long)(Length.TotalSeconds * clock.TimestampFrequency);
        IsOver = () => clock.GetTimestamp() >= end;
    }

    /// <summary>Whether to take no more operations: others may be waiting for the file lock.</summary>
    public Func<bool> IsOver { get; }

    /// <summary>Whether another batch may begin.</summary>
    public bool IsInFirstHalf => clock.GetTimestamp() + (ticks / 2) < end;

    /// <summary>The turn begins with its first batch, not while another process holds the file.</summary>
    public void BeginIfNew() => end ??= clock.GetTimestamp() + ticks;

    public void Reset() => end = null;
}
