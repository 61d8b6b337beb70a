namespace DurableQueue.Sqlite;

/// <summary>How long one hold of the file lock begins batches, and how long each of them takes operations.</summary>
internal sealed class WriterTurn
{
    /// <summary>How long one batch takes operations: its callers wait for its end.</summary>
    public static readonly TimeSpan LongestBatch = TimeSpan.FromMilliseconds(5);

    /// <summary>
    /// How long after its first batch a turn that had to be waited for begins others. It bounds when the last batch begins, not when it ends: the file lock is
    /// held until that one is committed. The next process has to read again what it keeps in memory, and SQLite its pages, so that shorter turns would be spent
    /// on reading.
    /// </summary>
    public static readonly TimeSpan Length = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider clock;
    private long batchEnd;
    private long? end;

    public WriterTurn(TimeProvider clock)
    {
        this.clock = clock;
        IsBatchOver = () => clock.GetTimestamp() >= batchEnd;
    }

    /// <summary>Whether the batch is to take no more operations.</summary>
    public Func<bool> IsBatchOver { get; }

    /// <summary>Whether another batch may begin.</summary>
    public bool MayContinue => clock.GetTimestamp() < end;

    /// <summary>The turn begins with its first batch, not while another process holds the file.</summary>
    public void BeginBatch()
    {
        var now = clock.GetTimestamp();
        batchEnd = now + Ticks(LongestBatch);
        end ??= now + Ticks(Length);
    }

    public void Reset() => end = null;

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);
}
